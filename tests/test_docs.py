"""What the documentation says is true: its commands exist, its links lead somewhere."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands(page: Path) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


COMMANDS = [(page.name, line) for page in PAGES for line in commands(page)]


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_commands_in_the_docs_exist_and_take_these_arguments(page: str, line: str) -> None:
    words = [word for word in shlex.split(line) if "=" not in word or word.startswith("-")]
    if words[0] == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert words[1] in targets
    elif words[:2] == [".venv/bin/python", "manage.py"]:
        name, *arguments = words[2:]
        assert name in get_commands()
        load_command_class(get_commands()[name], name).create_parser("manage.py", name).parse_args(arguments)
    elif words[0] == "python3" and words[1].endswith(".py"):
        assert subprocess.run([sys.executable, ROOT / words[1]], capture_output=True, check=True).stdout
    elif words[:2] == [".venv/bin/python", "-m"]:
        assert words[2] in {
            "pip",
            "gunicorn",
            "benchmarks",
            "benchmarks.explain",
            "benchmarks.rate_limits",
            "benchmarks.observation",
            "pytest",
        }
        named = [word for word in words if word.endswith((".txt", ".conf.py"))]
        assert all((ROOT / name).exists() for name in named)
    else:
        assert line == "python3 -m venv .venv"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_picture_is_shown_by_a_page() -> None:
    shown = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [path.name for path in (ROOT / "docs/img").iterdir() if f"img/{path.name}" not in shown] == []


def test_no_page_names_a_path_of_one_machine() -> None:
    named = [
        page.name
        for page in PAGES
        if re.search(r"(^|[^A-Za-z0-9_.])/(work|root|farm|tmp)/", page.read_text(encoding="utf-8"))
    ]
    assert named == []


def test_every_test_that_the_page_of_reliability_names_is_there():
    page = (ROOT / "docs" / "reliability.md").read_text()
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", page))
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
