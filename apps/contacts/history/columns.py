"""Between the log's column names and values (as JSON) and the catalogue's fields and values (as people know them)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

from apps.accounts.models import AdminUser
from apps.contacts.fields import CUSTOM, CUSTOM_LABEL, FIELDS, Field, Kind
from apps.contacts.models import Contact, Industry
from apps.contacts.rendering import plain_text

# A reference's column is named after what it holds: industry_id for industry.
_COLUMNS = {field.name: str(field.column) for field in Contact._meta.concrete_fields}
COLUMN_OF: dict[str, str] = {name: _COLUMNS[name] for name in (*FIELDS, CUSTOM)}
FIELD_OF: dict[str, str] = {column: name for name, column in COLUMN_OF.items()}


def columns_of(names: Iterable[str]) -> list[str]:
    """The columns of those names that are fields, in the catalogue's order."""
    wanted = frozenset(names)
    return [column for name, column in COLUMN_OF.items() if name in wanted]


def label_of(name: str) -> str:
    """What people call a field; '' is the whole contact."""
    if name in FIELDS:
        return FIELDS[name].label
    return gettext(CUSTOM_LABEL) if name == CUSTOM else gettext("Contact")


def value_of(column: str, logged: Any) -> Any:
    """A logged value as the model holds it; a reference stays an id."""
    known = FIELDS.get(FIELD_OF.get(column, ""))
    if logged is None or known is None:
        return logged
    match known.kind:
        case Kind.DATE:
            return date.fromisoformat(logged)
        case Kind.MOMENT:
            return datetime.fromisoformat(logged)
    return logged


class Wording:
    """Logged values in words. Looks up the names of all references among them at once."""

    def __init__(self, logged: Iterable[Mapping[str, Any]]) -> None:
        ids: dict[str, set[int]] = {"industry_id": set(), "owner_id": set()}
        for values in logged:
            for column, found in ids.items():
                if values.get(column) is not None:
                    found.add(values[column])
        industries = Industry.objects.in_bulk(ids["industry_id"]) if ids["industry_id"] else {}
        owners = AdminUser.objects.in_bulk(ids["owner_id"]) if ids["owner_id"] else {}
        self._names = {
            "industry_id": {id_: industry.name for id_, industry in industries.items()},
            "owner_id": {id_: owner.display_name for id_, owner in owners.items()},
        }

    def of(self, column: str, logged: Any) -> str:
        """One value in words; '' for an empty one."""
        known: Field | None = FIELDS.get(FIELD_OF.get(column, ""))
        if known is None or logged is None:
            return "" if logged is None else str(logged)
        if known.kind is Kind.REFERENCE:
            return self._names[column].get(logged, gettext("one that is gone"))
        return plain_text(known, value_of(column, logged))


def custom_in_words(values: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Of a contact's other columns those that differ from another state's; several values of one in quotation marks."""
    return "; ".join(
        f"{header}: {_apart(value) if isinstance(value, list) else value}"
        for header, value in values.items()
        if header not in other or other[header] != value
    )


def _apart(values: list[Any]) -> str:
    """Addresses hold commas: “12 Main St, Springfield”, “4 Oak Ave”."""
    return ", ".join(f"“{value}”" for value in values)
