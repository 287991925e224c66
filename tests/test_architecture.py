"""The arrows point one way: core ← accounts ← contacts and ops, and models ← queries ← operations ← views ← urls."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ROOT / "apps"

# What each app may import besides itself.
ALLOWED = {
    "core": set[str](),
    "accounts": {"core"},
    "contacts": {"core", "accounts"},
    "users": {"core", "accounts"},
    "ops": {"core", "accounts"},
}

# Inside contacts, from the ground up: a module imports from its own floor or below.
FLOORS = (
    ("fields", "folding", "phones", "cleaning", "joint_fields", "apollo_url", "apollo_values"),
    (
        "facets",
        "history.models",
        "notes.models",
        "dashboard.models",
        "dashboard.summaries",
        "filter_habits.models",
        "saved_views.models",
    ),
    ("bulk.models",),
    ("models", "rendering", "cursors", "seen_versions"),
    ("search", "search_text"),
    ("dictionary", "similar_names"),
    ("conditions", "keyset"),
    ("paging",),
    ("selection",),
    ("facet_counts",),
    ("queries",),
    ("history", "filter_habits", "pasted_lists", "saved_views"),
    ("operations", "imports", "seeding", "notes", "bulk"),
    ("forms",),
    ("pages", "palette", "dashboard"),
    ("views", "templatetags", "management", "tasks", "examinations", "retention"),
    ("urls",),
)
NOT_NAMES = {"utils.py", "helpers.py", "services.py", "common.py", "misc.py"}


def modules(app: str) -> list[Path]:
    return [path for path in (APPS / app).rglob("*.py") if "migrations" not in path.parts]


def imported(path: Path) -> Iterator[str]:
    """Every apps.* module that a file imports when it is loaded, or inside its functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("apps."):
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("apps."))


def floor_of(module: str) -> int | None:
    """The floor of a module of contacts, by the longest name that fits; None for the package itself and apps.py."""
    fits = [
        (len(name), number)
        for number, names in enumerate(FLOORS)
        for name in names
        if module == name or module.startswith(f"{name}.")
    ]
    return max(fits)[1] if fits else None


@pytest.mark.parametrize("app", sorted(ALLOWED))
def test_apps_import_only_from_below(app: str) -> None:
    backwards = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in modules(app)
        for module in imported(path)
        if module.split(".")[1] not in ALLOWED[app] | {app}
    ]
    assert backwards == []


def test_every_app_is_in_the_plan() -> None:
    assert {path.name for path in APPS.iterdir() if (path / "apps.py").exists()} == set(ALLOWED)


def test_modules_of_contacts_import_only_from_their_floor_or_below() -> None:
    backwards = []
    for path in modules("contacts"):
        own = ".".join(path.relative_to(APPS / "contacts").with_suffix("").parts).removesuffix(".__init__")
        own_floor = floor_of(own)
        if own_floor is None:
            continue
        for module in imported(path):
            other = module.removeprefix("apps.contacts.")
            other_floor = floor_of(other) if other != module else None
            if other_floor is not None and other_floor > own_floor:
                backwards.append(f"{own} imports {other}")
    assert backwards == []


def test_every_module_of_contacts_has_its_floor() -> None:
    names = {
        path.stem if path.parent == APPS / "contacts" else path.relative_to(APPS / "contacts").parts[0]
        for path in modules("contacts")
    }
    without = [
        name
        for name in names - {"__init__", "apps"}
        if not any(name == n.split(".")[0] for f in FLOORS for n in f)
    ]
    assert without == []


def test_files_are_named_after_the_thing_inside() -> None:
    drawers = [str(path.relative_to(ROOT)) for path in ROOT.glob("apps/**/*.py") if path.name in NOT_NAMES]
    assert drawers == []


def test_request_parameters_are_never_spread_into_the_orm() -> None:
    """Django's CVE-2025-64459 family: no request-derived dict as keywords of filter(), exclude(), Q() and the like."""
    risky = {"filter", "exclude", "get", "annotate", "aggregate", "alias", "order_by", "Q"}
    spread = []
    for path in APPS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not any(keyword.arg is None for keyword in node.keywords):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            text = ast.unparse(node)
            if name in risky and ("request" in text or "params" in text or "POST" in text):
                spread.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert spread == []
