"""Where links in mails lead."""

from django.http import HttpRequest


def origin_of(request: HttpRequest) -> str:
    """Such as "https://crm.example.com": the address that the admin uses, one of ALLOWED_HOSTS."""
    return f"{request.scheme}://{request.get_host()}"
