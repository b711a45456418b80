"""What fuzzing found in what reads files of scores: each finding by name (SECURITY.md)."""

import io
import os
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fuzz.harness import only
from trecx.errors import ScoresError
from trecx.importing import ReadOptions, file_content, import_scores, read_scores, read_scores_file
from trecx.scores import MAX_EXITS, ExitScores
from trecx.scores.names import MAX_CLASSES

TRACE = "label,exit1_prediction,exit1_confidence\n"


def refused(name, data, words):
    with only(), pytest.raises(ScoresError, match=words):
        read_scores_file(name, data).scores([10])


def npz(packing=zipfile.ZIP_STORED, **files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), data, packing)
    return file.getvalue()


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def header(text):
    return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize("text", ["{", "(" * 300, "{[]: 1}", "{}"])
def test_a_broken_header_of_an_array_is_told(text):
    refused("x.npz", npz(labels=header(text)), "labels has a header that cannot be read")


@pytest.mark.parametrize("name", ["labels", "exit_flops", "sample_names"])
@pytest.mark.parametrize(("kind", "shape"), [("|S0", (10**12,)), ("<f4", (10**12, 0)), ("<f4", (-1, -1))])
def test_an_array_of_a_billion_nothings_is_refused(name, kind, shape):
    said = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}"
    body = bytes(4) if -1 in shape else b""
    whole = {"labels": npy(np.zeros(2)), "probabilities": npy(np.full((2, 1, 2), 0.5))}
    refused("x.npz", npz(**(whole | {name: header(said) + body})), "does not match its size")


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_unpacks_without_bound_is_refused(packing):
    refused("x.npz", npz(packing, labels=npy(np.zeros(2))), "a compression that NumPy does not use")


@pytest.mark.parametrize("code", [0x110000, 0xD800, 0xFFFFFFFF])
def test_texts_of_an_array_that_are_none_are_refused(code):
    names = np.array([code, 97], np.uint32).view("<U1")
    whole = {"labels": npy(np.zeros(2)), "probabilities": npy(np.full((2, 1, 2), 0.5))}
    refused(
        "x.npz",
        npz(**whole, class_names=npy(names)),
        "class_names contains code points that are not characters",
    )


def test_half_a_character_in_a_name_is_refused_where_a_csv_or_parquet_file_brings_it():
    said = r'# class_names: ["\ud800", "b"]'
    refused("x.csv", f"{said}\n{TRACE}b,b,1\n".encode(), "class_names must be complete characters")


@pytest.mark.parametrize("labels", ["999999999", "1025"])
def test_a_large_number_for_a_class_makes_no_billion_classes(labels):
    refused("x.csv", f"{TRACE}{labels},0,1\n".encode(), f"at most {MAX_CLASSES:,} are allowed")
    with pytest.raises(ScoresError, match="classes, but at most"):
        ExitScores(np.array([int(labels)]), [10], predictions=np.zeros((1, 1)), confidence=np.ones((1, 1)))


def test_more_exits_than_any_network_has_are_refused():
    n = MAX_EXITS + 1
    with pytest.raises(ScoresError, match="at most 999 are allowed"):
        ExitScores(np.zeros(1), range(1, n + 1), np.full((1, n, 2), 0.5))


@pytest.mark.parametrize("flops", [[1e300], [2.0**63], np.array([2**63], np.uint64)])
def test_flops_beyond_an_integer_are_refused_and_not_wrapped(flops):
    with pytest.raises(ScoresError, match="below 2⁶³"):
        ExitScores(np.zeros(1), flops, np.full((1, 1, 2), 0.5))


@pytest.mark.parametrize("value", ["1e300", "-1e300"])
def test_a_score_beyond_a_float32_is_refused_as_no_score(value):
    refused("x.csv", f"label,exit1_a,exit1_b\na,{value},0\n".encode(), "is not a finite number")
    refused("x.csv", f"{TRACE}0,0,{value}\n".encode(), "is not a finite number")


def test_a_column_exit01_is_not_dropped_in_silence():
    refused("x.csv", b"label,exit01_a,exit01_b\na,0.5,0.5\n", "the column 'exit01_a' looks like an exit")
    refused("x.csv", b"label,exit1_a,exit01_b\na,0.5,0.5\n", "the column 'exit01_b' looks like an exit")


@pytest.mark.parametrize("text", ["[" * 20_000, "9" * 5_000, "NaN", "1e999", "1" * 400])
def test_what_a_csv_says_of_costs_is_a_list_of_numbers_or_told(text):
    refused(
        "x.csv", f"# energy_uj: {text}\n{TRACE}0,0,1\n".encode(), "cannot be read|must be a list of numbers"
    )


def parquet(table, said="{}"):
    file = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"PANDAS_ATTRS": said}), file)
    return file.getvalue()


def table(**columns):
    return pa.table(
        {"label": ["0", "1"], "exit1_prediction": [0, 1], "exit1_confidence": [1.0, 1.0]} | columns
    )


def test_attributes_nested_without_end_are_told():
    refused("x.parquet", parquet(table(), "[" * 20_000), "DataFrame.attrs of the file cannot be read")


def test_texts_of_a_parquet_file_that_are_no_utf_8_are_told():
    bad = pa.Array.from_buffers(pa.string(), 2, [None, *pa.array([b"\xff", b"a"], pa.binary()).buffers()[1:]])
    refused("x.parquet", parquet(table(sample=bad)), "not a Parquet file, or a damaged one .*UTF")


def test_one_name_for_every_row_does_not_unpack_to_more_than_is_taken_in(monkeypatch):
    data = parquet(table(sample=["x" * 1_000_000] * 2))
    assert len(data) < 1_100_000
    monkeypatch.setattr(file_content, "MAX_UNPACKED_BYTES", 1_500_000)
    monkeypatch.setattr("trecx.importing.parquet_table._declared_bytes", lambda file: 0)
    refused("x.parquet", data, "too large uncompressed .2 MB")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.csv")
    with only(), pytest.raises(ScoresError, match="not a regular file"):
        import_scores(tmp_path / "x.csv")


def test_names_that_a_spreadsheet_would_run_are_taken_in_as_they_were():
    frame = pd.DataFrame(
        {"sample": ["'=1", "'tis"], "label": ["a", "b"], "exit1_a": [1, 0], "exit1_b": [0, 1]}
    )
    scores = read_scores_file("x.csv", frame.to_csv(index=False).encode()).scores([10])
    assert scores.sample_names == ("=1", "'tis")


@pytest.mark.parametrize("value", [-89, -1e300, 3e38])
def test_the_sigmoid_of_any_logit_is_computed_without_a_warning(value):
    data = f'{{"label": 0, "probabilities": {value}}}'.encode()
    with only(ScoresError):
        scores = read_scores({"x.jsonl": data}, ReadOptions(sigmoid=True, logits=True)).scores([1])
        assert scores.probabilities.sum() == 1


def test_scores_whose_sum_is_beyond_a_float64_are_refused():
    file = io.BytesIO()
    np.savez(file, labels=[0], probabilities=np.full((1, 1, 4), 1.7e308), exit_flops=[1])
    refused("x.npz", file.getvalue(), "1.7e.308 is not a finite number")


def test_a_shape_of_truth_values_in_an_npy_file_is_refused():
    header = b"\x93NUMPY\x01\x00:\x00{'descr': '<f4', 'fortran_order': False, 'shape': (True,)}" + bytes(4)
    refused("x.npy", header, "has the shape .True,., which is not made of whole numbers")


def test_a_load_without_a_file_name_in_a_log_names_no_sample():
    log = b'1.1 parser: Command "bload dut """\n1.2 dut: m-results-[0.992,0.007]\n'
    with only(ScoresError):
        scores = read_scores({"x.log": log, "y_labels.csv": b"a.bin,2,0\n"}).scores([1])
    assert scores.sample_names == ("a.bin",)
