"""Which characters the bytes of a file stand for.

In this order: a byte order mark; UTF-8 when every byte fits; UTF-8 with damaged places when most of what is not ASCII
fits (those rows come out as rejects); another script when charset-normalizer recognises one; cp1252, the default of
Western Windows. charset-normalizer is a hint only: it takes short cp1252 files for cp775.
"""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from typing import BinaryIO

import charset_normalizer

from apps.contacts.imports.errors import ImportFileError

_BLOCK = 1 << 20
_HINT_SAMPLE = 1 << 16
_SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or a ZIP archive. In Excel choose “Save as” and “CSV UTF-8”",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook. In Excel choose “Save as” and “CSV UTF-8”",
    b"%PDF": "a PDF. Export the table as CSV",
    b"\x1f\x8b": "compressed. Unpack it first",
    b"SQLite format 3": "a database. Export the table as CSV",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"PAR1": "a Parquet file. Export the table as CSV",
}
_MARKS = (  # the UTF-32 mark begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What charset-normalizer may be believed about: scripts that cp1252 cannot write.
_OTHER_SCRIPTS = frozenset({
    "big5", "big5hkscs", "cp932", "cp949", "cp950", "cp1251", "cp1253", "cp1255", "cp1256", "euc_jp",
    "euc_kr", "gb18030", "gb2312", "gbk", "hz", "iso2022_jp", "iso8859_5", "iso8859_6", "iso8859_7",
    "iso8859_8", "koi8_r", "koi8_u", "mac_cyrillic", "shift_jis", "shift_jis_2004", "shift_jisx0213",
    "tis_620",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Encoding:
    name: str
    errors: str = "strict"  # or surrogateescape: damaged bytes become characters that cleaning refuses


def detect_encoding(file: BinaryIO) -> Encoding:
    """Reads the whole file once, in blocks. Raises ImportFileError for what is no text."""
    head = _block_at_start(file, 64)
    if not head:
        raise ImportFileError("The file is empty.")
    for signature, what in _SIGNATURES.items():
        if head.startswith(signature):
            raise ImportFileError(f"This is not a CSV file: it is {what}.")
    for mark, name in _MARKS:
        if head.startswith(mark):
            return _checked(file, name)
    for every_other, name in ((head[1::2], "utf-16-le"), (head[::2], "utf-16-be")):
        if every_other.count(0) > len(head) // 4 and _fits(file, name):
            return Encoding(name)
    return _eight_bit(file)


@contextmanager
def text_of_file(file: BinaryIO, encoding: Encoding) -> Iterator[TextIOWrapper]:
    """The file's text from its start, line ends untouched; `file` stays open afterwards."""
    file.seek(0)
    text = TextIOWrapper(file, encoding=encoding.name, errors=encoding.errors, newline="")
    try:
        yield text
    finally:
        text.detach()


def _eight_bit(file: BinaryIO) -> Encoding:
    if _controls_in(_block_at_start(file, _HINT_SAMPLE)) > 0.02:
        raise ImportFileError("This is not a CSV file: it holds binary data.")
    if _fits(file, "utf-8"):
        return Encoding("utf-8")
    good, bad = _counts_as_utf8(file)
    if good > 4 * bad:
        return Encoding("utf-8", "surrogateescape")
    hint = charset_normalizer.from_bytes(_non_ascii_lines(file)).best()
    if hint and hint.encoding in _OTHER_SCRIPTS and _fits(file, hint.encoding):
        return Encoding(hint.encoding)
    if _fits(file, "cp1252"):
        return Encoding("cp1252")
    raise ImportFileError(
        "The file is in an unknown character encoding. Save it as UTF-8 (in Excel: “CSV UTF-8”)."
    )


def _checked(file: BinaryIO, name: str) -> Encoding:
    if _fits(file, name):
        return Encoding(name)
    if name == "utf-8-sig":
        return Encoding(name, "surrogateescape")
    raise ImportFileError(f"The file says that it is {name.upper()}, and is not. Save it again as UTF-8.")


def _block_at_start(file: BinaryIO, size: int) -> bytes:
    file.seek(0)
    return file.read(size)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(_BLOCK):
        yield block


def _fits(file: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        for block in _blocks(file):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _counts_as_utf8(file: BinaryIO) -> tuple[int, int]:
    """How many characters beyond ASCII are good UTF-8, and how many places are not."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    for block in _blocks(file):
        text = decoder.decode(block)
        bad += text.count("\ufffd")
        good += len(text) - len(text.encode("ascii", "ignore")) - text.count("\ufffd")
    return good, bad


def _non_ascii_lines(file: BinaryIO) -> bytes:
    """The first lines that hold other bytes than ASCII: the rest would only dilute the hint."""
    file.seek(0)
    sample = bytearray()
    for block in _blocks(file):
        for line in block.split(b"\n"):
            if not line.isascii():
                sample += line[:_HINT_SAMPLE] + b"\n"
            if len(sample) > _HINT_SAMPLE:
                return bytes(sample)
    return bytes(sample)


def _controls_in(sample: bytes) -> float:
    """The share of bytes that no text holds. A few NULs are a matter for single rows."""
    texts = bytes(range(32, 256)) + b"\t\n\r\f\v\x1a\x1b"
    return len(sample.translate(None, texts)) / len(sample)
