"""The panel of filters at the left of the list: groups that open, the most frequent values with their counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.facets.queries import Option, top_values
from apps.contacts.fields import EMPLOYEE_BANDS, FIELDS, LOCATION_FIELDS, RANGE_KINDS, Field, Kind, Operator
from apps.contacts.models import Industry
from apps.contacts.search import LOCATION, LOCATION_FIELD, Filter, Search

# (key, label, controls, open from the start)
_GROUPS: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    ("seniority", "Seniority", ("seniority",), True),
    ("location", "Location", (LOCATION,), True),
    ("employees", "Employees", ("employees",), True),
    ("industry", "Industry", ("industry",), True),
    ("title", "Job title", ("title",), False),
    ("departments", "Departments", ("departments",), False),
    ("name", "Name", ("first_name", "last_name"), False),
    ("company", "Company", ("company",), False),
    ("email", "E-mail", ("email_status", "email"), False),
    ("technologies", "Technologies", ("technologies",), False),
    ("keywords", "Keywords", ("keywords",), False),
    ("revenue", "Revenue", ("annual_revenue",), False),
    (
        "funding",
        "Funding",
        ("latest_funding", "total_funding", "latest_funding_amount", "last_raised_at"),
        False,
    ),
    ("pipeline", "Stage, owner, tags", ("stage", "owner", "tags"), False),
    ("phones", "Phones", ("work_direct_phone", "mobile_phone"), False),
    ("linkedin", "LinkedIn", ("person_linkedin_url",), False),
    ("dates", "Dates", ("created_at", "updated_at", "last_contacted_at"), False),
    ("source", "Source and consent", ("source", "lawful_basis", "do_not_contact"), False),
)
_MOST_OPTIONS = 6
_PLACE_OPERATORS = (Operator.ANY_OF, Operator.NONE_OF)


@dataclass(frozen=True, slots=True)
class PanelOption:
    value: str
    label: str
    n: int | None
    share: int = 0  # of the group's most frequent value, in per cent
    is_included: bool = False
    is_excluded: bool = False

    def html(self, field: str) -> str:
        """The option's inputs. Here and not in the template: a hundred of them are a third of the page's time."""
        value, label = escape(self.value), escape(self.label)
        count = "" if self.n is None else f"{self.n:,}"
        return (
            f'<div class="value"><label class="value-include"><input type="checkbox" name="{field}" value="{value}"'
            f'{" checked" * self.is_included}><span class="value-name" title="{label}">{label}</span>'
            f'<svg class="value-bar" aria-hidden="true"><rect width="{self.share}%" height="4"></rect></svg>'
            f'<span class="value-count">{count}</span></label>'
            f'<span class="value-exclude" title="Leave out {label}"><input type="checkbox" name="{field}__not" '
            f'value="{value}" aria-label="Leave out {label}"{" checked" * self.is_excluded}></span></div>'
        )


@dataclass(frozen=True, slots=True)
class Control:
    """One filter's inputs. `type`: values, text, number, money or date."""

    field: str
    label: str
    type: str
    options: SafeString
    options_href: str
    carried: tuple[tuple[str, str], ...]  # filters of this group that have no inputs: they ride along
    contains: str
    gte: str
    lte: str
    empty: str
    has_empty: bool
    has_contains: bool
    active_count: int


@dataclass(frozen=True, slots=True)
class PanelGroup:
    key: str
    label: str
    is_open: bool
    active_count: int
    controls: tuple[Control, ...]

    @property
    def html(self) -> SafeString:
        return _group_html(self)


@lru_cache(maxsize=1024)
def _group_html(group: PanelGroup) -> SafeString:
    """A group's markup. Twenty groups were a third of a page's time, and most are the same on the next one."""
    return SafeString(render_to_string("contacts/filters.html#group", {"group": group}))


def panel_groups(search: Search, access: Access) -> list[PanelGroup]:
    """The groups with at least one filter that this person may use."""
    usable = [name for _, _, names, _ in _GROUPS for name in names if _may_use(name, access)]
    options = _most_frequent(usable, access)
    groups = []
    for key, label, names, is_open in _GROUPS:
        controls = tuple(_control(name, search, options.get(name, [])) for name in names if name in usable)
        active_count = sum(control.active_count for control in controls)
        if controls:
            groups.append(PanelGroup(key, label, is_open or active_count > 0, active_count, controls))
    return groups


def named_options(field: str, options: Iterable[Option]) -> list[PanelOption]:
    """Options as people and the search's parameters name them: an industry by its name, an owner by e-mail."""
    held = list(options)
    if field == "industry":
        ids = [int(option.value) for option in held]
        names = {
            str(pk): (name, name)
            for pk, name in Industry.objects.filter(pk__in=ids).values_list("pk", "name")
        }
    elif field == "owner":
        people = AdminUser.objects.filter(pk__in=[int(option.value) for option in held])
        names = {str(person.pk): (person.email, person.display_name) for person in people}
    else:
        names = {option.value: (option.value, option.value) for option in held}
    most = max((option.n for option in held), default=0) or 1
    return [
        PanelOption(*names[option.value], n=option.n, share=max(option.n * 100 // most, 1))
        for option in held
        if option.value in names and option.n > 0
    ]


def _options_field(name: str, access: Access) -> str:
    """The faceted field behind an option list; a location's are the countries, or the widest places one may read."""
    if name != LOCATION:
        return name
    return next(place for place in reversed(LOCATION_FIELDS) if access.can_read(place))


def _field_of(name: str) -> Field:
    return LOCATION_FIELD if name == LOCATION else FIELDS[name]


def offered_fields(groups: Iterable[PanelGroup]) -> set[str]:
    """The fields whose filters the panel itself carries on; a location's fields are its control's."""
    offered = {control.field for group in groups for control in group.controls}
    return offered | set(LOCATION_FIELDS) if LOCATION in offered else offered


def _most(name: str) -> int:
    """How many values to show: bands of employees and a list of choices whole, of the rest the most frequent."""
    if name == "employees":
        return len(EMPLOYEE_BANDS)
    return max(_MOST_OPTIONS, len(_field_of(name).choices))


def _has_more(name: str, options: Sequence[PanelOption]) -> bool:
    """Whether there are other values than those shown, to be found by typing."""
    field = _field_of(name)
    is_fixed = name == "employees" or (field.kind is Kind.CHOICE and not field.open_choices)
    return _is_faceted(name) and not is_fixed and len(options) > _most(name)


def _may_use(name: str, access: Access) -> bool:
    if name == LOCATION:
        return any(access.can_read(place) for place in LOCATION_FIELDS)
    return access.can_read(name)


def _is_faceted(name: str) -> bool:
    return _field_of(name).faceted


def _most_frequent(names: Sequence[str], access: Access) -> dict[str, list[PanelOption]]:
    fields = {name: _options_field(name, access) for name in names if _is_faceted(name)}
    # One more than is shown says whether there are more.
    found = top_values(list(fields.values()), max(map(_most, fields), default=0) + 1)
    options = {name: named_options(name, found[field]) for name, field in fields.items()}
    if "employees" in options:
        order = [label for label, _, _ in EMPLOYEE_BANDS]
        options["employees"].sort(key=lambda option: order.index(option.value))
    return options


def _control(name: str, search: Search, held: Sequence[PanelOption]) -> Control:
    field = _field_of(name)
    options = list(held[: _most(name)])
    active = {found.operator: found.raw for found in search.filters_on(name)}
    places = _place_filters(search) if name == LOCATION else []
    is_range = field.kind in RANGE_KINDS
    if field.kind in {Kind.CHOICE, Kind.BOOLEAN} and not field.open_choices and not options:
        choices = ("true", "false") if field.kind is Kind.BOOLEAN else field.choices
        options = [
            PanelOption(choice, {"true": "Yes", "false": "No"}.get(choice, choice), None)
            for choice in choices
        ]
    return Control(
        field=name,
        label=field.label,
        type=_type_of(name, is_range),
        options=SafeString(
            _places_html(places) + "".join(option.html(name) for option in _marked(options, active))
        ),
        options_href=reverse("contact_options", args=[name]) if _has_more(name, held) else "",
        carried=tuple(
            (found.parameter, raw)
            for found in places
            if found.operator not in _PLACE_OPERATORS
            for raw in found.raw
        ),
        contains=", ".join(active.get(Operator.CONTAINS, ())),
        gte="".join(active.get(Operator.GTE, ())),
        lte="".join(active.get(Operator.LTE, ())),
        empty="".join(active.get(Operator.EMPTY, ())),
        has_empty=Operator.EMPTY in field.operators,
        has_contains=Operator.CONTAINS in field.operators and field.kind is not Kind.CHOICE,
        active_count=sum(len(raw) for raw in [*active.values(), *(found.raw for found in places)]),
    )


def _place_filters(search: Search) -> list[Filter]:
    """Filters on a city, state or country alone, as addresses and reports link to: part of the group Location."""
    return [found for name in LOCATION_FIELDS for found in search.filters_on(name)]


def _places_html(places: Iterable[Filter]) -> str:
    """Values of one kind of place, each named by it: "Country: India"."""
    return "".join(
        replace(option, label=f"{FIELDS[found.field].label}: {option.label}").html(found.field)
        for found in places
        if found.operator in _PLACE_OPERATORS
        for option in _marked((), {found.operator: found.raw})
    )


def _type_of(name: str, is_range: bool) -> str:
    kind = _field_of(name).kind
    if is_range:
        return {Kind.MONEY: "money", Kind.INTEGER: "number"}.get(kind, "date")
    return "values" if _is_faceted(name) or kind in {Kind.CHOICE, Kind.BOOLEAN} else "text"


def _marked(options: Sequence[PanelOption], active: Mapping[Operator, tuple[str, ...]]) -> list[PanelOption]:
    """The options with what is on ticked; values that are on but not among them come first."""
    included = active.get(Operator.ANY_OF, ())
    excluded = active.get(Operator.NONE_OF, ())
    known = {option.value for option in options}
    extra = [PanelOption(raw, raw, None) for raw in dict.fromkeys([*included, *excluded]) if raw not in known]
    return [
        replace(option, is_included=option.value in included, is_excluded=option.value in excluded)
        for option in [*extra, *options]
    ]
