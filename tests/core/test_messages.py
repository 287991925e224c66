"""The translations: every one fits its source, and the compiled files say what the written ones do."""

import io
import re
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

from scripts import messages

LANGUAGES = sorted(folder.name for folder in messages.LOCALE.iterdir())
_PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_TAGS = re.compile(r"<[^>]*>")


def translated(language: str) -> list[tuple[str, str]]:
    """Each source with its translation; of a plural the forms for many."""
    return [pair for message in _catalog(language) for pair in _pairs(message)]


def _catalog(language: str) -> list[Message]:
    po = messages.LOCALE / language / "LC_MESSAGES" / "django.po"
    return list(messages.messages_of(read_po(io.BytesIO(po.read_bytes()), locale=language)))


def _pairs(message: Message) -> list[tuple[str, str]]:
    if isinstance(message.id, str):
        return [(message.id, str(message.string))] if message.string else []
    forms = list(message.string or ())
    return [(message.id[-1], form) for form in forms[1:] if form]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_source(language: str) -> None:
    for source, translation in translated(language):
        assert set(_PLACES.findall(translation)) == set(_PLACES.findall(source)), source
    for message in _catalog(language):
        if message.pluralizable:  # "one contact" may do without its number
            one = str(next(iter(message.string or [""])))
            assert set(_PLACES.findall(one)) <= set(_PLACES.findall(message.id[-1])), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_markup_of_its_source_and_brings_none_of_its_own(language: str) -> None:
    """Templates trust their literals, and so what those are translated to."""
    for source, translation in translated(language):
        assert sorted(_TAGS.findall(translation)) == sorted(_TAGS.findall(source)), source
        bare = _TAGS.sub("", translation)
        assert not set('<>"&') & (set(bare) - set(_TAGS.sub("", source))), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_and_choices_of_contacts_are_all_translated(language: str) -> None:
    catalogue = [
        message
        for message in _catalog(language)
        if any(name == "apps/contacts/fields.py" for name, _ in message.locations)
    ]
    assert len(catalogue) > 90
    assert [message.id for message in catalogue if not messages.is_translated(message)] == []


def test_what_is_written_in_code_and_templates_is_what_the_files_have(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = messages.collected()
    for language in LANGUAGES:
        folder = messages.LOCALE / language / "LC_MESSAGES"
        catalog = messages.merged(folder / "django.po", language, found)
        assert (folder / "django.po").read_bytes() == messages.as_po(catalog), "run `make messages`"
        assert (folder / "django.mo").read_bytes() == messages.as_mo(catalog), "run `make messages`"


def test_calls_and_tags_are_found() -> None:
    code = """
_("one")
ngettext("a %(n)s", "b %(n)s", n)
pgettext("place", "State")
choices_noop("Hot", "Cold")
_(name)
"""
    assert list(messages.marked_in(code)) == [
        (None, "one", None),
        (None, "a %(n)s", "b %(n)s"),
        ("place", "State", None),
        ("choice", "Hot", None),
        ("choice", "Cold", None),
    ]
    template = (
        '{% load i18n %}<p title="{% translate "It’s" %}">don\'t</p>\n'
        "{% blocktranslate count n=list|length %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}"
    )
    assert list(messages.marked_in(messages.as_calls(template, "x.html"))) == [
        (None, "It’s", None),
        (None, "%(n)s row", "%(n)s rows"),
    ]


def test_a_new_message_keeps_the_translations_there_are(tmp_path: Path) -> None:
    po = tmp_path / "django.po"
    first = Catalog()
    first.add("Save")
    catalog = messages.merged(po, "es", first)
    catalog.get("Save").string = "Guardar"  # type: ignore[union-attr]
    po.write_bytes(messages.as_po(catalog))
    second = Catalog()
    second.add("Save")
    second.add("Saved")
    again = messages.merged(po, "es", second)
    assert {message.id: message.string for message in messages.messages_of(again)} == {
        "Save": "Guardar",
        "Saved": "",
    }
