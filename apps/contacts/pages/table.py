"""The contact list's table: which columns, how they sort, what each cell shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.accounts.access import Access, Capability
from apps.contacts.fields import FIELDS, NUMBER_KINDS, Field
from apps.contacts.pages.addresses import list_href, record_hrefs
from apps.contacts.queries import readable_values
from apps.contacts.rendering import cell, hue_of, initials_of, markup, web_address
from apps.contacts.saved_views.columns import NAME, ShownColumns, shown_columns
from apps.contacts.search import Search, SortKey

NAME_FIELDS = ("first_name", "last_name")
# What cells look at besides their own field.
_COMPANIONS = {"email": ("email_status",)}
_FOR_NAME = (*NAME_FIELDS, "person_linkedin_url")


@dataclass(frozen=True, slots=True)
class TableColumn:
    name: str
    label: str
    width: int  # pixels
    is_number: bool
    sort_href: str | None
    direction: str  # "ascending", "descending" or ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A contact in the list. `html` is its whole <tr>: fifty rows are too many for template variables."""

    id: int
    name: str
    html: SafeString


def shown_fields(access: Access, columns: ShownColumns | None = None) -> list[Field]:
    """The columns behind the name, as wide as they were made; those of everybody where none are named."""
    return list((columns or shown_columns((), access)).fields)


def editable_cells(access: Access) -> list[str]:
    """The fields whose cells can be edited where they stand, for the table to say once."""
    if not access.can(Capability.EDIT):
        return []
    return [name for name in FIELDS if FIELDS[name].is_writable and access.can_edit(name)]


def table_columns(search: Search, access: Access, columns: ShownColumns) -> list[TableColumn]:
    """The name first, then the shown fields."""
    sorts_name = next((name for name in ("last_name", "first_name") if access.can_read(name)), None)
    name = TableColumn(NAME, _("Name"), columns.name_width, False, *_sorting(search, sorts_name))
    others = [
        TableColumn(
            field.name,
            field.label,
            field.width,
            field.kind in NUMBER_KINDS,
            *_sorting(search, field.name if field.sortable else None),
        )
        for field in shown_fields(access, columns)
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


def table_rows(
    ids: Sequence[int], search: Search, access: Access, columns: ShownColumns | None = None
) -> list[TableRow]:
    fields = shown_fields(access, columns)
    companions = [other for field in fields for other in _COMPANIONS.get(field.name, ())]
    wanted = dict.fromkeys([*_FOR_NAME, *(field.name for field in fields), *companions])
    href_of = record_hrefs(search)
    box = _("Select %(contact)s") if access.can(Capability.BULK_EDIT) else ""
    linkedin = _("LinkedIn of %(contact)s")
    return [
        _row(values, fields, href_of(values["id"]), box=box, linkedin=linkedin)
        for values in readable_values(ids, wanted, access)
    ]


def _row(values: dict[str, Any], fields: Sequence[Field], href: str, *, box: str, linkedin: str) -> TableRow:
    """`box` and `linkedin` name what each is for, "%(contact)s" in them; no box without its words."""
    name = name_of(values)
    cells = SafeString("".join(_cell(field, values) for field in fields))
    html = markup(
        '<tr role="row" data-row="{}">{}<th class="cell-name" role="rowheader" scope="row">'
        '<a class="person" href="{}" data-open><span class="initials hue-{}" aria-hidden="true">{}</span>'
        '<span class="name">{}</span></a>{}</th>{}</tr>',
        values["id"],
        _box(values["id"], box % {"contact": name}) if box else SafeString(""),
        href,
        hue_of(name),
        initials_of(name),
        name,
        _linkedin(values, linkedin % {"contact": name}),
        cells,
    )
    return TableRow(values["id"], name, html)


def _box(contact_id: int, label: str) -> SafeString:
    """The box that selects a row; it belongs to the form of selection_bar.html."""
    return markup(
        '<td class="cell-select" role="cell"><label><input type="checkbox" name="contact" value="{}" form="selection" '
        'aria-label="{}" data-select></label></td>',
        contact_id,
        label,
    )


def _linkedin(values: dict[str, Any], label: str) -> SafeString:
    address = web_address(values.get("person_linkedin_url", ""))
    if not address:
        return SafeString("")
    return markup(
        '<a class="in more" href="{}" target="_blank" rel="noopener noreferrer" aria-label="{}" '
        'title="LinkedIn"></a>',
        address,
        label,
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
    return (
        name
        or values.get("email")
        or values.get("company")
        or _("Contact %(number)s") % {"number": values["id"]}
    )
