"""Why an act is not done: each says it in words for the person who wanted it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


class Refused(Exception):
    """Nothing was changed; the message is for people."""


class LastAdmin(Refused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "This would leave nobody who can manage users. Make somebody else an admin first, then try again."
            )
        )


class OwnRights(Refused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Your own role, capabilities and activity are changed by another admin, "
                "so that nobody locks themself out."
            )
        )


class BeyondYourRights(Refused):
    """Somebody who manages users without being an admin wanted more than they have themself."""


class AddressTaken(Refused):
    """The e-mail address belongs to somebody here: `person_id`."""

    def __init__(self, message: str, person_id: int) -> None:
        super().__init__(message)
        self.person_id = person_id


class ChangedMeanwhile(Exception):
    """Somebody else changed the person since the form was opened; `now` holds those fields as they are."""

    def __init__(self, now: Mapping[str, Any]) -> None:
        super().__init__(", ".join(now))
        self.now = now
