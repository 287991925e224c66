"""Names for what has none of its own: a grant typed on a page, a changed limit."""

import re
from secrets import token_hex

_MADE_UP = re.compile(r"(form|limit|command) [0-9a-f]{12}|month \d{4}-\d\d")


def new_reference(kind: str) -> str:
    """Such as "form 5f2c91aa03de". One per form that is shown: sent twice, it is still one grant."""
    return f"{kind} {token_hex(6)}"


def is_made_up(reference: str) -> bool:
    """Whether it only keeps entries apart, and tells people nothing that the entry does not say."""
    return _MADE_UP.fullmatch(reference) is not None
