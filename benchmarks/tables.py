"""The figures as Markdown, as they stand in docs/performance.md."""

from typing import Any

from benchmarks.figures import growth


def tables(results: dict[str, Any]) -> str:
    parts = [_pages(size, result) for size, result in results.items()]
    parts += [_http(size, result) for size, result in results.items()]
    if len(results) == 2:
        parts.append(_growth(*results.values()))
    return "\n\n".join(parts)


def _pages(size: str, result: dict[str, Any]) -> str:
    lines = [
        f"### {result['contacts']:,} contacts ({size}), milliseconds",
        "",
        "| pages | n | p50 | p95 | worst | queries | bare SQL on contacts, p50 | page : SQL | all SQL, p50 |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    lines += [
        f"| {row['group']} | {row['pages']} | {row['p50']} | {row['p95']} | {row['worst']} | {row['queries']} "
        f"| {row['sql']} | {row['ratio']} | {row['all_sql']} |"
        for row in result["groups"]
    ]
    worst = max(result["groups"], key=lambda row: row["worst"])
    lines += ["", f"The slowest page, {worst['worst']} ms: `{worst['worst_url']}`"]
    return "\n".join(lines)


def _http(size: str, result: dict[str, Any]) -> str:
    lines = [
        f"### Over HTTP ({size}), milliseconds",
        "",
        "| page | p50 | p95 | worst |",
        "| --- | --: | --: | --: |",
    ]
    measured = dict(result["http"])
    alone, browser = measured.pop("one reader"), measured.pop("browser")
    lines += [f"| {name} | {row['p50']} | {row['p95']} | {row['worst']} |" for name, row in alone.items()]
    lines += ["", *(f"{name}: {figure}" for name, figure in measured.items())]
    return "\n".join([*lines, "", *_browser(size, browser)])


def _browser(size: str, browser: dict[str, Any]) -> list[str]:
    lines = [
        f"### From a click to its painted answer ({size}), milliseconds",
        "",
        "| act | p50 | p95 | worst |",
        "| --- | --: | --: | --: |",
    ]
    lines += [
        f"| {act} | {row['p50']} | {row['p95']} | {row['worst']} |" for act, row in browser["clicks"].items()
    ]
    return [*lines, "", *(f"{what}: {size} KB compressed" for what, size in browser["kilobytes"].items())]


def _growth(small: dict[str, Any], large: dict[str, Any]) -> str:
    times_as_many = large["contacts"] / small["contacts"]
    lines = ["### Growth (exponent e in time ~ N^e)", "", "| pages | p50 | p95 |", "| --- | --: | --: |"]
    for before, after in zip(small["groups"], large["groups"], strict=True):
        exponents = [growth(before[key], after[key], times_as_many) for key in ("p50", "p95")]
        lines.append(f"| {before['group']} | {exponents[0]} | {exponents[1]} |")
    return "\n".join(lines)
