"""Adding somebody without an invitation: at the server's command line."""

from django.db import transaction

from apps.accounts.models import AdminUser
from apps.accounts.people.addresses import refuse_taken
from apps.accounts.security_log.log import Kind, record_event


def create_admin(email: str, password: str, *, name: str) -> AdminUser:
    """An admin who can sign in at once. Raises AddressTaken; the password is taken as it is."""
    with transaction.atomic():
        with refuse_taken(email):
            person = AdminUser.objects.create_user(email, password, name=name, role=AdminUser.Role.ADMIN)
        record_event(
            Kind.CREATED, actor_id=None, subject_id=person.pk, details={"email": email, "role": person.role}
        )
    return person
