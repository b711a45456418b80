"""`python -m benchmarks`: measure everything, and write RESULTS.md and its pictures to this folder."""

import platform
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks import (
    curve,
    drag,
    frames,
    gallery,
    importing,
    many_people,
    memory,
    opening,
    per_exit,
    scoring,
    staged_int8,
    storing,
    threshold,
    training,
)
from benchmarks.growth import growth_figure
from benchmarks.measure import Row
from benchmarks.memory import memory_figure
from trecx.figures import write_pictures

RESULTS = Path(__file__).parent / "RESULTS.md"
GROWTH, MEMORY = RESULTS.with_name("growth.svg"), RESULTS.with_name("memory.svg")
BEHIND = RESULTS.with_name("behind.md")  # ratios that miss their target, and why
BENCHMARKS = (
    curve,
    threshold,
    per_exit,
    storing,
    importing,
    scoring,
    staged_int8,
    training,
    gallery,
    drag,
    frames,
    opening,
    memory,
    many_people,
)
HEAD = """# Benchmark results

Each row is a ratio that `make bench` measured in one run. Values are medians in milliseconds, unless the
row names another unit or a percentile. Absolute times depend on this machine and vary between runs.
Last run: {date}, Python {python}, {machine}.

![Time against the number of samples, both logarithmic](growth.svg)

![Memory of the server over 300 changes of page](memory.svg)

| measured | n | compared with | trecx | other | ratio | note |
| --- | ---: | --- | ---: | ---: | ---: | --- |
"""


def main() -> None:
    """Run all benchmarks, print progress, and write the table.

    Raises:
        SystemExit: one failed; the others are printed, and the files are not changed.
    """
    console = Console(stderr=True)
    rows: list[Row] = []
    failed: list[str] = []
    for benchmark in BENCHMARKS:
        name = benchmark.__name__.removeprefix("benchmarks.")
        began = time.monotonic()
        with console.status(f"measuring {name} …"):
            try:
                rows += benchmark.rows()
            except Exception:  # keep the results of the others
                console.print_exception()
                failed.append(name)
        console.print(f"{name}: {time.monotonic() - began:.0f} s")
    text = results_text(rows)
    print(text)
    if failed:
        raise SystemExit(f"{', '.join(failed)} failed; {RESULTS.name} and its pictures were not changed")
    RESULTS.write_text(f"{text}\n{BEHIND.read_text(encoding='utf-8')}", encoding="utf-8")
    if reason := write_pictures({GROWTH: growth_figure(rows), MEMORY: memory_figure(rows)}):
        console.print(f"{GROWTH.name} and {MEMORY.name} were not changed: {reason}")


def results_text(rows: Sequence[Row]) -> str:
    """Return the table of all results, with date and machine."""
    now = datetime.now(UTC).date().isoformat()
    head = HEAD.format(date=now, python=platform.python_version(), machine=platform.machine())
    return head + "".join(_line(row) for row in rows)


def _line(row: Row) -> str:
    numbers = " | ".join(_number(value) for value in (row.ours, row.theirs, row.ratio))
    return f"| {row.work} | {row.n:,} | {row.against} | {numbers} | {row.meaning} |\n"


def _number(value: float) -> str:
    """Return a number with two decimals, or two significant digits if it is below 0.1.

    >>> [_number(value) for value in (1234.5, 0.5, 0.00123)]
    ['1,234.50', '0.50', '0.0012']
    """
    return f"{value:,.2f}" if value >= 0.1 else f"{value:.2g}"


if __name__ == "__main__":
    main()
