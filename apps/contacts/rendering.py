"""How a field's value looks: as plain words (history, messages) and as HTML (table, record)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from apps.contacts.fields import CUSTOM, FIELDS, Field, Kind
from apps.core.local_figures import grouped, short_day, with_decimal

_MOST_LISTED = 3
_MOST_NAMED = 20  # in the hint over the number of others: a list may have a thousand
_LINK_SCHEMES = frozenset({"http", "https"})
# How large sums are shortened, by language: size and what is written after the figure.
_MONEY_STEPS = {
    "en": ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")),
    "es": ((1_000_000_000, "\u00a0mil\u00a0M"), (1_000_000, "\u00a0M"), (1_000, "\u00a0mil")),
    "hi": ((10_000_000, "\u00a0करोड़"), (100_000, "\u00a0लाख"), (1_000, "\u00a0हज़ार")),
}
_STAGE_TONES = {"Hot": "hot", "Warm": "warm", "Cold": "cold"}
EMPTY = SafeString("")  # the template draws the dash


def ngettext_noop(singular: str, plural: str) -> tuple[str, str]:
    """Marks a sentence to be translated where it is used; Django has no such function."""
    return singular, plural


def markup(template: str, *values: object) -> SafeString:
    """The template with the values in its {} places, escaped unless they are safe.

    Django's format_html does the same; five hundred cells a page made its detours most of the page's time.
    """
    return SafeString(template.format(*[v if isinstance(v, SafeString) else escape(str(v)) for v in values]))


def hue_of(text: str) -> int:
    """The number of the colour class of a name's initials, 0 to 11: the same name, the same colour."""
    return crc32(text.encode()) % 12


def initials_of(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def short_money(amount: int) -> str:
    """$18.4M for 18 400 000; "$18,4 M" in Spanish, "$1.8 करोड़" in Hindi."""
    for size, letters in _MONEY_STEPS.get(get_language() or "en", _MONEY_STEPS["en"]):
        if abs(amount) >= size:
            return f"${with_decimal(amount / size)}{letters}"
    return f"${amount}"


def plain_text(field: Field, value: Any) -> str:
    """A value in words; '' for an empty one. A reference must come in words already."""
    if value in (None, "", []):
        return ""
    match field.kind:
        case Kind.LIST:
            return ", ".join(value)
        case Kind.BOOLEAN:
            return gettext("Yes") if value else gettext("No")
        case Kind.MONEY:
            return f"${grouped(value)}"
        case Kind.INTEGER:
            return str(value) if field.name == "import_id" else grouped(value)
        case Kind.DATE:
            return short_day(value)
        case Kind.MOMENT:
            local = local_moment(value)
            return f"{short_day(local)}, {local:%H:%M}"
        case Kind.CHOICE:
            return field.shown(value)
    return str(value)


def local_moment(moment: datetime) -> datetime:
    """A moment where the person is; in UTC on the first and last day of the calendar, which some places are beyond."""
    try:
        return timezone.localtime(moment)
    except OverflowError:
        return moment


_AGES = (
    (60, 60, ngettext_noop("%(count)s minute ago", "%(count)s minutes ago")),
    (3600, 24, ngettext_noop("%(count)s hour ago", "%(count)s hours ago")),
    (86400, 31, ngettext_noop("%(count)s day ago", "%(count)s days ago")),
)


def time_ago(moment: datetime, now: datetime | None = None) -> str:
    """3 hours ago, 2 days ago; from a month on the day itself. In the same words as static/js/times.js."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 60:
        return gettext("just now")
    for size, limit, words in _AGES:
        count = int(seconds // size)
        if count < limit:
            return ngettext(*words, count) % {"count": count}
    return short_day(local_moment(moment))


def cell(field: Field, row: Mapping[str, Any]) -> SafeString:
    """A value as a table cell shows it: one line."""
    value = row.get(field.name)
    if value in (None, "", [], {}):
        return EMPTY
    if field.name == "email":
        return markup("{}{}", _status_dot(row.get("email_status", "")), value)
    if field.name == "company":
        return markup(
            '<span class="mark hue-{}" aria-hidden="true">{}</span>{}', hue_of(value), value[0], value
        )
    if field.kind is Kind.LIST:
        return _tags(value, _MOST_LISTED)
    if field.name == CUSTOM:
        return _tags([f"{header}: {held}" for header, held in value.items()], _MOST_LISTED)
    if field.kind is Kind.MONEY:
        return markup('<span title="{}">{}</span>', plain_text(field, value), short_money(value))
    return _value(field, row, value)


def entry(field: Field, row: Mapping[str, Any]) -> SafeString:
    """A value as the record shows it: whole, with its links."""
    value = row.get(field.name)
    if value in (None, "", []):
        return EMPTY
    if field.kind is Kind.LIST:
        return _tags(value, len(value))
    if field.name == "email":
        return markup('{}<a href="mailto:{}">{}</a>', _status_dot(row.get("email_status", "")), value, value)
    if field.kind is Kind.PHONE:
        return markup('<a href="{}">{}</a>', phone_href(value, row.get(f"{field.name}_to_dial")), value)
    if field.kind is Kind.MONEY:
        return markup('<span class="num">{}</span>', plain_text(field, value))
    if field.name == "import_id":
        return markup('<a href="{}">#{}</a>', reverse("operation_detail", args=[value]), value)
    return _value(field, row, value)


def _value(field: Field, row: Mapping[str, Any], value: Any) -> SafeString:
    """What looks the same in a table and on the record."""
    if field.kind is Kind.URL:
        return link(value)
    if field.kind is Kind.MOMENT:
        return markup(
            '<time datetime="{}" title="{}" data-ago>{}</time>',
            value.isoformat(),
            plain_text(field, value),
            time_ago(value),
        )
    if field.kind is Kind.REFERENCE:
        return markup("{}", row.get(f"{field.name}__name") or value)
    if field.name == "stage":
        return markup(
            '<span class="badge badge-{}">{}</span>', _STAGE_TONES.get(value, "plain"), field.shown(value)
        )
    return markup("{}", plain_text(field, value))


def web_address(url: str) -> str:
    """The address, if a browser may follow it: http or https. Else ''."""
    return url if _is_splittable(url) and urlsplit(url).scheme in _LINK_SCHEMES else ""


def link(url: str) -> SafeString:
    """A link, only for http and https; any other text stays text."""
    if not web_address(url):
        return markup("{}", url)
    parts = urlsplit(url)
    shown = (parts.netloc.removeprefix("www.") + parts.path).rstrip("/")
    return markup('<a href="{}" rel="noopener noreferrer external" target="_blank">{}</a>', url, shown)


def _is_splittable(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def phone_href(phone: str, e164: str | None = None) -> str:
    """The tel: address of a phone: its E.164 number, or where that is not known the digits as written."""
    if e164:
        return f"tel:{e164}"
    digits = "".join(sign for sign in phone.split("x", maxsplit=1)[0] if sign.isdigit())
    return f"tel:{'+' if phone.lstrip().startswith('+') else ''}{digits}"


def _tags(values: list[str], most: int) -> SafeString:
    shown = SafeString("".join(markup('<span class="tag">{}</span>', value) for value in values[:most]))
    rest = values[most:]
    if not rest:
        return shown
    named = ", ".join(rest[:_MOST_NAMED]) + " …" * (len(rest) > _MOST_NAMED)
    return markup('{}<span class="tag" title="{}">+{}</span>', shown, named, len(rest))


def _status_dot(status: str) -> SafeString:
    if not status:
        return SafeString("")
    shown = FIELDS["email_status"].shown(status)
    tone = {"Verified": "dot", "Unavailable": "dot dot-none"}.get(status, "dot dot-warn")
    return markup('<i class="{}" role="img" aria-label="{}" title="{}"></i>', tone, shown, shown)
