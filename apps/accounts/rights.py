"""Changing what a person may do."""

from collections.abc import Collection

from django.db import transaction

from apps.accounts.columns import ColumnRight, all_columns
from apps.accounts.models import AdminUser


class UnknownColumns(ValueError):
    def __init__(self, names: Collection[str]) -> None:
        super().__init__(f"There is no column {', '.join(sorted(names))}.")


def set_column_rights(person: AdminUser, *, columns: Collection[str], right: ColumnRight) -> None:
    """Give a person the same right on some columns. Raises UnknownColumns, and then changes nothing."""
    unknown = set(columns) - all_columns()
    if unknown:
        raise UnknownColumns(unknown)
    with transaction.atomic():
        locked = AdminUser.objects.select_for_update().get(pk=person.pk)
        rights = {name: held for name, held in locked.column_rights.items() if name not in columns}
        if right is not ColumnRight.HIDDEN:
            rights |= dict.fromkeys(columns, str(right))
        locked.column_rights = rights
        locked.save(update_fields=["column_rights"])
    person.column_rights = rights
