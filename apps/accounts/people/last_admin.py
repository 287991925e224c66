"""Somebody must stay who can manage users. The database sees to it (migration 0030); here it gets its words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from apps.accounts.people.refusals import LastAdmin
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "admins.sql")
_CONSTRAINT = "accounts_keep_an_admin"


@contextmanager
def keeping_an_admin() -> Iterator[None]:
    """Around a change of somebody's role, activity or capabilities. Raises LastAdmin, and then it is not made.

    From here to the commit, nobody else can take an admin's rights away.
    """
    try:
        with transaction.atomic():
            yield
            _say("look_for_an_admin")
            _say("look_at_the_commit")
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == _CONSTRAINT:
            raise LastAdmin from error
        raise


def _say(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SQL[name])
