"""Names for the ids that records keep of people."""

from collections.abc import Iterable

from apps.accounts.models import AdminUser


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """Those that still exist, by id."""
    people = AdminUser.objects.filter(pk__in={each for each in ids if each is not None})
    return {person.pk: person.display_name for person in people}
