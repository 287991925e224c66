"""What a bulk act is called, before it is done and after."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.access import Access
from apps.contacts.bulk.deeds import Deed
from apps.contacts.bulk.models import BulkAct
from apps.contacts.bulk.running import Tally
from apps.contacts.fields import FIELDS
from apps.contacts.queries import spoken_values

Kind = BulkAct.Kind


def statement(deed: Deed, number: int) -> str:
    """What is about to be done: Set Stage to Hot for 13,250 contacts."""
    if deed.is_deletion:
        text = ngettext("Move %(count)s contact to the trash", "Move %(count)s contacts to the trash", number)
    elif deed.is_undo:
        text = ngettext(
            "Undo what was done to %(count)s contact", "Undo what was done to %(count)s contacts", number
        )
    elif deed.is_emptying:
        text = ngettext(
            "Empty %(field)s of %(count)s contact", "Empty %(field)s of %(count)s contacts", number
        )
    elif deed.kind is Kind.ADD:
        text = ngettext(
            "Add %(value)s to %(field)s of %(count)s contact",
            "Add %(value)s to %(field)s of %(count)s contacts",
            number,
        )
    elif deed.kind is Kind.REMOVE:
        text = ngettext(
            "Remove %(value)s from %(field)s of %(count)s contact",
            "Remove %(value)s from %(field)s of %(count)s contacts",
            number,
        )
    else:
        text = ngettext(
            "Set %(field)s to %(value)s for %(count)s contact",
            "Set %(field)s to %(value)s for %(count)s contacts",
            number,
        )
    return text % _words(deed, number)


def title_of(act: BulkAct, access: Access) -> str:
    """What an act is about; not which field, for somebody who may not read it any more."""
    deed = Deed.of(act)
    if deed.field and not access.can_read(deed.field):
        text = ngettext("Change %(count)s contact", "Change %(count)s contacts", act.selected)
        return text % {"count": figure(act.selected)}
    return statement(deed, act.selected)


def outcome(act: BulkAct, tally: Tally, access: Access) -> str:
    """What it came to, in a message: Stage of 3 contacts: Hot. 2 already had it."""
    deed = Deed.of(act)
    return " ".join([_done(deed, tally.changed, access), *rest(deed, tally)])


def rest(deed: Deed, tally: Tally) -> list[str]:
    """What became of those that were not changed, a sentence for each reason."""
    sentences = []
    if tally.unchanged:
        sentences.append(already(deed, tally.unchanged))
    if tally.refused:
        sentences.append(spoilt(deed, tally.refused))
    if tally.gone:
        text = ngettext("%(count)s was deleted meanwhile.", "%(count)s were deleted meanwhile.", tally.gone)
        sentences.append(text % {"count": figure(tally.gone)})
    if tally.left:
        text = ngettext("%(count)s was not reached.", "%(count)s were not reached.", tally.left)
        sentences.append(text % {"count": figure(tally.left)})
    return sentences


def already(deed: Deed, number: int) -> str:
    """Those that are as they should be before anything is done."""
    if deed.is_undo:
        text = ngettext(
            "Nothing was left to change back on %(count)s contact.",
            "Nothing was left to change back on %(count)s contacts.",
            number,
        )
    elif deed.is_emptying:
        text = ngettext("%(count)s has nothing there.", "%(count)s have nothing there.", number)
    elif deed.kind is Kind.REMOVE:
        text = ngettext("%(count)s does not have it.", "%(count)s do not have it.", number)
    else:
        text = ngettext("%(count)s already has it.", "%(count)s already have it.", number)
    return text % {"count": figure(number)}


def spoilt(deed: Deed, number: int) -> str:
    """Those that must be left as they are, and why."""
    if deed.kind is Kind.ADD:
        text = ngettext(
            "%(count)s stays as it is: its list is full.",
            "%(count)s stay as they are: their lists are full.",
            number,
        )
    elif deed.is_undo:
        text = ngettext(
            "%(count)s stays as it is: it was changed since, or its place is taken.",
            "%(count)s stay as they are: they were changed since, or their place is taken.",
            number,
        )
    else:
        text = ngettext(
            "%(count)s stays as it is: nothing else says who it is.",
            "%(count)s stay as they are: nothing else says who they are.",
            number,
        )
    return text % {"count": figure(number)}


def figure(number: int) -> str:
    return str(number_format(number, force_grouping=True))


def _done(deed: Deed, changed: int, access: Access) -> str:
    if not changed:
        return _("Nothing was changed back.") if deed.is_undo else _("Nothing was changed.")
    if deed.is_undo:
        text = ngettext("Undone on %(number)s contact.", "Undone on %(number)s contacts.", changed)
        return text % {"number": figure(changed)}
    if deed.is_deletion:
        text = ngettext("%(count)s contact is in the trash.", "%(count)s contacts are in the trash.", changed)
    elif not access.can_read(deed.field):
        text = ngettext("%(count)s contact changed.", "%(count)s contacts changed.", changed)
    elif deed.is_emptying:
        text = ngettext(
            "%(field)s of %(count)s contact is empty now.",
            "%(field)s of %(count)s contacts is empty now.",
            changed,
        )
    elif deed.kind is Kind.ADD:
        text = ngettext(
            "%(value)s added to %(field)s of %(count)s contact.",
            "%(value)s added to %(field)s of %(count)s contacts.",
            changed,
        )
    elif deed.kind is Kind.REMOVE:
        text = ngettext(
            "%(value)s removed from %(field)s of %(count)s contact.",
            "%(value)s removed from %(field)s of %(count)s contacts.",
            changed,
        )
    else:
        text = ngettext(
            "%(field)s of %(count)s contact: %(value)s.",
            "%(field)s of %(count)s contacts: %(value)s.",
            changed,
        )
    return text % _words(deed, changed)


def _words(deed: Deed, number: int) -> dict[str, Any]:
    words: dict[str, Any] = {"count": figure(number)}
    if deed.field:
        field = FIELDS[deed.field]
        words |= {"field": field.label, "value": spoken_values(field, [deed.value])[0]}
    return words
