"""What is done once is known to be done, and known to be undone when it has gone stale."""

import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from appointment360 import settings as product_settings
from scripts import chromium, prepare
from scripts.preparation import collect_static


@pytest.fixture
def environment(tmp_path, monkeypatch) -> Path:
    """An environment that looks installed, with this very Python in it."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("django==6.1.3 --hash=sha256:abc\n")
    monkeypatch.setattr(prepare, "VENV", venv)
    monkeypatch.setattr(prepare, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(prepare, "REQUIREMENTS", {"run": requirements, "dev": requirements})
    prepare.stamp("run").write_text(prepare.fingerprint("run"))
    return venv


def test_an_installed_environment_is_used_as_it_is(environment):
    assert prepare.is_ready("run")


def test_one_for_running_is_not_yet_one_for_development(environment):
    assert not prepare.is_ready("dev")


def test_changed_requirements_are_noticed(environment):
    prepare.REQUIREMENTS["run"].write_text("django==6.1.4 --hash=sha256:def\n")
    assert not prepare.is_ready("run")


def test_an_interpreter_that_has_gone_is_noticed(environment):
    (environment / "bin" / "python").unlink()
    (environment / "bin" / "python").symlink_to("/no/such/python")
    assert not prepare.is_ready("run")


@pytest.fixture
def own_static_files(tmp_path, settings) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    (source / "mine.css").write_text("a { color: red }")
    settings.APP_DATA_DIR = tmp_path / "var"
    settings.STATIC_ROOT = tmp_path / "var" / "static"
    settings.STATICFILES_DIRS = [*django_settings.STATICFILES_DIRS, source]
    # As the product runs: hashed names, and a refusal when a file names another that is not there.
    settings.STORAGES = product_settings.STORAGES
    settings.STATIC_ROOT.mkdir(parents=True)
    return source


def test_static_files_are_collected_once_and_again_when_one_changed(own_static_files, settings, capsys):
    collect_static()
    collect_static()
    assert capsys.readouterr().out.count("Collecting") == 1
    assert (settings.STATIC_ROOT / "staticfiles.json").exists()
    (own_static_files / "mine.css").write_text("a { color: blue; }")
    collect_static()
    assert "Collecting" in capsys.readouterr().out
    assert (settings.STATIC_ROOT / "mine.css").read_text() == "a { color: blue; }"


def test_static_files_that_somebody_deleted_are_collected_again(own_static_files, settings, capsys):
    collect_static()
    settings.STATIC_ROOT.rename(settings.STATIC_ROOT.with_name("gone"))
    collect_static()
    assert capsys.readouterr().out.count("Collecting") == 2


def test_without_a_browser_an_ordinary_user_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(chromium.NoBrowser, match="install the package chromium"):
        chromium.ensure_chromium()


def test_a_browser_named_by_hand_is_used_or_refused_never_replaced(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    with pytest.raises(chromium.NoBrowser, match="CHROMIUM=/no/such/browser is not a program"):
        chromium.ensure_chromium()
    monkeypatch.setenv("CHROMIUM", sys.executable)
    assert chromium.ensure_chromium() == sys.executable
