"""What every command says of every run, to compare two stores or releases.

`python -m tests.cli.all_documents DB` prints a line per command and run: its words, its exit status, and the
SHA-256 of its JSON document and of the files that it writes, without times of day. Two stores with the same
runs give the same lines.
"""

import contextlib
import hashlib
import io
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from trecx.cli import main
from trecx.datasets.halves import HALVES
from trecx.store import Store

BOARD = ("--device", "nucleo-l4r5zi-tflm-2.3.1-1.8v", "--battery", "CR2032", "--per-hour", "600")
TIME = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?")
CRITERIA = ("largest", "entropy", "margin")


def commands(db: str, out: str) -> Iterator[list[str]]:
    """Yield the words of every command that reads runs."""
    store = Store(db)
    runs = store.runs()
    yield ["runs"]
    for run in runs:
        name, baseline = run.run_id, store.baseline_of(run)
        yield ["scores", name, "--out", f"{out}/scores.npz"]
        if run.n_exits == 1:
            continue
        for criterion in CRITERIA:
            way = ["--criterion", criterion]
            for rho in ("0.69", "0.9", "inf"):
                yield ["point", name, "--threshold", rho, *way]
            yield ["curve", name, "--grid", "101", *way]
            yield ["tradeoff", name, *way, *([] if baseline else ["--baseline-accuracy", "0.8"])]
            yield ["choose", name, "--max-drop", "0.01", "--against", "final", *way]
            yield ["export", name, "--threshold", "0.8", "--out", f"{out}/point.h", *way]
        yield ["curve", name]
        yield ["point", name, "--threshold", "0.8", "--int8", "--mix", "even"]
        for half in HALVES:
            yield ["point", name, "--threshold", "0.8", "--half", half]
            yield ["choose", name, "--max-lost", "0.01", "--guarantee", "0.9", "--half", half]
        yield ["choose", name, "--max-lost", "0.01", "--guarantee", "0.9", "--each-class"]
        yield ["export", name, "--threshold", "0.8", "--out", f"{out}/point.json"]
        if run.task in ("kws", "vww", "ic"):
            yield ["choose", name, "--max-energy-uj", "9000", *BOARD]
        if baseline:
            yield ["compare", baseline.run_id, name]


def said(words: list[str], db: str, out: Path) -> str:
    """Run a command; return a line of what it gave."""
    for old in out.iterdir():
        old.unlink()
    document, status = io.StringIO(), 0
    with contextlib.redirect_stdout(document), contextlib.redirect_stderr(io.StringIO()):
        try:
            main([*words, "--db", db, "--json"])
        except SystemExit as end:
            status = int(end.code or 0)
    files = [path.read_bytes() for path in sorted(out.iterdir())]
    content = b"".join([document.getvalue().encode(), *files]).replace(str(out).encode(), b"")
    shown = " ".join(words).replace(str(out), "")
    return f"{shown}: {status} {hashlib.sha256(TIME.sub(b'', content)).hexdigest()}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for words in commands(sys.argv[1], folder):
            print(said(words, sys.argv[1], Path(folder)), flush=True)
