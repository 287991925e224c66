"""The search for a Python: by the usual names, then pyenv's and uv's folders, and one line when there is none."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "with_python.sh"


def search(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", SCRIPT, "scripts/anything.py"],
        env={"PATH": str(path), "HOME": str(path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def make_program(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def make_python(path: Path) -> Path:
    """It claims to be new enough, and says which name it was called by."""
    return make_program(path, 'case "$2" in *version_info*) exit 0 ;; esac\necho "$0"')


def make_old_python(path: Path) -> Path:
    return make_program(path, "exit 1")


def test_no_python_at_all_is_one_line_that_says_what_to_install(tmp_path):
    done = search(tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Python 3.12 or newer was not found: install it" in done.stderr


def test_an_old_python_and_a_shim_that_leads_nowhere_are_passed_over(tmp_path):
    make_old_python(tmp_path / "python3.14")
    make_program(tmp_path / "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    good = make_python(tmp_path / "python3")
    assert search(tmp_path).stdout.strip() == str(good)


def test_newer_names_come_first(tmp_path):
    make_python(tmp_path / "python3.12")
    newest = make_python(tmp_path / "python3.13")
    assert search(tmp_path).stdout.strip() == str(newest)


@pytest.mark.parametrize(
    ("folder", "variable"),
    [
        (".pyenv/versions/3.13.0/bin", None),
        ("elsewhere/versions/3.12.7/bin", "PYENV_ROOT"),
        (".local/share/uv/python/cpython-3.13.1-linux-x86_64-gnu/bin", None),
    ],
)
def test_versions_of_pyenv_and_uv_are_found(tmp_path, folder, variable):
    make_old_python(tmp_path / "python3")
    good = make_python(tmp_path / folder / "python3")
    extra = {variable: str(tmp_path / "elsewhere")} if variable else {}
    assert search(tmp_path, **extra).stdout.strip() == str(good)


def test_a_folder_with_blanks_in_its_name_is_no_obstacle(tmp_path):
    home = tmp_path / "my home"
    good = make_python(home / ".pyenv/versions/3.13.0/bin/python3")
    assert search(tmp_path, HOME=str(home)).stdout.strip() == str(good)


def test_a_python_named_by_hand_is_used_or_refused_never_replaced(tmp_path):
    make_python(tmp_path / "python3")
    chosen = make_python(tmp_path / "chosen")
    assert search(tmp_path, PYTHON=str(chosen)).stdout.strip() == str(chosen)
    done = search(tmp_path, PYTHON="/no/such/python")
    assert done.returncode == 1
    assert done.stderr == "PYTHON=/no/such/python is not a Python 3.12 or newer.\n"


def test_arguments_reach_the_script_unchanged(tmp_path):
    make_program(tmp_path / "python3", f'exec {sys.executable} "$@"')
    done = subprocess.run(
        ["/bin/sh", SCRIPT, "-c", "import sys; print(sys.argv[1:])", "a b", "*"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['a b', '*']"
