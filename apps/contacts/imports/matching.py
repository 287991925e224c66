"""Which rows are about which contact: by the keys in the database, and among each other in the file."""

from collections.abc import Sequence
from enum import StrEnum

from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.contacts.fields import RECOGNISABLE
from apps.contacts.imports.columns import comma
from apps.contacts.imports.staging import SQL_DRAWER, Key, Staged, execute
from apps.core.sql import load_sql

_SQL = load_sql(SQL_DRAWER / "matching.sql")
_MAX_ROUNDS = 10
MAX_ROWS_OF_CONTACT = 100


class Which(StrEnum):
    """Some of the groups of rows, as a test of their first row `h`."""

    KNOWN = "h.target IS NOT NULL"
    NEW = "h.target IS NULL"
    NEW_WITH_KEY = "h.target IS NULL AND h.has_key"
    KNOWN_OR_KEYED = "(h.target IS NOT NULL OR h.has_key)"


JOIN_INDUSTRY = SQL(load_sql(SQL_DRAWER / "writing.sql")["join_industry"])


def match_rows(staged: Staged) -> None:
    """Make the plan: for each row, the contact that its keys find and the first row about the same one."""
    matched = [key for key in staged.keys if key.is_matched]
    aliases = [Identifier(f"by_{key.name}") for key in matched]
    joins = [
        SQL(_SQL["join_on_key"]).format(alias=alias, key=Identifier(key.column))
        for alias, key in zip(aliases, matched, strict=True)
    ]
    ids: list[Composable] = [SQL("{}.id").format(alias) for alias in aliases]
    ids = ids or [SQL("NULL::bigint")]
    execute(
        _SQL["plan"],
        joins=SQL("\n").join(joins),
        ids=comma(ids),
        has_key=_has_any([k for k in matched if k.is_written]),
    )
    execute(_SQL["index"])
    execute("ANALYZE import_plan")
    execute(_SQL["create_links"])
    if _group_rows(matched):
        limit = Literal(MAX_ROWS_OF_CONTACT)
        execute(_SQL["reject_crowds"], limit=limit, limit_text=SQL(str(MAX_ROWS_OF_CONTACT)))


def match_same_content(staged: Staged, *, is_skipped: bool) -> None:
    """Rows without a key that only repeat what a contact already says are that contact, unchanged."""
    recognised = [column for column in staged.written if column.field.name in RECOGNISABLE]
    execute(
        _SQL["same_content"],
        outcome=Literal("skipped" if is_skipped else "unchanged"),
        industry=JOIN_INDUSTRY if _has_industry(staged) else SQL(""),
        equal_names=_all([SQL("{} = {}").format(column.stored, column.staged) for column in recognised]),
        contained=_all([*(column.is_contained for column in staged.written), SQL("c.custom @> s.custom")]),
    )


def reject_what_cannot_be_stored(staged: Staged, which: Which) -> None:
    """Rows with a key that another has, for the keys that are not matched by; rows that nothing names."""
    for key in staged.keys:
        if key.is_written and not key.is_matched:
            parts = {"key": Identifier(key.column), "label": Literal(key.label), "which": SQL(which)}
            execute(_SQL["reject_taken"], **parts)
            execute(_SQL["reject_taken_in_file"], **parts)
    if staged.match_only:
        recognised = [column for column in staged.written if column.field.name in RECOGNISABLE]
        execute(
            _SQL["reject_nameless"],
            which=SQL(which),
            named=_any([SQL("{} <> ''").format(c.staged) for c in recognised]),
        )


def skip_rows(which: Which) -> None:
    """Leave alone what the mode does not want."""
    execute(_SQL["skip"], which=SQL(which))


def _group_rows(matched: list[Key]) -> bool:
    """Give rows about the same contact the first of them as their head; says whether there are such rows.

    A row that links two groups, or belongs to another contact than its group, is rejected, and then the others are
    looked at anew: without it they may be two groups.
    """
    for attempt in range(1, _MAX_ROUNDS + 1):
        if not _link(matched):
            return False
        execute(_SQL["head_of_links"])
        while execute(_SQL["follow_heads"]):
            pass
        if attempt == _MAX_ROUNDS:
            execute(_SQL["reject_contradictions"])
        if not execute(_SQL["reject_links_between_groups"]) + execute(_SQL["reject_two_targets"]):
            break
        execute(_SQL["ungroup"])
        execute(_SQL["forget_links"])
    execute(_SQL["share_targets"])
    return True


def _link(matched: list[Key]) -> int:
    links = [_links_by(Identifier(key.column), "<> ''") for key in matched]
    links += [_links_by(Identifier("target"), "IS NOT NULL"), _links_by(Identifier("copy"), "IS NOT NULL")]
    keys: list[Composable] = [SQL("s.{}").format(Identifier(key.column)) for key in matched]
    return execute(
        _SQL["link"], keys=comma(keys or [SQL("NULL AS no_key")]), links=SQL("\nUNION ALL\n").join(links)
    )


def _links_by(key: Composable, given: str) -> Composable:
    return SQL(_SQL["link_by"]).format(key=key, given=SQL(given))


def _has_any(keys: list[Key]) -> Composable:
    return _any([SQL("s.{} <> ''").format(Identifier(key.column)) for key in keys])


def _has_industry(staged: Staged) -> bool:
    return any(column.field.name == "industry" for column in staged.written)


def _all(tests: Sequence[Composable]) -> Composable:
    return SQL(" AND ").join(tests) if tests else SQL("true")


def _any(tests: Sequence[Composable]) -> Composable:
    return SQL("({})").format(SQL(" OR ").join(tests)) if tests else SQL("false")
