"""Everything that a database has, as one JSON document: `python -m tests.store.stored_facts ADDRESS`.

`version_2/facts.json` is what the release with version 2 of the tables (commit f9ee3cf) found in
`version_2/scores.sqlite`, which it had written: two published runs of vww, three of digits, an int8 run, a
trace, and the same trace again, with saved points, collections and device profiles.
"""

import hashlib
import json
import sys
from dataclasses import asdict
from typing import Any

import numpy as np

from trecx.saved_points.document import document_of
from trecx.store import Run, SampleFilter, Store

ARRAYS = ("labels", "predictions", "confidence", "probabilities", "exit_flops")
FILTERS = (
    SampleFilter(0.8),
    SampleFilter(0.8, (1, 2, 5), largest_first=False),
    SampleFilter(0.6, label=1, confidence=(0.5, 0.9)),
    SampleFilter(0.6, prediction=0, at=0),
    SampleFilter(0.5, text="CLIP 2"),
)
OF_EACH_EXIT = (
    "thresholds",
    "effective_thresholds",
    "float32_thresholds",
    "entropy_limits_nats",
    "int8_thresholds",
)


def facts(store: Store) -> dict[str, Any]:
    """Return runs with their scores, counts and gallery, and what was saved beside them."""
    return {
        "runs": {run.run_id: asdict(run) | {"found": _of_run(store, run)} for run in store.runs()},
        "points": [_point(point) for point in store.points.all()],
        "collections": {
            each.name: {
                "note": each.note,
                "created_at": each.created_at,
                "samples": _samples(store, each.name),
            }
            for each in store.collections.all()
        },
        "profiles": [asdict(profile) for profile in store.profiles.all()],
    }


def _of_run(store: Store, run: Run) -> dict[str, Any]:
    scores, table = store.load_scores(run), store.load_table(run)
    found = {name: _sha256(getattr(scores, name)) for name in ARRAYS}
    found |= {name: _sha256(getattr(table, name)) for name in ("edges", "start", "moves")}
    found["names"] = hashlib.sha256(json.dumps(list(scores.sample_names)).encode()).hexdigest()
    found["gallery"] = [[asdict(each) for each in store.gallery.page(run, one, 5)] for one in FILTERS]
    found["counts"] = [store.gallery.count(run, one) for one in FILTERS]
    found["answers"] = {
        run_id: [_sha256(getattr(answers, name)) for name in ("predictions", "confidence", "probabilities")]
        for run_id, answers in store.gallery.answers(run, 7).items()
    }
    return found


def _point(point: Any) -> dict[str, Any]:
    """Return a point without what documents have since the old release, which an old point does not know."""
    document = document_of(point.record)
    known_later = [document.pop(name) for name in ("memory", "split", "guarantee")]
    known_later += [document["setting"].pop("costs_basis"), *map(document["rule"].pop, OF_EACH_EXIT)]
    assert not any(known_later)
    return {"id": point.point_id, "retired_at": point.retired_at, "document": document}


def _samples(store: Store, name: str) -> list[dict[str, Any]]:
    return [asdict(sample) for sample in store.collections.samples(name)]


def _sha256(array: Any) -> str | None:
    if array is None:
        return None
    kind = {"i": "<i8", "f": "<f8" if array.dtype.itemsize == 8 else "<f4"}[array.dtype.kind]
    return hashlib.sha256(np.ascontiguousarray(array).astype(kind).tobytes()).hexdigest()


if __name__ == "__main__":
    print(json.dumps(facts(Store(sys.argv[1])), default=str, indent=1, sort_keys=True))
