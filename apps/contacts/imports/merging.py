"""Several rows about one contact become one, and nothing that they say is lost.

Two kinds of files have such rows. In a list of people a few come twice by accident. Other files list things of which a
contact has several, such as offices: many contacts have many rows. There, a column over which the rows of any contact
differ (an office's address) describes the thing and not the contact: it fills an empty field with its first value,
never replaces one, and is kept in `custom` for everybody.
"""

from dataclasses import replace

from psycopg.sql import SQL, Composable, Literal

from apps.contacts.fields import Kind
from apps.contacts.imports.columns import StagedColumn, comma, names
from apps.contacts.imports.staging import SQL_DRAWER, Staged, execute, fetch
from apps.core.sql import load_sql

_SQL = load_sql(SQL_DRAWER / "merging.sql")
LISTING_SHARE = 0.2  # of the contacts in a file that have several rows, for the file to be such a list


def merge_rows(staged: Staged) -> Staged:
    """Merge the rows of each contact into its first. The answer knows which columns only fill empty fields."""
    [(repeated, contacts)] = fetch(_SQL["has_groups"])
    if not repeated:
        return staged
    titled = [column for column in staged.written if _is_titled(column, staged)]
    execute(_SQL["mark_copies"])
    execute("DROP TABLE IF EXISTS import_cell")
    execute(_SQL["create_cells"], titled_fields=_object(titled, staged))
    is_listing = repeated >= contacts * LISTING_SHARE
    contested = {title for (title,) in fetch(_SQL["contested_titles"])} if is_listing else set()
    execute(
        _SQL["merge"],
        merged_columns=SQL("").join(
            SQL(", {} AS {}").format(column.merged, name)
            for column, name in zip(staged.columns, names(staged.columns), strict=True)
        ),
        set_columns=SQL("").join(
            SQL(", {} = {}").format(name, column.from_merged)
            for column, name in zip(staged.columns, names(staged.columns), strict=True)
        ),
        listed_titles=SQL("{}::text[]").format(Literal(list(contested))),
        keeps_custom=Literal(staged.keeps_custom),
    )
    return _with_timid(staged, [column for column in titled if staged.titles[column.field.name] in contested])


def _with_timid(staged: Staged, listed: list[StagedColumn]) -> Staged:
    if not listed:
        return staged
    if staged.keeps_custom:
        execute(_SQL["keep_lone_cells"], titled_fields=_object(listed, staged))
    return replace(
        staged,
        columns=[replace(column, is_timid=True) if column in listed else column for column in staged.columns],
    )


def _is_titled(column: StagedColumn, staged: Staged) -> bool:
    """Whether differing values are kept under the header. Lists join, do_not_contact is true when any row says so."""
    return column.field.kind not in {Kind.LIST, Kind.BOOLEAN} and column.field.name not in staged.guessed


def _object(columns: list[StagedColumn], staged: Staged) -> Composable:
    pairs = [
        SQL("{}, {}").format(Literal(staged.titles[column.field.name]), column.text) for column in columns
    ]
    return SQL("jsonb_build_object({})").format(comma(pairs))
