"""The panel of filters at the left of the list: groups that open, the most frequent values with their counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from apps.accounts.access import Access
from apps.contacts.facet_counts import AMOUNTS, Accuracy
from apps.contacts.facets.queries import Option, top_values
from apps.contacts.fields import EMPLOYEE_BANDS, FIELDS, LOCATION_FIELDS, RANGE_KINDS, Field, Kind, Operator
from apps.contacts.joint_fields import LOCATION
from apps.contacts.queries import reference_names
from apps.contacts.search import LOCATION_FIELD, Filter, Search
from apps.core.local_figures import grouped

# (key, label, controls, open from the start)
_GROUPS: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    ("seniority", gettext_noop("Seniority"), ("seniority",), True),
    ("location", gettext_noop("Location"), (LOCATION,), True),
    ("employees", gettext_noop("Employees"), ("employees",), True),
    ("industry", gettext_noop("Industry"), ("industry",), True),
    ("title", gettext_noop("Job title"), ("title",), False),
    ("departments", gettext_noop("Departments"), ("departments",), False),
    ("name", gettext_noop("Name"), ("first_name", "last_name"), False),
    ("company", gettext_noop("Company"), ("company",), False),
    ("email", gettext_noop("E-mail"), ("email_status", "email"), False),
    ("technologies", gettext_noop("Technologies"), ("technologies",), False),
    ("keywords", gettext_noop("Keywords"), ("keywords",), False),
    ("revenue", gettext_noop("Revenue"), ("annual_revenue",), False),
    (
        "funding",
        gettext_noop("Funding"),
        ("latest_funding", "total_funding", "latest_funding_amount", "last_raised_at"),
        False,
    ),
    ("pipeline", gettext_noop("Stage, owner, tags"), ("stage", "owner", "tags"), False),
    ("phones", gettext_noop("Phones"), ("work_direct_phone", "mobile_phone"), False),
    ("linkedin", gettext_noop("LinkedIn"), ("person_linkedin_url",), False),
    ("dates", gettext_noop("Dates"), ("created_at", "updated_at", "last_contacted_at"), False),
    ("source", gettext_noop("Source and consent"), ("source", "lawful_basis", "do_not_contact"), False),
)
GROUP_KEYS = tuple(key for key, *_rest in _GROUPS)  # in the panel's own order
BARRED = ("employees", *AMOUNTS)  # with a histogram
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
    accuracy: Accuracy = Accuracy.EXACT

    def html(self, field: str, leave_out: str) -> str:
        """The option's inputs; `leave_out` is "Leave out %(value)s" as markup.

        Here and not in the template: a hundred of them are a third of the page's time.
        """
        value, label = escape(self.value), escape(self.label)
        leave_out %= {"value": label}
        count = "" if self.n is None else count_html(self.n, self.accuracy)
        return (
            f'<div class="value{" value-nobody" * (self.n == 0)}"><label class="value-include">'
            f'<input type="checkbox" name="{field}" value="{value}"'
            f'{" checked" * self.is_included}><span class="value-name" title="{label}">{label}</span>'
            f'<svg class="value-bar" aria-hidden="true"><rect width="{self.share}%" height="4"></rect></svg>'
            f'<span class="value-count">{count}</span></label>'
            f'<span class="value-exclude" title="{leave_out}"><input type="checkbox" name="{field}__not" '
            f'value="{value}" aria-label="{leave_out}"{" checked" * self.is_excluded}></span></div>'
        )


def options_html(options: Iterable[PanelOption], field: str) -> str:
    leave_out = escape(_("Leave out %(value)s"))
    return "".join(option.html(field, leave_out) for option in options)


def count_html(number: int, accuracy: Accuracy) -> str:
    """A count as it stands beside a value; a mark says how far it can be relied on, and words say it to who listens."""
    figure = grouped(number)
    if accuracy is Accuracy.ABOUT:
        return f'<span class="visually-hidden">{escape(_("about"))} </span><span aria-hidden="true">~</span>{figure}'
    if accuracy is Accuracy.OF_ALL:
        words = escape(_("of all contacts"))
        return f'<i title="{words}">{figure}<span class="visually-hidden"> {words}</span></i>'
    return figure


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
    has_histogram: bool
    can_be_pasted: bool
    active_count: int


@dataclass(frozen=True, slots=True)
class PanelGroup:
    key: str
    label: str
    is_open: bool
    active_count: int
    controls: tuple[Control, ...]
    is_pinned: bool = False

    @property
    def html(self) -> SafeString:
        return _group_html(self, get_language())


@lru_cache(maxsize=1024)
def _group_html(group: PanelGroup, _language: str | None) -> SafeString:
    """A group's markup. Twenty groups were a third of a page's time, and most are the same on the next one."""
    return SafeString(render_to_string("contacts/filters.html#group", {"group": group}))


def panel_groups(search: Search, access: Access, pinned: Sequence[str] = ()) -> list[PanelGroup]:
    """The groups with at least one filter that this person may use; those they pinned come first."""
    usable = [name for *_rest, names, _is_open in _GROUPS for name in names if may_use(name, access)]
    options = _most_frequent(usable, access)
    groups = []
    for key, label, names, is_open in _GROUPS:
        controls = tuple(_control(name, search, options.get(name, [])) for name in names if name in usable)
        active_count = sum(control.active_count for control in controls)
        if controls:
            is_pinned = key in pinned
            shows = is_open or is_pinned or active_count > 0
            groups.append(PanelGroup(key, _(label), shows, active_count, controls, is_pinned))
    return sorted(groups, key=lambda group: pinned.index(group.key) if group.is_pinned else len(pinned))


def controls_of(keys: Iterable[str], access: Access) -> list[str]:
    """The filters in some groups that this person may use."""
    wanted = frozenset(keys)
    return [
        name
        for key, _label, names, _is_open in _GROUPS
        if key in wanted
        for name in names
        if may_use(name, access)
    ]


def named_options(
    field: str,
    options: Iterable[Option],
    accuracies: Mapping[str, Accuracy] | None = None,
    references: Mapping[str, Mapping[str, tuple[str, str]]] | None = None,
) -> list[PanelOption]:
    """Options as people and the search's parameters name them: an industry by its name, an owner by e-mail.

    Of counts under a search, whose accuracies are given, zeros are kept. `references` are names that are known already.
    """
    held = list(options)
    if is_reference(field):
        names = (references or reference_names({field: [option.value for option in held]}))[field]
    else:
        names = {option.value: (option.value, field_of(field).shown(option.value)) for option in held}
    most = max((option.n for option in held), default=0) or 1
    return [
        PanelOption(
            *names[option.value],
            n=option.n,
            share=max(option.n * 100 // most, min(option.n, 1)),
            accuracy=(accuracies or {}).get(option.value, Accuracy.EXACT),
        )
        for option in held
        if option.value in names and (option.n > 0 or accuracies)
    ]


def options_field(name: str, access: Access) -> str:
    """The faceted field behind an option list; a location's are the countries, or the widest places one may read."""
    if name != LOCATION:
        return name
    return next(place for place in reversed(LOCATION_FIELDS) if access.can_read(place))


def field_of(name: str) -> Field:
    return LOCATION_FIELD if name == LOCATION else FIELDS[name]


def offered_fields(groups: Iterable[PanelGroup]) -> set[str]:
    """The fields whose filters the panel itself carries on; a location's fields are its control's."""
    offered = {control.field for group in groups for control in group.controls}
    return offered | set(LOCATION_FIELDS) if LOCATION in offered else offered


def most_shown(name: str) -> int:
    """How many values to show: bands of employees and a list of choices whole, of the rest the most frequent."""
    if name == "employees":
        return len(EMPLOYEE_BANDS)
    return max(_MOST_OPTIONS, len(field_of(name).choices))


def _has_more(name: str, options: Sequence[PanelOption]) -> bool:
    """Whether there are other values than those shown, to be found by typing."""
    field = field_of(name)
    is_fixed = name == "employees" or (field.kind is Kind.CHOICE and not field.open_choices)
    return is_faceted(name) and not is_fixed and len(options) > most_shown(name)


def can_be_pasted(name: str) -> bool:
    """Whether a list of values makes sense here, and can be looked up."""
    field = field_of(name)
    has_values = is_faceted(name) and name != "employees" and field.kind is not Kind.CHOICE
    return has_values or (field.is_text and field.sortable and field.kind is not Kind.CHOICE)


def may_use(name: str, access: Access) -> bool:
    if name == LOCATION:
        return any(access.can_read(place) for place in LOCATION_FIELDS)
    return access.can_read(name)


def is_reference(name: str) -> bool:
    return field_of(name).kind is Kind.REFERENCE


def is_faceted(name: str) -> bool:
    return field_of(name).faceted


def _most_frequent(names: Sequence[str], access: Access) -> dict[str, list[PanelOption]]:
    fields = {name: options_field(name, access) for name in names if is_faceted(name)}
    # One more than is shown says whether there are more.
    found = top_values(list(fields.values()), max(map(most_shown, fields), default=0) + 1)
    references = reference_names(
        {name: [option.value for option in found[name]] for name in fields if is_reference(name)}
    )
    options = {
        name: named_options(name, found[field], references=references) for name, field in fields.items()
    }
    if "employees" in options:
        order = [label for label, _, _ in EMPLOYEE_BANDS]
        options["employees"].sort(key=lambda option: order.index(option.value))
    return options


def _control(name: str, search: Search, held: Sequence[PanelOption]) -> Control:
    field = field_of(name)
    options = list(held[: most_shown(name)])
    active = {found.operator: found.raw for found in search.filters_on(name)}
    places = place_filters(search) if name == LOCATION else []
    is_range = field.kind in RANGE_KINDS
    if field.kind in {Kind.CHOICE, Kind.BOOLEAN} and not field.open_choices and not options:
        choices = ("true", "false") if field.kind is Kind.BOOLEAN else field.choices
        options = [
            PanelOption(choice, {"true": _("Yes"), "false": _("No")}.get(choice) or field.shown(choice), None)
            for choice in choices
        ]
    return Control(
        field=name,
        label=field.label,
        type=_type_of(name, is_range),
        options=SafeString(places_html(places) + options_html(marked(options, active), name)),
        options_href=reverse("contact_options", args=[name]) if _has_more(name, held) else "",
        carried=tuple(
            (found.parameter, raw)
            for found in [
                *_without_inputs(search.filters_on(name)),
                *(found for found in places if found.operator not in _PLACE_OPERATORS),
            ]
            for raw in found.raw
        ),
        contains="".join(active[Operator.CONTAINS]) if len(active.get(Operator.CONTAINS, ())) == 1 else "",
        gte="".join(active.get(Operator.GTE, ())),
        lte="".join(active.get(Operator.LTE, ())),
        empty="".join(active.get(Operator.EMPTY, ())),
        has_empty=Operator.EMPTY in field.operators,
        has_contains=Operator.CONTAINS in field.operators and field.kind is not Kind.CHOICE,
        has_histogram=name in BARRED,
        can_be_pasted=can_be_pasted(name),
        active_count=sum(len(raw) for raw in [*active.values(), *(found.raw for found in places)]),
    )


def _without_inputs(filters: Iterable[Filter]) -> list[Filter]:
    """Those that the panel shows no inputs for; its input for a part of a text holds one text, not several."""
    return [
        found
        for found in filters
        if found.operator is Operator.NOT_CONTAINS
        or (found.operator is Operator.CONTAINS and len(found.raw) > 1)
    ]


def place_filters(search: Search) -> list[Filter]:
    """Filters on a city, state or country alone, as addresses and reports link to: part of the group Location."""
    return [found for name in LOCATION_FIELDS for found in search.filters_on(name)]


def places_html(places: Iterable[Filter]) -> str:
    """Values of one kind of place, each named by it: "Country: India"."""
    return "".join(
        options_html(
            (
                replace(option, label=f"{FIELDS[found.field].label}: {option.label}")
                for option in marked((), {found.operator: found.raw})
            ),
            found.field,
        )
        for found in places
        if found.operator in _PLACE_OPERATORS
    )


def _type_of(name: str, is_range: bool) -> str:
    kind = field_of(name).kind
    if is_range:
        return {Kind.MONEY: "money", Kind.INTEGER: "number"}.get(kind, "date")
    return "values" if is_faceted(name) or kind in {Kind.CHOICE, Kind.BOOLEAN} else "text"


def marked(options: Sequence[PanelOption], active: Mapping[Operator, tuple[str, ...]]) -> list[PanelOption]:
    """The options with what is on ticked; values that are on but not among them come first."""
    included = active.get(Operator.ANY_OF, ())
    excluded = active.get(Operator.NONE_OF, ())
    known = {option.value for option in options}
    extra = [PanelOption(raw, raw, None) for raw in dict.fromkeys([*included, *excluded]) if raw not in known]
    return [
        replace(option, is_included=option.value in included, is_excluded=option.value in excluded)
        for option in [*extra, *options]
    ]
