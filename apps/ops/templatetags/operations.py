"""Words for the operators' pages."""

from datetime import UTC, datetime

from django import template

from apps.core.jobs.definition import label_of

register = template.Library()


@register.filter
def job_label(task: str) -> str:
    """What a job does, in words; of one that this version does not know, its name."""
    return label_of(task)


@register.filter
def duration(seconds: float | None) -> str:
    """0.25 → "250 ms", 75 → "1 min 15 s", 7300 → "2 h 1 min"; nothing for None."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} days"


@register.filter
def age(moment: datetime | None) -> str:
    """How long ago, as a duration in whole seconds."""
    return "" if moment is None else duration(max(1, round((datetime.now(UTC) - moment).total_seconds())))


@register.filter
def name_of(people: dict[int, str], person_id: int | None) -> str:
    """Who asked for something; the clock and commands have no id."""
    return "" if person_id is None else people.get(person_id, f"Person {person_id} (deleted)")
