"""The contact list's table: which columns, how they sort, what each cell shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from apps.accounts.access import Access
from apps.contacts.fields import DEFAULT_COLUMNS, FIELDS, NUMBER_KINDS, Field
from apps.contacts.pages.addresses import list_href, record_hrefs
from apps.contacts.queries import readable_values
from apps.contacts.rendering import cell, hue_of, initials_of, markup, web_address
from apps.contacts.search import Search, SortKey

NAME_FIELDS = ("first_name", "last_name")
# What cells look at besides their own field.
_COMPANIONS = {"email": ("email_status",)}
_FOR_NAME = (*NAME_FIELDS, "person_linkedin_url")


@dataclass(frozen=True, slots=True)
class TableColumn:
    name: str
    label: str
    width: int
    is_number: bool
    sort_href: str | None
    direction: str  # "ascending", "descending" or ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A contact in the list. `html` is its whole <tr>: fifty rows are too many for template variables."""

    id: int
    name: str
    html: SafeString


def shown_fields(access: Access) -> list[Field]:
    """The columns behind the name."""
    return [FIELDS[name] for name in DEFAULT_COLUMNS if access.can_read(name)]


def table_columns(search: Search, access: Access) -> list[TableColumn]:
    """The name first, then the shown fields."""
    sorts_name = next((name for name in ("last_name", "first_name") if access.can_read(name)), None)
    name = TableColumn("name", "Name", 220, False, *_sorting(search, sorts_name))
    others = [
        TableColumn(
            field.name,
            field.label,
            field.width,
            field.kind in NUMBER_KINDS,
            *_sorting(search, field.name if field.sortable else None),
        )
        for field in shown_fields(access)
    ]
    return [name, *others]


def _sorting(search: Search, name: str | None) -> tuple[str | None, str]:
    """The address that sorts by a column, and how it is sorted now."""
    if name is None:
        return None, ""
    directions = {SortKey(name): "ascending", SortKey(name, True): "descending"}
    direction = next((directions[key] for key in search.order[:1] if key in directions), "")
    # Already sorted by it without having been asked (by name): a click turns it round.
    asked = search.sorted_by(name) if search.sort or not direction else search.sorted_by(name).sorted_by(name)
    return list_href(asked), direction


def table_rows(ids: Sequence[int], search: Search, access: Access) -> list[TableRow]:
    fields = shown_fields(access)
    companions = [other for field in fields for other in _COMPANIONS.get(field.name, ())]
    wanted = dict.fromkeys([*_FOR_NAME, *(field.name for field in fields), *companions])
    href_of = record_hrefs(search)
    return [_row(values, fields, href_of(values["id"])) for values in readable_values(ids, wanted, access)]


def _row(values: dict[str, Any], fields: Sequence[Field], href: str) -> TableRow:
    name = name_of(values)
    cells = SafeString("".join(_cell(field, values) for field in fields))
    html = markup(
        '<tr role="row" data-row="{}"><th class="cell-name" role="rowheader" scope="row">'
        '<a class="person" href="{}" data-open><span class="initials hue-{}" aria-hidden="true">{}</span>'
        '<span class="name">{}</span></a>{}</th>{}</tr>',
        values["id"],
        href,
        hue_of(name),
        initials_of(name),
        name,
        _linkedin(values, name),
        cells,
    )
    return TableRow(values["id"], name, html)


def _linkedin(values: dict[str, Any], name: str) -> SafeString:
    address = web_address(values.get("person_linkedin_url", ""))
    if not address:
        return SafeString("")
    return markup(
        '<a class="in more" href="{}" target="_blank" rel="noopener noreferrer" aria-label="LinkedIn of {}" '
        'title="LinkedIn"></a>',
        address,
        name,
    )


def _cell(field: Field, values: dict[str, Any]) -> str:
    """A <td>; the class is made of the catalogue's names, the content is escaped by cell()."""
    html = cell(field, values)
    kinds = f"cell-{field.name}"
    if field.kind in NUMBER_KINDS:
        kinds += " cell-number"
    if not html:
        kinds += " cell-empty"
    return f'<td class="{kinds}" role="cell">{html or "–"}</td>'


def name_of(values: dict[str, Any]) -> str:
    """What to call a contact, from those of its columns that may be read."""
    name = " ".join(part for part in (values.get("first_name"), values.get("last_name")) if part)
    return name or values.get("email") or values.get("company") or f"Contact {values['id']}"
