"""What may stand in an address."""


class BigIdConverter:
    """An id that fits PostgreSQL's bigint; a longer number is no address of ours (404, not an error)."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
