"""docs/store.md: ten lines read every shipped run, and the table of quantities is what is stored."""

import re
import sqlite3
from contextlib import closing

import numpy as np
import pyarrow as pa

from tests.docs.documents import blocks, text_of
from trecx.store import Store
from trecx.store.columns import SAMPLES_A_BLOCK

PAGE = text_of("store.md")


def reader():
    ((_, code),) = blocks(PAGE, "python")
    assert len(code.strip().splitlines()) <= 10
    assert "trecx" not in code
    known = {"sqlite3": sqlite3, "np": np, "pa": pa}
    exec(code, known)
    return known["read"]


def test_ten_lines_read_the_softmax_of_every_shipped_run(shipped):
    read, store = reader(), Store(shipped)
    for run in store.runs():
        scores = store.load_scores(run)
        found = read(str(store.file), run.run_id).reshape(run.n_exits, -1, len(run.class_names))
        assert np.array_equal(found.transpose(1, 0, 2), scores.probabilities), run.run_id


def test_the_quantities_of_the_table_are_those_that_are_stored():
    said = {
        name
        for row in re.findall(r"^\| `\w+_blocks` \| (.*?) \|", PAGE, re.M)
        for name in re.findall(r"`(\w+)`", row)
    }
    from trecx.store import run_scores, sample_sets

    stored = {sample_sets.LABELS, sample_sets.NAMES, sample_sets.NAME_ENDS, *run_scores.COUNTS}
    assert said == stored | {run_scores.PROBABILITIES, run_scores.PREDICTIONS, run_scores.CONFIDENCE}
    assert f"{SAMPLES_A_BLOCK:,} samples" in PAGE


def test_the_shipped_store_has_no_free_pages_and_is_of_this_version(shipped):
    with closing(sqlite3.connect(f"file:{Store(shipped).file}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert Store(shipped).old_version is None
