"""One contact, as the side panel and the page show it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.safestring import SafeString

from apps.accounts.access import Access, Capability
from apps.contacts.fields import CUSTOM, FIELDS, Field, Group, Kind
from apps.contacts.pages.addresses import Origin, list_href, record_hrefs
from apps.contacts.pages.company import company_search
from apps.contacts.pages.notes import shown_notes
from apps.contacts.pages.quick_edits import quick_edits
from apps.contacts.pages.table import name_of
from apps.contacts.pages.timeline import Part, timeline_of
from apps.contacts.queries import neighbours, readable_values
from apps.contacts.rendering import (
    entry,
    hue_of,
    initials_of,
    link,
    markup,
    phone_href,
    plain_text,
    web_address,
)

RECENT_CHANGES = 20
MOST_UNFOLDED = 8
_COPIED = frozenset({Kind.EMAIL, Kind.PHONE, Kind.URL})
_PHONES = (
    "mobile_phone",
    "work_direct_phone",
    "corporate_phone",
    "company_phone",
    "home_phone",
    "other_phone",
)


@dataclass(frozen=True, slots=True)
class Heading:
    """Who it is, for the head of every page about a contact."""

    id: int
    name: str
    initials: str
    hue: int
    subtitle: str
    version: int
    href: str  # back from a page about the contact
    query: str  # what an address adds to lead back there


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    label: str
    html: SafeString
    is_empty: bool
    copy: str = ""  # what people take along to another program: an address or a number
    is_different: bool = False  # from today's
    today: str = ""


@dataclass(frozen=True, slots=True)
class EntryGroup:
    name: str  # the same in every language
    label: str
    entries: list[Entry]

    @property
    def is_empty(self) -> bool:
        return all(entry.is_empty for entry in self.entries)


def heading(values: dict[str, Any], origin: Origin) -> Heading:
    name = name_of(values)
    query = origin.query_of(values["id"])
    return Heading(
        id=values["id"],
        name=name,
        initials=initials_of(name),
        hue=hue_of(name),
        subtitle=" · ".join(part for part in (values.get("title"), values.get("company")) if part),
        version=values["version"],
        href=origin.back_href(values["id"]),
        query=f"?{query}" if query else "",
    )


def heading_of(contact_id: int, origin: Origin, access: Access) -> Heading | None:
    """The heading alone; None when there is no such contact."""
    found = readable_values([contact_id], ("first_name", "last_name", "title", "company", "email"), access)
    return heading(found[0], origin) if found else None


def record_context(contact_id: int, origin: Origin, access: Access) -> dict[str, Any] | None:
    """Everything the record shows; None when there is no such contact."""
    found = readable_values([contact_id], [*FIELDS, CUSTOM], access)
    if not found:
        return None
    values = found[0]
    around = neighbours(contact_id, origin.search, access)
    href_of = record_hrefs(origin.search)
    groups = groups_of(values, access)
    custom = shown_custom(values)
    company = values.get("company", "")
    of_company = company_search(company, access) if company else None
    return {
        "contact": heading(values, origin),
        "groups": [group for group in groups if not group.is_empty],
        "unknown": [group for group in groups if group.is_empty],
        "custom": custom,
        "folds_custom": len(custom) > MOST_UNFOLDED,
        "actions": _actions(values),
        "can_edit": access.can(Capability.EDIT) and bool(access.editable),
        "can_delete": access.can(Capability.DELETE),
        "can_undo": access.can(Capability.UNDO),
        "quick": quick_edits(values, access),
        "timeline": timeline_of(contact_id, access, Part.ALL, None, RECENT_CHANGES),
        "notes": shown_notes(contact_id, access),
        "note_key": uuid4(),
        "company": company,
        "company_list_href": list_href(of_company) if of_company else None,
        "around": around,
        "previous_href": href_of(around.before) if around.before else None,
        "next_href": href_of(around.behind) if around.behind else None,
        "list_href": list_href(origin.search),
        "page_href": href_of(contact_id),
        "edit_href": origin.act_href("contact_edit", contact_id),
        "delete_href": origin.act_href("contact_delete", contact_id),
        "history_href": origin.act_href("contact_history", contact_id),
        "notes_href": origin.act_href("contact_note", contact_id),
        "quick_href": origin.act_href("record_quick_edit", contact_id),
        "today": timezone.localdate(),
    }


def groups_of(
    values: dict[str, Any], access: Access, today: dict[str, Any] | None = None
) -> list[EntryGroup]:
    """The readable fields of a record by their headings; with today's values, marked where they differ."""
    groups = []
    for group in Group:
        entries = [
            _entry(field, values, today)
            for field in FIELDS.values()
            if field.group is group and access.can_read(field.name)
        ]
        if entries:
            groups.append(EntryGroup(str(group), group.label, entries))
    return groups


def _entry(field: Field, values: dict[str, Any], today: dict[str, Any] | None) -> Entry:
    # When it was updated follows from the rest.
    is_different = (
        today is not None and field.name != "updated_at" and values[field.name] != today[field.name]
    )
    return Entry(
        field.name,
        field.label,
        entry(field, values),
        _is_empty(values[field.name], field.kind) and not is_different,
        str(values[field.name]) if field.kind in _COPIED else "",
        is_different,
        _in_words(field, today) if is_different and today else "",
    )


def _in_words(field: Field, values: dict[str, Any]) -> str:
    is_reference = field.kind is Kind.REFERENCE
    return plain_text(field, values[f"{field.name}__name" if is_reference else field.name])


def _is_empty(value: Any, kind: Kind) -> bool:
    return value in (None, "", []) or (kind is Kind.BOOLEAN and not value)


@dataclass(frozen=True, slots=True)
class CustomEntry:
    """A header of an imported file and what stood under it: several values where the file had several rows."""

    label: str
    values: list[SafeString]


def shown_custom(values: dict[str, Any]) -> list[CustomEntry]:
    """What an import could not place, by the file's own headers, in their order (the database has its own)."""
    custom = values.get(CUSTOM) or {}
    return [
        CustomEntry(
            label, [_free_text(str(each)) for each in (value if isinstance(value, list) else [value])]
        )
        for label, value in sorted(custom.items(), key=lambda item: item[0].casefold())
    ]


def _free_text(text: str) -> SafeString:
    """A link where the whole text is a web address."""
    return markup("{}", text) if any(sign.isspace() for sign in text) else link(text)


def _actions(values: dict[str, Any]) -> dict[str, str]:
    phone = next((name for name in _PHONES if values.get(name)), "")
    return {
        "email_href": f"mailto:{values['email']}" if values.get("email") else "",
        "phone_href": phone_href(values[phone], values[f"{phone}_to_dial"]) if phone else "",
        "linkedin_href": web_address(values.get("person_linkedin_url", "")),
    }
