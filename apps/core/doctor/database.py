"""The PostgreSQL server and what the product has in it."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.core.doctor.registry import Finding, examination, fail, fine, warn
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parents[1] / "sql" / "doctor.sql")
DATABASE, TABLES = "Database", "Tables and indexes"

OLDEST, NEWEST = 15, 18
NEEDED_EXTENSIONS = {"pg_trgm", "btree_gin", "unaccent"}
SMALL_WORK_MEM = 16 * 1024  # kB
# Besides the web processes: a worker (its pool, its listener, its threads) and a few commands.
OTHER_CONNECTIONS = 16
CLOCK_SECONDS = 2
OLD_TRANSACTION_SECONDS = 900


def rows(block: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL[block], parameters or None)
        return list(cursor.fetchall())


@examination(DATABASE, "version", asks_database=True)
def version() -> Finding:
    major = rows("settings", names=["server_version_num"])[0][1][:2]
    if int(major) < OLDEST:
        return fail(f"PostgreSQL {major} is too old.", f"Upgrade to one from {OLDEST} to {NEWEST}.")
    if int(major) > NEWEST:
        return warn(
            f"PostgreSQL {major} is newer than what the product was tested with ({OLDEST} to {NEWEST}).",
            "Look at the changelog for a version of the product that knows it.",
        )
    return fine(f"PostgreSQL {major}.")


@examination(DATABASE, "durability", asks_database=True)
def durability() -> Finding:
    found = dict(rows("settings", names=["fsync", "full_page_writes", "synchronous_commit"]))
    off = [name for name in ("fsync", "full_page_writes") if found[name] == "off"]
    if off:
        return fail(f"{' and '.join(off)} is off: a power cut can destroy the database.", "Switch it on.")
    if found["synchronous_commit"] == "off":
        return warn(
            "synchronous_commit is off: a crash loses what was saved in the last moments.", "Switch it on."
        )
    return fine("What is saved survives a power cut.")


@examination(DATABASE, "roles", asks_database=True)
def roles() -> Finding:
    ((role, is_superuser, owned),) = rows("role")
    if is_superuser:
        return fail(
            f"The product runs as {role}, a superuser: who finds a hole in it has the whole server.",
            "Set DATABASE_URL to an ordinary role and DATABASE_OWNER_URL to the database's owner.",
        )
    if owned:
        return warn(
            f"The product runs as {role}, which owns its tables and could alter them, the security log too.",
            "Set DATABASE_OWNER_URL to the owner and DATABASE_URL to another role; manage.py migrate makes it.",
        )
    return fine(f"The product runs as {role}, which owns nothing.")


@examination(DATABASE, "compiling", asks_database=True)
def compiling() -> Finding:
    if dict(rows("settings", names=["jit"]))["jit"] == "on":
        return warn(
            "jit is on: compiling the short queries costs more than it saves.",
            "ALTER DATABASE … SET jit = off",
        )
    return fine("Queries are not compiled (jit is off).")


@examination(DATABASE, "memory", asks_database=True)
def memory() -> Finding:
    found = dict(rows("settings", names=["work_mem", "shared_buffers"]))
    work, shared = int(found["work_mem"]), int(found["shared_buffers"]) * 8 // 1024
    sentence = f"work_mem is {work // 1024} MB, shared_buffers {shared} MB"
    if work < SMALL_WORK_MEM:
        return warn(f"{sentence}: large lists are sorted on disk.", "ALTER DATABASE … SET work_mem = '32MB'")
    return fine(f"{sentence}.")


@examination(DATABASE, "characters", asks_database=True)
def characters() -> Finding:
    encoding, kind = rows("character_type")[0]
    if encoding != "UTF8":
        return fail(f"The database's encoding is {encoding}.", "Make it anew with UTF8.")
    if kind in {"C", "POSIX"}:
        return warn(
            f"LC_CTYPE is {kind}: a search for a Greek, Cyrillic or Chinese name reads every contact.",
            "Make the database with a UTF-8 character type, such as C.UTF-8.",
        )
    return fine(f"UTF8, with the letters of {kind}.")


@examination(DATABASE, "extensions", asks_database=True)
def extensions() -> Finding:
    found = {name for (name,) in rows("extensions")}
    if missing := sorted(NEEDED_EXTENSIONS - found):
        return fail(f"Extensions are missing: {', '.join(missing)}.", "manage.py migrate installs them.")
    if "intarray" in found:
        return fail("intarray is installed: it disables the indexes on lists.", "DROP EXTENSION intarray")
    return fine(f"{', '.join(sorted(NEEDED_EXTENSIONS))} are there; intarray is not.")


@examination(DATABASE, "connections", asks_database=True)
def connections() -> Finding:
    used, most = rows("connections")[0]
    pool = settings.DATABASES["default"]["OPTIONS"].get("pool") or {}
    wanted = settings.WEB_PROCESSES * pool.get("max_size", 0)
    sentence = f"{used} of {most} connections are in use; the web may take {wanted}"
    if wanted + OTHER_CONNECTIONS > most:
        return warn(
            f"{sentence}, which leaves too few for the worker and commands.",
            "Lower WEB_PROCESSES or DB_POOL_MAX_SIZE, or raise max_connections.",
        )
    if used > 0.8 * most:
        return warn(f"{sentence}.", "Look in pg_stat_activity for who holds them.")
    return fine(f"{sentence}.")


@examination(DATABASE, "clock", asks_database=True)
def clock() -> Finding:
    before = time.time()
    ((told, zone),) = rows("clock")
    difference = max(before - told, told - time.time(), 0.0)
    if difference > CLOCK_SECONDS:
        return warn(
            f"The clocks of the database and of this machine differ by {difference:.0f} s.",
            "Let both follow a time server; sessions and schedules depend on it.",
        )
    if zone != settings.TIME_ZONE:
        return warn(
            f"The database answers in the time zone {zone} instead of {settings.TIME_ZONE}.",
            "Remove the time zone from the options of DATABASE_URL.",
        )
    return fine(f"The clocks of the database and of this machine agree, in {zone}.")


@examination(TABLES, "migrations", asks_database=True)
def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        names = ", ".join(str(migration) for migration, _ in waiting[:3])
        return fail(f"{len(waiting)} migrations are not applied: {names}.", "manage.py migrate")
    return fine("All migrations are applied.")


@examination(TABLES, "validity of indexes", asks_database=True)
def validity_of_indexes() -> Finding:
    broken = [name for (name,) in rows("invalid_indexes")]
    if broken:
        return fail(
            f"Indexes are unusable: {', '.join(broken[:5])}.",
            "REINDEX INDEX CONCURRENTLY …; a name that ends in _ccnew may be dropped.",
        )
    return fine("Every index is usable.")


@examination(TABLES, "doubled indexes", asks_database=True)
def doubled_indexes() -> Finding:
    pairs = rows("doubled_indexes")
    if pairs:
        named = "; ".join(f"{one} and {other}" for one, other in pairs[:3])
        return warn(f"Indexes hold the same twice: {named}.", "Drop one of each that you added yourself.")
    return fine("No two indexes hold the same.")


@examination(TABLES, "dead rows", asks_database=True)
def dead_rows() -> Finding:
    tables = rows("bloated_tables")
    if tables:
        named = ", ".join(f"{name} ({dead:,} dead, {live:,} live)" for name, dead, live in tables)
        return warn(
            f"Tables hold many dead rows: {named}.", "VACUUM (ANALYZE) them; see the oldest transaction."
        )
    return fine("No table holds many dead rows.")


@examination(TABLES, "statistics", asks_database=True)
def statistics() -> Finding:
    tables = [name for (name,) in rows("unknown_tables")]
    if tables:
        return warn(
            f"The planner knows nothing about {', '.join(tables)}.", "ANALYZE, once; then see autovacuum."
        )
    return fine("The planner knows the large tables.")


@examination(TABLES, "autovacuum", asks_database=True)
def autovacuum() -> Finding:
    found = dict(rows("settings", names=["autovacuum", "track_counts"]))
    ((age, limit),) = rows("transaction_age")
    if "off" in found.values():
        return fail("autovacuum is off: tables grow and, in the end, writing stops.", "Switch it on.")
    if age > 2 * limit:
        return (fail if age > 1_500_000_000 else warn)(
            f"The oldest row is {age:,} transactions old; autovacuum does not keep up.",
            "VACUUM (FREEZE), soon.",
        )
    return fine(f"autovacuum is on; the oldest row is {age:,} transactions old.")


@examination(TABLES, "oldest transaction", asks_database=True)
def oldest_transaction() -> Finding:
    ((seconds,),) = rows("oldest_transaction")
    if seconds and seconds > OLD_TRANSACTION_SECONDS:
        return warn(
            f"A transaction has been open for {seconds / 60:.0f} minutes; nothing deleted since then is cleaned up.",
            "pg_stat_activity shows whose it is.",
        )
    return fine("No transaction has been open for long.")
