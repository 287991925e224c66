"""Which column of a file becomes what: a catalogue field, a full name to split, a key of `custom`, or nothing."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from apps.accounts.access import Access
from apps.contacts.fields import CUSTOM, FIELDS, Field
from apps.contacts.imports.errors import MappingError
from apps.contacts.imports.headers import FULL_NAME, REJECT_COLUMNS, Header, field_names, normalise_header

SPLIT_NAME = "full_name"  # in a mapping file: split into first and last name
LEAVE_OUT = ""  # in a mapping file
MATCH_FIELDS = {"email": "email", "linkedin": "person_linkedin_url", "contact_id": "contact_id"}
_MAPPING_NAME = re.compile(r"[\w-]{1,100}")


@dataclass(slots=True)
class ColumnPlan:
    """What happens to the columns of one file, in their order, under one person's rights."""

    fields: dict[str, Header] = field(default_factory=dict)  # catalogue field → the column it comes from
    match_only: set[str] = field(default_factory=set)  # of these: read to find the contact, not written
    full_name: Header | None = None
    custom: list[Header] = field(default_factory=list)
    left_out: list[Header] = field(
        default_factory=list
    )  # on request, or since the person may not change the column

    @property
    def written(self) -> list[Field]:
        return [FIELDS[name] for name in self.fields if name not in self.match_only]


def plan_columns(
    headers: Sequence[Header],
    *,
    access: Access,
    chosen: Mapping[str, str] | None = None,
    match: Iterable[str] = MATCH_FIELDS,
) -> ColumnPlan:
    """By `chosen` (header → field name) where it speaks, else by the catalogue's names and aliases.

    A column whose field the person may not change is left out, and not put into `custom`: there everybody who sees
    `custom` would see it. Raises MappingError when no column is known.
    """
    wanted = _wanted(headers, chosen or {})
    plan = ColumnPlan()
    for header in headers:
        _place(plan, header, wanted[header.index], access, {MATCH_FIELDS[key] for key in match})
    if not plan.fields and not plan.full_name:
        raise MappingError(
            "None of the columns is known: the first row must hold names such as Email, First Name or Company."
            if not plan.left_out
            else "You may not change any of the columns in this file."
        )
    return plan


def load_mapping(name: str, saved_in: Path) -> dict[str, str]:
    """The mapping of a .json file, or one saved by its name: {"Header": "field" | "custom" | "full_name" | ""}."""
    path = Path(name) if name.endswith(".json") else saved_in / f"{name}.json"
    if not name.endswith(".json") and not _MAPPING_NAME.fullmatch(name):
        raise MappingError("A mapping's name has letters, digits, hyphens and underscores only.")
    try:
        mapping = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MappingError(f"There is no mapping {name}.") from None
    except (OSError, ValueError) as error:
        raise MappingError(f"The mapping {name} cannot be read: {error}") from error
    if not isinstance(mapping, dict) or not all(isinstance(value, str) for value in mapping.values()):
        raise MappingError(f'The mapping {name} is not of the form {{"Header": "field"}}.')
    return mapping


def _wanted(headers: Sequence[Header], chosen: Mapping[str, str]) -> list[str]:
    """For each column a field name, CUSTOM, SPLIT_NAME or LEAVE_OUT, before rights are looked at."""
    choices = _by_normal_header(chosen, headers)
    wanted = [choices.get(h.normal, LEAVE_OUT if h.title in REJECT_COLUMNS else CUSTOM) for h in headers]
    given = {name for name in choices.values() if name in FIELDS}
    best: dict[str, tuple[int, int]] = {}
    for header in headers:
        name, rank = field_names().get(header.normal, ("", 0))
        if name and header.normal not in choices and name not in given:
            best[name] = min(best.get(name, (rank, header.index)), (rank, header.index))
    for name, (_, index) in best.items():
        wanted[index] = name
    if not {"first_name", "last_name", SPLIT_NAME} & set(wanted):
        for header in headers:
            if header.normal in FULL_NAME and header.normal not in choices:
                wanted[header.index] = SPLIT_NAME
                break
    return wanted


def _by_normal_header(chosen: Mapping[str, str], headers: Sequence[Header]) -> dict[str, str]:
    present = {header.normal for header in headers}
    choices: dict[str, str] = {}
    for title, target in chosen.items():
        if target not in {CUSTOM, SPLIT_NAME, LEAVE_OUT} and not (
            target in FIELDS and FIELDS[target].is_writable
        ):
            raise MappingError(
                f"The mapping sends “{title}” to “{target}”, which is no field that can be imported."
            )
        if target in choices.values() and target in FIELDS:
            raise MappingError(f"The mapping sends two columns to “{target}”.")
        if normalise_header(title) in present:
            choices[normalise_header(title)] = target
    return choices


def _place(plan: ColumnPlan, header: Header, target: str, access: Access, match_fields: set[str]) -> None:
    if target in FIELDS and access.can_edit(target):
        plan.fields[target] = header
    elif target in match_fields and access.can_read(target):
        plan.fields[target] = header
        plan.match_only.add(target)
    elif target == SPLIT_NAME and access.can_edit("first_name") and access.can_edit("last_name"):
        plan.full_name = header
    elif target == CUSTOM and access.can_edit(CUSTOM):
        plan.custom.append(header)
    else:
        plan.left_out.append(header)
