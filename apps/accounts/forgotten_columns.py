"""Rights on columns that are no more are forgotten, so that a column that comes back under an old name is closed."""

from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db import transaction

from apps.accounts.columns import all_columns


def forget_unknown_columns(apps: Apps | None = None, using: str = "default", **_: Any) -> None:
    """Take names that are no columns out of everybody's rights and every role's. After each `migrate`: a column comes
    and goes with one.

    Where no column is declared, no app that owns any is installed, and nothing is known about them.
    """
    known = all_columns()
    if not known:
        return
    for name in ("AdminUser", "RolePolicy"):
        try:
            model = (apps or installed_apps).get_model("accounts", name)
        except LookupError:  # migrated back to before it
            continue
        _forget_in(model, known, using)


def _forget_in(model: Any, known: frozenset[str], using: str) -> None:
    with transaction.atomic(using=using):
        for row in model.objects.using(using).select_for_update().only("pk", "column_rights").order_by("pk"):
            kept = {name: right for name, right in (row.column_rights or {}).items() if name in known}
            if kept != (row.column_rights or {}):
                row.column_rights = kept
                row.save(update_fields=["column_rights"])
