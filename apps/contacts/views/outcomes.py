"""What an act came to, in one sentence for the person who did it."""

from apps.contacts.history.undo import UndoOutcome


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _kept(outcome: UndoOutcome) -> str:
    if not outcome.kept:
        return ""
    first = outcome.kept[0]
    more = f" (and {outcome.kept_count - 1:,} more)" if outcome.kept_count > 1 else ""
    return f" Left as it is: {first.label} – {first.reason.removesuffix('.')}{more}."


def undo_message(outcome: UndoOutcome) -> str:
    if not outcome.contacts:
        return "Nothing was changed back." + _kept(outcome)
    return f"Undone on {_counted(outcome.contacts, 'contact')}." + _kept(outcome)


def restore_message(outcome: UndoOutcome) -> str:
    if not outcome.contacts:
        return "Nothing was restored." + _kept(outcome)
    return f"{_counted(outcome.contacts, 'contact')} restored." + _kept(outcome)
