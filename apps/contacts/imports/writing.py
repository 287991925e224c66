"""The planned rows become contacts: new ones inserted, changed ones updated, all the others left untouched."""

from collections.abc import Callable

from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.contacts.imports.columns import StagedColumn, comma
from apps.contacts.imports.matching import JOIN_INDUSTRY
from apps.contacts.imports.staging import SQL_DRAWER, Staged, execute, fetch
from apps.core.sql import load_sql

_SQL = load_sql(SQL_DRAWER / "writing.sql")
BATCH = 20_000  # rows of the file in one statement


class Raced(Exception):
    """Somebody else created or took one of the keys in the meantime: the import must look again."""


def write_known(staged: Staged, *, last: int, progress: Callable[[int], None]) -> None:
    """Update the contacts that rows were matched with."""
    create_industries(staged)
    assignments = _assignments(staged)
    parts: dict[str, Composable] = {
        "industry": _industry(staged),
        "assignments": comma([SQL("{} = {}").format(name, value) for name, _, value in assignments]),
        "differs": SQL("({}) IS DISTINCT FROM ({})").format(
            comma([old for _, old, _ in assignments]), comma([new for _, _, new in assignments])
        ),
    }
    if assignments:
        for low in range(0, last + 1, BATCH):
            execute(_SQL["update"], low=Literal(low), high=Literal(low + BATCH - 1), **parts)
            progress(min(low + BATCH, last) - 1)  # the header is row 1
    execute(_SQL["rest_is_unchanged"])


def write_new(
    staged: Staged,
    *,
    operation_id: int,
    source: str,
    has_key: bool,
    last: int,
    progress: Callable[[int], None],
) -> None:
    """Create the contacts that no row was matched with; those with a key, or those without. Raises Raced."""
    create_industries(staged)
    planned = execute(_SQL["give_ids"], which=SQL("p.has_key" if has_key else "NOT p.has_key"))
    execute("ANALYZE import_plan")  # else the planner expects no new rows, and walks the staged ones for each
    columns, values = _inserted(staged, source)
    created = 0
    for low in range(0, last + 1 if planned else 0, BATCH):
        created += execute(
            _SQL["insert"],
            columns=comma(columns),
            values=comma(values),
            operation=Literal(operation_id),
            industry=_industry(staged),
            low=Literal(low),
            high=Literal(low + BATCH - 1),
        )
        progress(min(low + BATCH, last) - 1)  # the header is row 1
    if created != planned:
        raise Raced


def settle_members() -> None:
    """Say for the rows that were merged into an earlier one what they did."""
    execute(_SQL["settle_members"])


def written_contacts() -> tuple[int, int]:
    """How many contacts the plan says were created and updated."""
    [(created, updated)] = fetch(_SQL["written"])
    return created, updated


def create_industries(staged: Staged) -> None:
    if _has_industry(staged):
        execute(_SQL["create_industries"])


def _has_industry(staged: Staged) -> bool:
    return any(column.field.name == "industry" for column in staged.written)


def _industry(staged: Staged) -> Composable:
    return JOIN_INDUSTRY if _has_industry(staged) else SQL("")


def _assignments(staged: Staged) -> list[tuple[Composable, Composable, Composable]]:
    """Column, its value now and its new value, for everything this import writes."""
    found: list[tuple[Composable, Composable, Composable]] = [
        (Identifier(column.stored_name), column.stored, column.written) for column in staged.written
    ]
    if staged.keeps_custom:
        found.append((SQL("custom"), SQL("c.custom"), SQL("c.custom || s.custom")))
    return found


def _inserted(staged: Staged, source: str) -> tuple[list[Composable], list[Composable]]:
    columns: list[StagedColumn] = [column for column in staged.written if column.field.name != "source"]
    names: list[Composable] = [Identifier(column.stored_name) for column in columns]
    values = [column.value for column in columns]
    origin: Composable = Literal(source)
    if len(columns) < len(staged.written):
        origin = SQL("coalesce(nullif(s.source, ''), {})").format(origin)
    return [*names, Identifier("source")], [*values, origin]
