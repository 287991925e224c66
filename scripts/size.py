"""`make size`: lengths of functions and files, beside what admired codebases settle at. A mirror, not a gate."""

import ast
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("appointment360", "apps", "scripts", "benchmarks", "tests")
LONG_FUNCTION, LONG_FILE = 60, 400


@dataclass(frozen=True)
class Function:
    place: str
    name: str
    lines: int
    has_docstring: bool


def main() -> None:
    print(
        f"{'':16}{'files':>7}{'lines':>8}{'median':>8}{'90 %':>6}{'functions':>11}{'median':>8}{'90 %':>6}{'docs':>6}"
    )
    everything: list[Path] = []
    for folder in FOLDERS:
        files = python_files(ROOT / folder)
        everything += files
        if files:
            print(row(folder, files))
    print(row("all", everything))
    print(f"{'admired':16}{'':15}{'40-110':>8}{'≤400':>6}{'':11}{'5-8':>8}{'≤30':>6}")
    for file in everything:
        if (length := line_count(file)) > LONG_FILE:
            print(f"file past {LONG_FILE} lines: {file.relative_to(ROOT)} ({length})")
        for function in functions(file):
            if function.lines > LONG_FUNCTION:
                print(
                    f"function past {LONG_FUNCTION} lines: {function.place} {function.name} ({function.lines})"
                )


def python_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts]


def row(name: str, files: list[Path]) -> str:
    lengths = [line_count(file) for file in files if line_count(file)]
    found = [function for file in files for function in functions(file)]
    sizes = [function.lines for function in found] or [0]
    documented = sum(function.has_docstring for function in found) / max(1, len(found))
    return (
        f"{name:16}{len(files):>7}{sum(lengths):>8}{statistics.median(lengths or [0]):>8.0f}{ninth(lengths):>6}"
        f"{len(found):>11}{statistics.median(sizes):>8.0f}{ninth(sizes):>6}{documented:>6.0%}"
    )


def ninth(numbers: list[int]) -> int:
    """What nine in ten stay within."""
    ordered = sorted(numbers) or [0]
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.9))]


def line_count(file: Path) -> int:
    return len(file.read_text().splitlines())


def functions(file: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            place = f"{file.relative_to(ROOT)}:{node.lineno}"
            yield Function(place, node.name, length, ast.get_docstring(node) is not None)


if __name__ == "__main__":
    main()
