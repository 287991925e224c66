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


def merge_rows(staged: Staged) -> tuple[Staged, list[str]]:
    """Merge the rows of each contact into its first.

    The answer knows which columns only fill empty fields, and the headers of the things that the file lists.
    """
    [(repeated, contacts)] = fetch(_SQL["has_groups"])
    if not repeated:
        return staged, []
    titled = [column for column in staged.written if _is_titled(column, staged)]
    execute(_SQL["mark_copies"])
    execute(_SQL["create_cells"], titled_fields=_object(titled, staged))
    is_listing = repeated >= contacts * LISTING_SHARE
    listed = sorted(title for (title,) in fetch(_SQL["contested_titles"])) if is_listing else []
    everything = list(zip(names(staged.columns), staged.columns, strict=True))
    execute(
        _SQL["merge"],
        merged_columns=SQL("").join(
            SQL(", {} AS {}").format(column.merged, name) for name, column in everything
        ),
        set_columns=SQL("").join(
            SQL(", {} = {}").format(name, column.from_merged) for name, column in everything
        ),
        listed_titles=SQL("{}::text[]").format(Literal(listed)),
        keeps_custom=Literal(staged.keeps_custom),
    )
    timid = [column for column in titled if staged.titles[column.field.name] in listed]
    if timid and staged.keeps_custom:
        execute(_SQL["keep_lone_cells"], titled_fields=_object(timid, staged))
    columns = [replace(column, is_timid=True) if column in timid else column for column in staged.columns]
    return replace(staged, columns=columns), listed


def _is_titled(column: StagedColumn, staged: Staged) -> bool:
    """Whether differing values are kept under the header. Lists join, do_not_contact is true when any row says so."""
    return column.field.kind not in {Kind.LIST, Kind.BOOLEAN} and column.field.name not in staged.guessed


def _object(columns: list[StagedColumn], staged: Staged) -> Composable:
    pairs = [
        SQL("{}, {}").format(Literal(staged.titles[column.field.name]), column.text) for column in columns
    ]
    return SQL("jsonb_build_object({})").format(comma(pairs))
