"""What an act came to, in one sentence for the person who did it, and where it can be taken back."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.access import Access, Capability
from apps.contacts.history.undo import UndoOutcome
from apps.contacts.pages.addresses import Origin
from apps.core.local_figures import grouped


def _kept(outcome: UndoOutcome) -> str:
    if not outcome.kept:
        return ""
    first = outcome.kept[0]
    said = {
        "what": first.label,
        "reason": first.reason.rstrip(".।"),
        "number": grouped(outcome.kept_count - 1),
    }
    if outcome.kept_count > 1:
        return " " + _("Left as it is: %(what)s – %(reason)s (and %(number)s more).") % said
    return " " + _("Left as it is: %(what)s – %(reason)s.") % said


def undo_message(outcome: UndoOutcome) -> str:
    if not outcome.contacts:
        return _("Nothing was changed back.") + _kept(outcome)
    number = outcome.contacts
    said = ngettext("Undone on %(number)s contact.", "Undone on %(number)s contacts.", number)
    return said % {"number": grouped(number)} + _kept(outcome)


def restore_message(outcome: UndoOutcome) -> str:
    if not outcome.contacts:
        return _("Nothing was restored.") + _kept(outcome)
    number = outcome.contacts
    said = ngettext("%(number)s contact restored.", "%(number)s contacts restored.", number)
    return said % {"number": grouped(number)} + _kept(outcome)


def undo_href(contact_id: int, operation_id: int | None, origin: Origin, access: Access) -> str:
    """Where the message about an operation on a contact offers to take it back; '' for nowhere."""
    if operation_id is None or not access.can(Capability.UNDO):
        return ""
    query = origin.query_of(contact_id)
    return reverse("contact_undo", args=[contact_id, operation_id]) + (f"?{query}" if query else "")
