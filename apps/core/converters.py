"""What may stand in an address."""


def id_or_none(raw: str) -> int | None:
    """An id that somebody sent as text; None for what is none or does not fit PostgreSQL's bigint."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else None


class BigIdConverter:
    """An id that fits PostgreSQL's bigint; a longer number is no address of ours (404, not an error)."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
