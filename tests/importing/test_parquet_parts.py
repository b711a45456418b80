"""Parquet files are read in parts: rows keep their numbers, and names never become Python strings."""

import io
import tracemalloc

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trecx.errors import ScoresError
from trecx.importing import file_content, parquet_table, read_scores_file
from trecx.importing.preview import preview_of
from trecx.scores.names import PackedNames

N = 10
LABELS = ["cat", "dog", "owl"]


def trace(n=N, **columns):
    labels = np.array(LABELS)[np.arange(n) % 3]
    made = {"sample": [f"{k}.wav" for k in range(n)], "label": labels}
    for k in (1, 2):
        made |= {f"exit{k}_prediction": labels, f"exit{k}_confidence": 1 / (1 + np.arange(n, dtype="f4") % 7)}
    return made | columns


def written(columns, **options):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, **options)
    return file.getvalue()


def read(columns, **options):
    return read_scores_file("x.parquet", written(columns, **options))


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setattr(parquet_table, "_ROWS_AT_ONCE", 3)
    monkeypatch.setattr(parquet_table, "_NAMES_AT_ONCE", 2)


@pytest.mark.parametrize("row_group_size", [1, 4, N])
def test_parts_are_put_together_whatever_the_row_groups(few_at_once, row_group_size):
    columns = trace()
    scores = read(columns, row_group_size=row_group_size).scores([1, 2])
    assert scores.sample_names == tuple(columns["sample"])
    assert [scores.class_names[label] for label in scores.labels] == columns["label"].tolist()
    for k in (1, 2):
        assert np.array_equal(scores.predictions[:, k - 1], scores.labels)
        assert np.array_equal(scores.confidence[:, k - 1], columns[f"exit{k}_confidence"])


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_scores_of_all_classes_are_put_together_in_the_order_of_the_classes(few_at_once, order):
    p = np.linspace(0, 1, N, dtype="f4")
    columns = {"label": ["a"] * N, "exit1_a": p, "exit1_b": 1 - p, "exit2_b": 1 - p, "exit2_a": p}
    file = read_scores_file("x.parquet", written(columns, row_group_size=4), order)
    expected = np.stack([{"a": p, "b": 1 - p}[name] for name in order], axis=1)
    for k in (0, 1):
        assert np.array_equal(file.scores([1, 2]).probabilities[:, k], expected)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"label": pa.array([*["cat"] * 8, None, "dog"])}, "row 9, column label: the cell is empty"),
        ({"sample": pa.array([*map(str, range(9)), None])}, "row 10, column sample: the cell is empty"),
        ({"sample": ["x", *map(str, range(8)), "x"]}, "rows 1 and 10, column sample: .*'x' occurs 2 times"),
        ({"label": [*LABELS * 3, "cow "]}, "row 10, column label: 'cow' is not a class"),
        ({"exit2_confidence": [1.0] * 7 + [np.nan] * 3}, "row 8, column exit2_confidence: nan is not a fin"),
        ({"exit2_confidence": [1.0] * 7 + [1.5] * 3}, "row 8, column exit2_confidence: the confidence 1.5"),
        ({"exit1_prediction": [[1]] * N}, "column exit1_prediction has the type list"),
        ({"sample": [b"x"] * N}, "column sample has the type binary"),
        ({"exit1_confidence": ["x"] * N}, "column exit1_confidence has the type string; numbers are needed"),
    ],
)
def test_errors_name_the_row_of_the_file_not_of_a_part(few_at_once, changes, words):
    with pytest.raises(ScoresError, match=words):
        read_scores_file("x.parquet", written(trace(**changes)), LABELS).scores([1, 2])


def test_a_label_that_is_no_number_is_refused_and_not_read_as_another():
    numbers = np.arange(N) % 3
    columns = trace(label=np.where(numbers == 2, np.nan, numbers), exit1_prediction=numbers)
    with pytest.raises(ScoresError, match="row 3, column label: nan is not a whole number"):
        read(columns | {"exit2_prediction": numbers})


@pytest.mark.parametrize(
    ("names", "texts"),
    [
        (pa.array(range(N)), [str(k) for k in range(N)]),
        (pa.array([k / 2 for k in range(N)]), [str(k / 2) for k in range(N)]),
        (pa.array([f"ü{k}" for k in range(N)], pa.large_string()), [f"ü{k}" for k in range(N)]),
        (pa.array([f"{k}€" for k in range(N)]).dictionary_encode(), [f"{k}€" for k in range(N)]),
        (pa.array([str(k) if k else "" for k in range(N)]), ["", *map(str, range(1, N))]),
    ],
    ids=["whole numbers", "numbers", "large texts", "categories", "an empty one"],
)
def test_names_of_any_type_are_read_as_their_texts(few_at_once, names, texts):
    assert read(trace(sample=names)).scores([1, 2]).sample_names == tuple(texts)


def test_a_column_whose_name_begins_with_sample_is_not_taken_for_the_names():
    columns = {"sample.id": list(range(N)), "sample": [f"{k}.png" for k in range(N)]}
    assert read(columns | trace() | columns).scores([1, 2]).sample_names == tuple(columns["sample"])


def test_a_category_that_names_every_row_does_not_unpack_to_more_than_is_taken_in(monkeypatch):
    names = pa.array(["x" * 100_000] * N).dictionary_encode()
    data = written(trace(sample=names))
    monkeypatch.setattr(file_content, "MAX_UNPACKED_BYTES", 500_000)
    monkeypatch.setattr(parquet_table, "_declared_bytes", lambda file: 0)
    with pytest.raises(ScoresError, match="too large uncompressed"):
        read_scores_file("x.parquet", data)


def test_a_file_with_fewer_rows_than_it_declares_is_damaged(monkeypatch):
    whole = pq.ParquetFile.iter_batches
    monkeypatch.setattr(
        pq.ParquetFile, "iter_batches", lambda file, n, columns: list(whole(file, 4, columns=columns))[:-1]
    )
    with pytest.raises(ScoresError, match="damaged one .10 rows are declared, but 8 are there"):
        read(trace())


def test_the_scores_of_a_file_are_not_copied():
    file = read(trace())
    for name in ("labels", "predictions", "confidence"):
        assert getattr(file.scores([1, 2]), name) is file.fields[name]
    assert file.scores([1, 2]).sample_names is file.fields["sample_names"]


def test_names_of_half_a_character_are_refused_beside_their_rows():
    row = '{"sample": "\\ud800", "label": 0, "probabilities": [[0.7, 0.3]]}\n'
    with pytest.raises(ScoresError, match="rows 1 and 2, column sample: sample_names must be complete char"):
        read_scores_file("x.jsonl", (row * 2).encode()).scores([1])


def test_three_hundred_thousand_names_take_little_more_than_their_bytes():
    n = 300_000
    data = written(trace(n))
    tracemalloc.start()
    file = read_scores_file("x.parquet", data)
    seen, scores = preview_of(file), file.scores([1, 2])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(scores.sample_names, PackedNames) and seen.rows[1]["sample"] == "1.wav"
    held = sum(array.nbytes for array in (scores.labels, scores.predictions, scores.confidence))
    assert peak < held + scores.sample_names.content.nbytes + 60 * n  # a Python string takes as much


def test_names_in_other_formats_are_packed_too():
    frame = pd.DataFrame(trace())
    csv = read_scores_file("x.csv", frame.to_csv(index=False).encode()).scores([1, 2])
    arrays = io.BytesIO()
    np.savez(
        arrays,
        labels=csv.labels,
        probabilities=np.full((N, 1, 3), 1 / 3),
        sample_names=frame["sample"].tolist(),
    )
    npz = read_scores_file("x.npz", arrays.getvalue()).scores([1])
    for scores in (csv, npz):
        assert isinstance(scores.sample_names, PackedNames)
        assert scores.sample_names == tuple(frame["sample"])
    assert csv.confidence.flags.f_contiguous and csv.predictions.flags.f_contiguous
