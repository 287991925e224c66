"""Taking out of a text what may be somebody's: e-mail addresses, phone numbers, secrets, values of the database."""

import re
from pathlib import Path

LONGEST = 2_000
_PROJECT = f"{Path(__file__).resolve().parents[3]}/"
_LIBRARIES = ("/site-packages/", "/dist-packages/")

# From the first letter of a word on, so a long text without any is read once and not from each of its letters.
EMAIL = re.compile(r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]++@[\w-]+(?:\.[\w-]+)+")
# With a plus and its country, or in groups as people write them.
PHONE = re.compile(
    r"(?<![\w.])\+\d[\d\s().-]{5,18}\d"
    r"|(?<![\w.-])\(\d{2,5}\)[\s-]?\d{2,5}[\s-]?\d{3,5}(?![\w-])"
    r"|(?<![\w.:-])\d{3}[-.\s]\d{3}[-.\s]\d{4}(?![\w-])"
    r"|(?<![\w.:-])0\d{1,4}[\s/-]\d{5,10}(?![\w-])"
    r"|(?<![\w.:-])0\d{8,13}(?![\w.-])"
)
_URL_PASSWORD = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]*(?=@)")
_QUERY_STRING = re.compile(r"\?[^\s\"'?]*=[^\s\"']*")
# "Key (email)=(…) already exists", "Failing row contains (…)", and whatever PostgreSQL adds in its DETAIL.
_KEY_VALUES = re.compile(r"(Key \([^)]*\))=\(.*?\)(?=\W|$)|(Failing row contains )\(.*", re.DOTALL)
_DETAIL = re.compile(r"\b(DETAIL|CONTEXT|QUERY|PARAMETERS):.*", re.DOTALL)
# Arguments of a job, as procrastinate writes its call: task[12](name='Ann').
_JOB_CALL = re.compile(r"(\w\[\w*\])\(.*\)", re.DOTALL)
# Session keys, CSRF tokens, API tokens: long, and of letters and digits mixed. Words and hexadecimal ids of up to 32
# letters stay, for they are what a line is found by.
_TOKEN = re.compile(r"(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9_-]{30,}={0,2}(?![\w/.])")
_HEX_ID = re.compile(r"[0-9a-f]{32}")
_SECRET_PAIR = re.compile(
    r"(?i)\b(password|passwd|secret|token|authorization|cookie|sessionid|csrf\w*|api[_-]?key|signature)"
    r"(\"?'?\s*[=:]\s*)(?!\s)(?:bearer\s+)?\S+"
)
# All that moves a cursor, breaks a line or hides text: C0 and C1, line separators, marks of direction.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_DENIED_KEY = re.compile(
    r"(?i)pass|secret|token|auth|cookie|session|csrf|api.?key|signature|card|upi|vpa"
    r"|e.?mail|phone|mobile|name|address|search|query_?string|body|data|args|kwargs|params|header"
)


def scrub(text: str) -> str:
    """The text in one line, fit to be kept: cut at a fixed length, with "…" for what was taken out."""
    text = text[: 2 * LONGEST]
    text = _DETAIL.sub(r"\1: …", text)
    text = _KEY_VALUES.sub(lambda found: f"{found[1]}=(…)" if found[1] else f"{found[2]}(…)", text)
    text = _JOB_CALL.sub(r"\1(…)", text)
    text = _URL_PASSWORD.sub("…", text)
    text = _SECRET_PAIR.sub(r"\1\2…", text)
    text = _QUERY_STRING.sub("?…", text)
    text = EMAIL.sub("…@…", text)
    text = PHONE.sub("…", text)
    text = _TOKEN.sub(lambda found: found[0] if _HEX_ID.fullmatch(found[0]) else "…", text)
    return in_one_line(text[:LONGEST] + "…" * (len(text) > LONGEST))


def in_one_line(text: str) -> str:
    """Control characters in writing, so no text can begin a line or colour a terminal."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)


def is_denied(key: str) -> bool:
    """Whether a value of this name may be somebody's, or a secret."""
    return bool(_DENIED_KEY.search(key))


def short_path(path: str) -> str:
    """Of a source file: from the project's folder or its package on, never where that lies on this machine."""
    if path.startswith(_PROJECT):
        inside = path.removeprefix(_PROJECT)
        if not inside.startswith("."):
            return inside
    for root in _LIBRARIES:
        if root in path:
            return path.rpartition(root)[2]
    return "/".join(Path(path).parts[-2:])
