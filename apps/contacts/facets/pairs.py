"""The faceted values of a contact, in SQL: one list for the triggers and for counting anew."""

from collections.abc import Iterable

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


def bit_columns() -> str:
    """SQL: the columns of contacts that the bitmaps look at."""
    columns = {"industry": "industry_id", "owner": "owner_id"}
    return ", ".join(columns.get(name, name) for name in sorted(BIT_FIELDS))
