"""An e-mail address is one person's."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from apps.accounts.models import AdminUser
from apps.accounts.people.refusals import AddressTaken
from apps.accounts.people.status import Status, status_of
from apps.accounts.spelling import spelled

_WORDS = {
    Status.ACTIVE: "{name} signs in with {email} already.",
    Status.INVITED: "{name} was already invited with {email}. You can send the invitation again from their page.",
    Status.EXPIRED: (
        "{name} was already invited with {email}, and the invitation has expired. Send a new one from their page."
    ),
    Status.DEACTIVATED: (
        "{email} belongs to {name}, who is deactivated. Reactivate them instead: they keep their rights."
    ),
}


@contextmanager
def refuse_taken(email: str) -> Iterator[None]:
    """Around writing an address. Raises AddressTaken, with what can be done instead, when somebody has it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        holder = AdminUser.objects.filter(email=spelled(email)).first()
        if holder is None:
            raise
        words = _WORDS[status_of(holder)].format(name=holder.display_name, email=email)
        raise AddressTaken(words, holder.pk) from error
