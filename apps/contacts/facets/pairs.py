"""The faceted values of a contact, in SQL: one list for the triggers and for counting anew."""

from collections.abc import Iterable, Sequence

# (field, SQL of its value); for lists the value is unnested. {r} is a row of contacts.
_SCALARS = {
    "title": "{r}.title",
    "seniority": "{r}.seniority",
    "email_status": "{r}.email_status",
    "company": "{r}.company",
    "industry": "{r}.industry_id::text",
    "employees": """CASE WHEN {r}.employees <= 10 THEN '0-10' WHEN {r}.employees <= 20 THEN '11-20'
        WHEN {r}.employees <= 50 THEN '21-50' WHEN {r}.employees <= 100 THEN '51-100'
        WHEN {r}.employees <= 200 THEN '101-200' WHEN {r}.employees <= 500 THEN '201-500'
        WHEN {r}.employees <= 1000 THEN '501-1000' WHEN {r}.employees <= 2000 THEN '1001-2000'
        WHEN {r}.employees <= 5000 THEN '2001-5000' WHEN {r}.employees <= 10000 THEN '5001-10000'
        WHEN {r}.employees > 10000 THEN '10001+' END""",
    "city": "{r}.city",
    "state": "{r}.state",
    "country": "{r}.country",
    "latest_funding": "{r}.latest_funding",
    "stage": "{r}.stage",
    "owner": "{r}.owner_id::text",
    "source": "{r}.source",
}
_LISTS = {
    "departments": "{r}.departments",
    "keywords": "{r}.keywords",
    "technologies": "{r}.technologies",
    "tags": "{r}.tags",
}


def pairs_of(row: str) -> str:
    """SQL for the (field, value) pairs of the row with that alias, for CROSS JOIN LATERAL.

    The pair ('', '') counts the row itself.
    """
    scalars = ", ".join(f"('{name}', {sql.format(r=row)})" for name, sql in _SCALARS.items())
    lists = " ".join(
        f"UNION ALL SELECT '{name}', unnest({sql.format(r=row)})" for name, sql in _LISTS.items()
    )
    # Made of the constants above and an alias, nothing from outside.
    return f"(SELECT * FROM (VALUES ('', ''), {scalars}) scalar(field, value) {lists}) pair(field, value)"  # noqa: S608


# Columns outside the option lists whose emptiness is asked for all day.
_EMPTINESS = ("email", "person_linkedin_url", "work_direct_phone", "mobile_phone")
_FLAGS = ("do_not_contact",)
BIT_FIELDS = frozenset([*_SCALARS, *_LISTS, *_EMPTINESS, *_FLAGS])
# What has a bitmap however many contacts it concerns: everybody, the empty fields, the flags.
ALWAYS_BITS = (
    ("", ""),
    *((name, "") for name in (*_SCALARS, *_LISTS, *_EMPTINESS)),
    *((name, "true") for name in _FLAGS),
)


def bit_pairs_of(row: str, fields: Iterable[str]) -> str:
    """As pairs_of, for the bitmaps of some fields: an empty field is the value ''."""
    wanted = frozenset(fields)
    scalars = [(name, f"coalesce({sql}, '')") for name, sql in _SCALARS.items()]
    scalars += [(name, f"CASE WHEN {{r}}.{name} = '' THEN '' END") for name in _EMPTINESS]
    scalars += [(name, f"CASE WHEN {{r}}.{name} THEN 'true' END") for name in _FLAGS]
    pairs = ", ".join(
        ["('', '')", *(f"('{name}', {sql.format(r=row)})" for name, sql in scalars if name in wanted)]
    )
    lists = " ".join(
        f"UNION ALL SELECT '{name}', unnest(coalesce(nullif({sql.format(r=row)}, '{{}}'), ARRAY['']::text[]))"
        for name, sql in _LISTS.items()
        if name in wanted
    )
    return f"(SELECT * FROM (VALUES {pairs}) scalar(field, value) {lists}) pair(field, value)"  # noqa: S608


# Upper ends (exclusive) of a histogram's bars, in whole US dollars: half powers of ten, as people read them.
MONEY_EDGES = (100_000, 300_000, *(n * 10**power for power in (6, 7, 8) for n in (1, 3)), 10**9, 3 * 10**9)


def panel_pairs_of(row: str, fields: Iterable[str], places: Iterable[str], amounts: Iterable[str]) -> str:
    """As bit_pairs_of, with what the filter panel counts besides: the pair ('', '') for the row itself, a contact's
    places (once each) as its location, and amounts as the number of their bar in a histogram.
    """
    edges = ", ".join(map(str, MONEY_EDGES))
    bars = " ".join(
        f"UNION ALL SELECT '{name}', width_bucket({row}.{name}, ARRAY[{edges}]::bigint[])::text"
        f" WHERE {row}.{name} IS NOT NULL"
        for name in amounts
    )
    somewhere = " ".join(f"UNION ALL SELECT 'location', {sql}" for sql in _locations(row, list(places)))
    return f"(SELECT * FROM {bit_pairs_of(row, fields)} {bars} {somewhere}) pair(field, value)"  # noqa: S608


def _locations(row: str, places: Sequence[str]) -> Iterable[str]:
    """SQL for each place of a row, NULL where it is empty or like an earlier one; and '' for who is nowhere."""
    for number, place in enumerate(places):
        earlier = "".join(f" AND {_differ(f'{row}.{place}', f'{row}.{other}')}" for other in places[:number])
        yield f"CASE WHEN {row}.{place} <> ''{earlier} THEN {row}.{place} END"
    if places:
        nowhere = " AND ".join(f"{row}.{place} = ''" for place in places)
        yield f"CASE WHEN {nowhere} THEN '' END"


def _differ(one: str, other: str) -> str:
    """SQL: do two texts differ once folded? Folding is slow, and of plain letters it only makes small ones."""
    both = f"{one} || {other}"
    return (
        f"(lower({one}) <> lower({other}) AND "
        f"(octet_length({both}) = length({both}) OR a360_fold({one}) <> a360_fold({other})))"
    )


def columns_of(fields: Iterable[str]) -> list[str]:
    """The columns of contacts that the pairs of some fields are made of."""
    return [{"industry": "industry_id", "owner": "owner_id"}.get(name, name) for name in fields]


def bit_columns() -> str:
    """SQL: the columns of contacts that the bitmaps look at."""
    return ", ".join(columns_of(sorted(BIT_FIELDS)))
