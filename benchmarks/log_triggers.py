"""What the ways to log an update cost: server CPU per changed row, on a copy of the contact table without its indexes.

python -m benchmarks.log_triggers [--rows 20000]     Linux, the embedded server or one on this machine. Not a test.
The figures of docs/decisions/0002-operation-log.md come from here. Everything happens in a schema that is dropped.
"""

import argparse
import os
from pathlib import Path
from typing import Any

import django

SCHEMA = "log_benchmark"
CHANGE = (
    "INSERT INTO change (operation_id, contact_id, action, before, after, version) SELECT 1, n.id, 'update',"
)
PAIRS = "n.version FROM new_rows n JOIN old_rows o ON o.id = n.id AND o.version <> n.version"
EACH = """CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(was.key, was.value) AS b, jsonb_object_agg(was.key, now.value) AS a
    FROM jsonb_each(to_jsonb(o) - contacts_unlogged_columns()) was
    JOIN jsonb_each(to_jsonb(n) - contacts_unlogged_columns()) now USING (key)
    WHERE was.value <> now.value) diff"""
SAME = """CROSS JOIN LATERAL (
    SELECT akeys(hstore(o) - akeys(hstore(o) - hstore(n))) || contacts_unlogged_columns() AS k OFFSET 0) same"""
STATEMENTS = {
    "500 rows one by one": "UPDATE contact SET stage = 'x' || clock_timestamp() WHERE id = %s",
    "all rows, 2 columns": "UPDATE contact SET stage = 'x' || clock_timestamp(), city = city || 'x'",
}


def ways(columns: list[str]) -> dict[str, str | None]:
    """The body of the AFTER UPDATE statement trigger, by name; None is no trigger."""

    def cases(row: str) -> str:
        parts = ",".join(
            f"CASE WHEN o.{c} IS DISTINCT FROM n.{c} THEN '\"{c}\":' || coalesce(to_json({row}.{c})::text, 'null') END"
            for c in columns
        )
        return f"('{{' || concat_ws(',', {parts}) || '}}')::jsonb"

    return {
        "no log": None,
        "pairs of rows only, no values": f"{CHANGE} NULL, NULL, {PAIRS};",
        "whole old row, typed columns (as pghistory keeps it)": (
            "INSERT INTO event SELECT 1, o.* FROM old_rows o JOIN new_rows n ON o.id = n.id AND o.version <> n.version;"
        ),
        "jsonb_each": f"{CHANGE} diff.b, diff.a, {PAIRS} {EACH};",
        "hstore for the names, jsonb for the values": (
            f"{CHANGE} to_jsonb(o) - same.k, to_jsonb(n) - same.k, {PAIRS} {SAME};"
        ),
        "one CASE for each column": f"{CHANGE} {cases('o')}, {cases('n')}, {PAIRS};",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.log_triggers")
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    os.environ["PROCESS_ROLE"] = "setup"  # the owner: it alters tables
    django.setup()
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        columns = _prepare(cursor, rows)
        bodies = ways(columns) | {"this product's (migration 0003)": _own(cursor)}
        for name, body in bodies.items():
            _install(cursor, body)
            costs = {what: _cost(cursor, statement, rows) for what, statement in STATEMENTS.items()}
            words = "".join(f"{what}: {cost:6.0f} µs a row   " for what, cost in costs.items())
            print(f"{name:56}{words}stored: {_bytes_a_row(cursor):5.0f} bytes a row")
        transaction.set_rollback(True)


def _prepare(cursor: Any, rows: int) -> list[str]:
    cursor.execute(f"CREATE SCHEMA {SCHEMA}; SET LOCAL search_path = {SCHEMA}, public")
    cursor.execute("CREATE EXTENSION IF NOT EXISTS hstore")
    cursor.execute("CREATE TABLE contact (LIKE contacts_contact INCLUDING DEFAULTS INCLUDING GENERATED)")
    cursor.execute(
        """INSERT INTO contact (id, first_name, last_name, title, email, company, employees, city, country,
               departments, technologies, keywords, person_linkedin_url, mobile_phone, website, custom)
           SELECT i, 'First' || i %% 997, 'Last' || i, 'VP Sales ' || i %% 50, 'p' || i || '@example.com',
                  'Company ' || i, i %% 9000, 'Berlin', 'Germany',
                  '{Sales,Marketing}', '{Salesforce,HubSpot,Slack}', '{saas,crm,cloud}',
                  'https://www.linkedin.com/in/p' || i, '+49 30 ' || i, 'https://c' || i || '.example', '{"a": "b"}'
           FROM generate_series(1, %s) i""",
        [rows],
    )
    cursor.execute("ALTER TABLE contact ADD PRIMARY KEY (id)")
    cursor.execute("CREATE TABLE change (LIKE contacts_change INCLUDING ALL)")
    cursor.execute("CREATE TABLE event AS SELECT 1 AS operation_id, * FROM contact WHERE false")
    cursor.execute("CREATE INDEX ON event (id, operation_id); CREATE INDEX ON event (operation_id)")
    cursor.execute("ANALYZE contact")
    cursor.execute(
        "CREATE TRIGGER version BEFORE UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION contacts_number_version()"
    )
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'contact'::regclass AND attnum > 0 "
        "AND attname <> ALL (contacts_unlogged_columns()) ORDER BY attnum"
    )
    return [name for (name,) in cursor.fetchall()]


def _own(cursor: Any) -> str:
    """The product's own trigger function, writing to the copy."""
    cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'contacts_log_update'")
    source = cursor.fetchone()[0].replace("contacts_change", "change").strip()
    return str(source.replace("(SELECT contacts_current_operation())", "1"))


def _install(cursor: Any, body: str | None) -> None:
    cursor.execute(
        "DROP TRIGGER IF EXISTS log ON contact; DROP FUNCTION IF EXISTS log(); TRUNCATE change, event"
    )
    if body is None:
        return
    # A plan kept from a statement on one row must not pair all rows by a nested loop. The product's needs no such help.
    loops = "" if body.startswith("DECLARE") else "SET enable_nestloop = off "
    whole = body if body.startswith("DECLARE") else f"BEGIN {body} RETURN NULL; END"
    cursor.execute(
        f"CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql SET jit = off SET timezone = 'UTC' "
        f"{loops}AS $log$ {whole} $log$"
    )
    cursor.execute(
        "CREATE TRIGGER log AFTER UPDATE ON contact REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION log()"
    )


def _cost(cursor: Any, statement: str, rows: int) -> float:
    """CPU of the server process in µs for each changed row, the best of three."""
    one_by_one = "%s" in statement
    best = float("inf")
    for _ in range(3):
        before = cpu_seconds(cursor)
        if one_by_one:
            for number in range(1, 501):
                cursor.execute(statement, [number])
        else:
            cursor.execute(statement)
        best = min(best, (cpu_seconds(cursor) - before) / (500 if one_by_one else rows))
    return best * 1_000_000


def _bytes_a_row(cursor: Any) -> float:
    """On disk, indexes included."""
    cursor.execute("SELECT pg_total_relation_size('change') + pg_total_relation_size('event')")
    size = float(cursor.fetchone()[0])
    cursor.execute("SELECT (SELECT count(*) FROM change) + (SELECT count(*) FROM event)")
    return size / max(int(cursor.fetchone()[0]), 1)


def cpu_seconds(cursor: Any) -> float:
    cursor.execute("SELECT pg_backend_pid()")
    after_name = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
