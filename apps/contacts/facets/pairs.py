"""The faceted values of a contact, in SQL: one list for the triggers and for counting anew."""

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
