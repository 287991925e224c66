import ast
import re
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from appointment360 import env

ROOT = Path(env.BASE_DIR)


def refusal(reader, name, **options) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        reader(name, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [("true", True), ("1", True), (" ON ", True), ("no", False), ("0", False), ("", False)],
)
def test_a_flag_is_read_in_the_usual_spellings(monkeypatch, raw, meaning):
    monkeypatch.setenv("A360_TEST", raw)
    assert env.flag("A360_TEST") is meaning


def test_an_unset_variable_gives_the_default(monkeypatch):
    monkeypatch.delenv("A360_TEST", raising=False)
    assert env.flag("A360_TEST", default=True) is True
    assert env.whole_number("A360_TEST", 7) == 7
    assert env.text("A360_TEST", "x") == "x"
    assert env.words("A360_TEST", "a, b,,") == ["a", "b"]
    assert env.database("A360_TEST") is None


def test_a_set_but_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("A360_TEST", "  ")
    assert env.whole_number("A360_TEST", 7) == 7
    assert env.folder("A360_TEST", ROOT / "var") == ROOT / "var"


def test_nonsense_is_refused_with_the_name_and_a_hint(monkeypatch):
    monkeypatch.setenv("A360_TEST", "perhaps")
    assert refusal(env.flag, "A360_TEST") == "A360_TEST='perhaps' is not a yes or no. Write true or false."
    assert "A360_TEST='perhaps' is not a whole number from 1 to 9" in refusal(
        env.whole_number, "A360_TEST", default=1, low=1, high=9
    )
    assert "A360_TEST='perhaps' is none of a, b" in refusal(
        env.choice, "A360_TEST", default="a", allowed={"a", "b"}
    )
    assert "A360_TEST is not an address like postgres://" in refusal(env.database, "A360_TEST")
    assert "https://crm.example.com" in refusal(env.origins, "A360_TEST")


def test_proxies_are_addresses_networks_and_a_word(monkeypatch):
    monkeypatch.setenv("A360_TEST", "127.0.0.1, 10.0.0.0/8,unix, ::1")
    assert [str(each) for each in env.proxies("A360_TEST")] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "unix",
        "::1/128",
    ]
    monkeypatch.delenv("A360_TEST")
    assert env.proxies("A360_TEST") == ()
    for nonsense in ("localhost", "10.0.0.1/8", "10.0.0.0/33", "*"):
        monkeypatch.setenv("A360_TEST", nonsense)
        assert "Write 127.0.0.1, 10.0.0.0/8 or unix." in refusal(env.proxies, "A360_TEST")


def test_times_are_a_number_and_a_unit(monkeypatch):
    assert env.duration("A360_TEST", "8h") == 28_800
    for raw, seconds in {"90s": 90, "30m": 1_800, "d": 86_400, "366d": 31_622_400}.items():
        monkeypatch.setenv("A360_TEST", raw)
        assert env.duration("A360_TEST", "8h") == seconds
    for nonsense in ("8", "0h", "-1h", "8 h", "1.5h", "367d", "٣h", "9" * 5000 + "d"):
        monkeypatch.setenv("A360_TEST", nonsense)
        assert "Write 30m, 8h or 7d." in refusal(env.duration, "A360_TEST", default="8h")


def test_rates_are_a_number_for_a_time_by_kind(monkeypatch):
    assert env.rates("A360_TEST", "account=5/5m, address=10/m") == {"account": (5, 300), "address": (10, 60)}
    monkeypatch.setenv("A360_TEST", "token=600/h,account=off")
    assert env.rates("A360_TEST", "account=5/5m") == {"token": (600, 3600)}
    for nonsense in (
        "5/5m",
        "account=5",
        "account=5/",
        "acount=5/m",
        "account=0/m",
        "account=off/m",
        "x=off",
        "account=5/5m/x",
    ):
        monkeypatch.setenv("A360_TEST", nonsense)
        assert "Write account=5/5m" in refusal(env.rates, "A360_TEST", default="")


@pytest.mark.parametrize("raw", ["10", "-1", "1.5", "9" * 5000, "٣", "0x10", "1_0", "--1", "NaN"])
def test_a_number_out_of_range_or_form_is_refused(monkeypatch, raw):
    monkeypatch.setenv("A360_TEST", raw)
    assert "A360_TEST=" in refusal(env.whole_number, "A360_TEST", default=1, low=0, high=9)


@given(raw=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30))
def test_any_text_is_a_number_in_range_or_a_plain_refusal(raw):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A360_TEST", raw)
        with suppress(ImproperlyConfigured):
            assert 0 <= env.whole_number("A360_TEST", 5, high=9) <= 9


def test_a_secret_may_begin_with_a_dollar_sign(monkeypatch):
    monkeypatch.setenv("A360_TEST", "$HOME-is-not-meant")
    assert env.text("A360_TEST") == "$HOME-is-not-meant"


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://someone:hunter2@host/name",
        "postgres://someone:hunter2@host:99999/name",
        "postgres://someone:hunter2@host/",
        "sqlite:///x",
    ],
)
def test_a_bad_database_address_is_refused_without_repeating_its_password(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    message = refusal(env.database, "DATABASE_URL")
    assert message.startswith("DATABASE_URL is not an address like")
    assert "hunter2" not in message


def test_a_database_address_is_understood(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://someone:p%40ss@db.example:5433/crm?sslmode=require")
    found = env.database("DATABASE_URL")
    assert found is not None
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "someone",
        "p@ss",
        "db.example",
        5433,
    )
    assert found["NAME"] == "crm"
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_relative_folder_counts_from_the_project_wherever_the_command_runs(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("A360_TEST", "var2/x")
    assert env.folder("A360_TEST", ROOT / "var") == ROOT / "var2" / "x"


def test_every_variable_that_is_read_is_in_the_example_file():
    listed = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert variables_read() - listed == set()
    # Read by Django itself, the interpreter search, and the search for a browser.
    assert listed - variables_read() == {"DJANGO_SETTINGS_MODULE", "PYTHON", "CHROMIUM"}


def variables_read() -> set[str]:
    readers = {
        "text",
        "required",
        "flag",
        "whole_number",
        "choice",
        "words",
        "origins",
        "folder",
        "database",
        "networks",
        "proxies",
        "duration",
        "rates",
        "issuer",
    }
    files = [ROOT / "gunicorn.conf.py", ROOT / "manage.py"]
    for top in ("appointment360", "apps", "scripts", "benchmarks"):
        files += (ROOT / top).rglob("*.py")
    return {
        node.args[0].value
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr in readers) == ("env", True)
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_what_belongs_together_is_set_together(monkeypatch):
    env.together("A360_ONE", "A360_TWO")
    monkeypatch.setenv("A360_ONE", "x")
    with pytest.raises(ImproperlyConfigured, match=r"A360_TWO is not set, but A360_ONE is\."):
        env.together("A360_ONE", "A360_TWO")
    monkeypatch.setenv("A360_TWO", "y")
    env.together("A360_ONE", "A360_TWO")


def test_an_issuer_is_an_address_with_https(monkeypatch):
    assert env.issuer("A360_TEST") == ""
    for good in ("https://login.example.com/realm/", "http://127.0.0.1:9000", "http://localhost:9000/x"):
        monkeypatch.setenv("A360_TEST", good)
        assert env.issuer("A360_TEST") == good.rstrip("/")
    for bad in ("login.example.com", "http://login.example.com", "https://", "https://a.example/?x=1"):
        monkeypatch.setenv("A360_TEST", bad)
        assert "https://login.example.com/realm" in refusal(env.issuer, "A360_TEST")
