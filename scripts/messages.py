"""`make messages`: the words of code and templates, and what they are in other languages.

`update` collects them into locale/<language>/LC_MESSAGES/django.po and compiles the .mo beside it. `check` changes
nothing, and fails where `update` would change a file: make check runs it. No gettext programs are needed.
"""

import argparse
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
# What a call marks: the places of its arguments. "c" is a context, "s" a sentence, "p" its plural.
KEYWORDS = {
    "_": "s",
    "gettext": "s",
    "gettext_lazy": "s",
    "gettext_noop": "s",
    "ngettext": "sp",
    "ngettext_lazy": "sp",
    "ngettext_noop": "sp",
    "pgettext": "cs",
    "pgettext_lazy": "cs",
    "npgettext": "csp",
    "npgettext_lazy": "csp",
}
# Babel writes dates into the head; these are always the same.
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
# The choices of contact fields: the same English word may be a label elsewhere. See apps/contacts/fields.py.
OWN_CONTEXTS = {"choices_noop": "choice"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("act", choices=("update", "check"))
    is_check = parser.parse_args().act == "check"
    set_up_django()
    found = collected()
    stale = []
    for folder in sorted(LOCALE.iterdir()):
        language = folder.name
        po, mo = (folder / "LC_MESSAGES" / f"django.{end}" for end in ("po", "mo"))
        catalog = merged(po, language, found)
        for path, content in ((po, as_po(catalog)), (mo, as_mo(catalog))):
            if not path.exists() or path.read_bytes() != content:
                if is_check:
                    stale.append(path.relative_to(ROOT).as_posix())
                else:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
        open_count = sum(not is_translated(message) for message in messages_of(catalog))
        print(f"{language}: {len(catalog)} messages, {open_count} untranslated")
    if stale:
        print(f"Not up to date: {', '.join(stale)}. Run `make messages`.")
    return 1 if stale else 0


def set_up_django() -> None:
    import django
    from django.conf import settings

    if not settings.configured:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
        django.setup()


def collected() -> Catalog:
    """Every marked message, where it stands in order of the files' names."""
    catalog = Catalog(charset="utf-8")
    for path in source_files():
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            text = as_calls(text, name)
        for context, sentence, plural in marked_in(text):
            catalog.add((sentence, plural) if plural else sentence, context=context, locations=[(name, 1)])
    return catalog


def as_calls(template: str, name: str) -> str:
    """A template's marked words as calls, the rest as meaningless names; on one line, for Python's own tokens."""
    from django.utils.translation import templatize

    return re.sub(r"\n\s*", " ", templatize(template, origin=name)).strip()


def source_files() -> list[Path]:
    """What git knows, or would know once added."""
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "apps",
            "appointment360",
            "templates",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    paths = (ROOT / name for name in sorted(set(listed)) if name.endswith((".py", ".html", ".txt")))
    return [path for path in paths if path.is_file() and "migrations" not in path.parts]


def marked_in(source: str) -> Iterator[tuple[str | None, str, str | None]]:
    """Context, sentence and plural of each marked call; what is made at run time marks nothing."""
    extracted = extract_python(
        io.BytesIO(source.encode()), dict.fromkeys([*KEYWORDS, *OWN_CONTEXTS]), (), {"encoding": "utf-8"}
    )
    for _, name, arguments, _ in extracted:
        found: Any = arguments  # of one argument, or a tuple of them; None is what is made at run time
        given = list(found) if isinstance(found, tuple | list) else [found]
        if name in OWN_CONTEXTS:
            yield from ((OWN_CONTEXTS[name], word, None) for word in given if word)
            continue
        parts = dict(zip(KEYWORDS[str(name)], given, strict=False))
        if parts.get("s"):
            yield parts.get("c"), str(parts["s"]), parts.get("p")


def merged(po: Path, language: str, found: Catalog) -> Catalog:
    """The translations there are, for the messages there are. Nothing is guessed from similar ones."""
    known = read_po(io.BytesIO(po.read_bytes()), locale=language) if po.exists() else Catalog(locale=language)
    catalog = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for message in messages_of(found):
        old = known.get(message.id[0] if message.pluralizable else message.id, context=message.context)
        kept = old.string if old is not None and old.pluralizable == message.pluralizable else ""
        catalog.add(
            message.id,
            string=kept,
            locations=message.locations,
            flags=set(message.flags),
            context=message.context,
        )
    return catalog


def messages_of(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def as_po(catalog: Catalog) -> bytes:
    """Without a date or a name in the head, so that the same messages are the same file."""
    plain = io.BytesIO()
    write_po(plain, catalog, width=0, sort_by_file=False, include_lineno=False, omit_header=True)
    head = (
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Language: {catalog.locale_identifier}\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return head.encode() + plain.getvalue().lstrip(b"\n")


def as_mo(catalog: Catalog) -> bytes:
    """What Django reads, from the same head as the .po."""
    compiled = io.BytesIO()
    written = read_po(io.BytesIO(as_po(catalog)), locale=catalog.locale_identifier)
    written.creation_date = written.revision_date = _NO_DATE
    write_mo(compiled, written)
    return compiled.getvalue()


if __name__ == "__main__":
    sys.exit(main())
