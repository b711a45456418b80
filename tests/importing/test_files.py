"""What can be wrong with a file of scores, whatever its format."""

import io
import json
import os
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trecx.errors import ScoresError
from trecx.importing import (
    ReadOptions,
    file_content,
    import_scores,
    open_scores_file,
    read_scores,
    read_scores_file,
)
from trecx.importing.preview import preview_of
from trecx.progress import silent

HEADER = "label,exit1_a,exit1_b,exit2_a,exit2_b"
ROWS = ["a,0.75,0.25,0.5,0.5", "b,0.25,0.75,0,1"]
PROBABILITIES = np.array([[[0.75, 0.25], [0.5, 0.5]], [[0.25, 0.75], [0, 1]]], np.float32)


def csv_bytes(*rows, header=HEADER, above=("# exit_flops: 10, 20",), end="\n"):
    return (end.join([*above, header, *rows]) + end).encode()


def read(data, name="mine.csv", progress=silent, **options):
    return read_scores({name: data}, ReadOptions(**options), progress).scores()


def parquet_bytes(frame, **options):
    file = io.BytesIO()
    frame.to_parquet(file, **options)
    return file.getvalue()


def frame(**columns):
    made = {"label": ["a", "b"]}
    made |= {f"exit{k + 1}_{c}": PROBABILITIES[:, k, "ab".index(c)] for k in (0, 1) for c in "ab"}
    found = pd.DataFrame(made | columns)
    found.attrs = {"exit_flops": [10, 20]}
    return found


def test_a_csv_says_its_flops_and_class_names_above_the_header():
    scores = read(csv_bytes(*ROWS, above=("# exit_flops: 10, 20", '# class_names: ["b", "a"]', "# by hand")))
    assert scores.exit_flops.tolist() == [10, 20]
    assert scores.class_names == ("b", "a")
    assert np.array_equal(scores.probabilities, PROBABILITIES[:, :, ::-1])
    assert scores.labels.tolist() == [1, 0]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + csv_bytes(*ROWS),
        csv_bytes(*ROWS, end="\r\n"),
        csv_bytes(*[row.replace(",", ";") for row in ROWS], header=HEADER.replace(",", ";")),
        csv_bytes(*[row.replace(",", "\t") for row in ROWS], header=HEADER.replace(",", "\t")),
        csv_bytes("a;0,75;0,25;0,5;0,5", "b;0,25;0,75;0;1,0", header=HEADER.replace(",", ";")),
    ],
    ids=["byte order mark", "CRLF", "semicolons", "tabs", "decimal commas"],
)
def test_csv_as_spreadsheets_write_it_is_understood(data):
    assert np.array_equal(read(data).probabilities, PROBABILITIES)


def test_quoted_newlines_separators_and_quotes_are_part_of_a_name():
    rows = ['"x\ny",' + ROWS[0], '"a ""b"", c",' + ROWS[1]]
    scores = read(csv_bytes(*rows, header="sample," + HEADER))
    assert scores.sample_names == ("x\ny", 'a "b", c')


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            csv_bytes(ROWS[0], 'b,"0,25",0.75,0,1'),
            "row 4, column exit1_a: '0,25' is not a finite number .*semi",
        ),
        (csv_bytes(ROWS[0], "b,0.25,0.75,0,1,9"), "row 4 has 6 cells, but the header has 5"),
        (csv_bytes("b,0.25,0.75,0,1,9"), "row 3 has more cells"),
        (csv_bytes('"\n",1,0,1,0', "b,1,0,1,0,1", header=HEADER), "row 4 has 6 cells"),
        (csv_bytes(ROWS[0], "b,0.25,0.7,0,1"), r"row 4, columns exit1_…: .*sum to 0\.95"),
        (csv_bytes(ROWS[0], "b,0.25,0.75,-3,4"), "row 4, columns exit2_…: .*logits"),
        (csv_bytes(*ROWS, header=HEADER.replace("exit2_b", "exit2_a")), "two columns 'exit2_a'"),
        (csv_bytes(*ROWS, above=("# exit_flops: ten",)), "cannot be read; write it as # exit_flops: 312"),
        (csv_bytes(*ROWS, above=('# exit_flops: ["10"]',)), "exit_flops must be a list of numbers"),
        (csv_bytes(*ROWS).decode().encode("utf-16"), "not a CSV file in UTF-8"),
        (csv_bytes('"b,1,0,1,0'), "not a CSV file"),
        (
            csv_bytes("x," + ROWS[0], "y," + ROWS[1], "x," + ROWS[0], header="sample," + HEADER),
            "rows 3 and 5, column sample: .*'x' occurs 2 times",
        ),
        (
            csv_bytes("0,0,1.5", header="label,exit1_prediction,exit1_confidence"),
            "row 3, column exit1_confidence: ",
        ),
        (csv_bytes("9" * 5000 + ",1,0,1,0"), "row 3, column label: .* is not a class"),
    ],
)
def test_a_broken_csv_is_told_with_its_row_and_column(data, words):
    with pytest.raises(ScoresError, match=f"(?s)mine.csv: .*{words}"):
        read(data)


def test_rows_and_progress_reach_across_the_parts_that_a_csv_is_read_in(monkeypatch):
    monkeypatch.setattr("trecx.importing.csv_table._ROWS_AT_ONCE", 3)
    heard = []
    data = csv_bytes(*(ROWS * 5))
    scores = read(data, progress=lambda *told: heard.append(told))
    assert scores.n_samples == 10
    assert heard[-1] == ("reading rows", len(data), len(data))
    with pytest.raises(ScoresError, match="row 11, column exit1_b"):
        read(csv_bytes(*(ROWS * 4), "a,1,x,1,0"))
    with pytest.raises(ScoresError, match="row 13 has 6 cells"):
        read(csv_bytes(*(ROWS * 5), "a,1,0,1,0,0"))


def test_two_classes_may_be_called_prediction_and_confidence_if_the_file_says_so():
    header = "label,exit1_prediction,exit1_confidence"
    above = ("# exit_flops: 10", '# class_names: ["prediction", "confidence"]')
    scores = read(csv_bytes("prediction,0.75,0.25", header=header, above=above))
    assert scores.probabilities.tolist() == [[[0.75, 0.25]]]


def test_parquet_is_read_with_what_its_attributes_say():
    scores = read(parquet_bytes(frame(sample=["x", "y"])), "mine.parquet")
    assert np.array_equal(scores.probabilities, PROBABILITIES)
    assert (scores.sample_names, scores.exit_flops.tolist()) == (("x", "y"), [10, 20])


@pytest.mark.parametrize("label", [[0, 1], [0.0, 1.0], ["a", "b"], pd.Categorical(["a", "b"]), [False, True]])
def test_parquet_labels_may_be_numbers_names_or_categories(label):
    data, first = parquet_bytes(frame(label=label)), 0 if label[0] != "a" else None
    assert read(data, "mine.parquet", labels_from=first).labels.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (parquet_bytes(frame())[:-20], "not a Parquet file, or a damaged one"),
        (b"PAR1" + b"\0" * 100 + b"PAR1", "not a Parquet file, or a damaged one"),
        (parquet_bytes(frame(exit1_a=[0.75, None])), "row 2, column exit1_a: the cell is empty"),
        (parquet_bytes(frame(exit1_a=[0.75, np.inf])), "row 2, column exit1_a: inf is not a finite number"),
        (
            parquet_bytes(frame(exit1_a=["x", "y"])),
            "column exit1_a has the type .*string; numbers are needed",
        ),
        (parquet_bytes(frame(label=["a", "c"])), "row 2, column label: 'c' is not a class"),
        (parquet_bytes(frame(label=[[1], [2]])), "column label has the type list"),
        (parquet_bytes(frame(exit2_b=[0.5, 0.5])), r"row 2, columns exit2_…: .*sum to 0\.5"),
        (parquet_bytes(frame().iloc[:0]), "columns but no rows"),
        (parquet_bytes(frame().drop(columns="label")), "no column 'label'"),
        (parquet_bytes(frame(label=["a", None])), "row 2, column label: the cell is empty"),
    ],
)
def test_a_broken_parquet_file_is_told(data, words):
    with pytest.raises(ScoresError, match=f"mine.parquet: .*{words}"):
        read(data, "mine.parquet")


def test_a_damaged_page_of_a_parquet_file_is_told():
    data = bytearray(parquet_bytes(frame(), compression="zstd"))
    data[4:60] = b"\xff" * 56
    with pytest.raises(ScoresError, match="not a Parquet file, or a damaged one"):
        read(bytes(data), "mine.parquet")


def test_a_parquet_file_that_unpacks_to_too_much_is_refused_unread(monkeypatch):
    n = 100_000
    zeros = pa.table({"label": np.zeros(n, int), "exit1_a": np.ones(n), "exit1_b": np.zeros(n)})
    file = io.BytesIO()
    pq.write_table(zeros, file)
    assert len(file.getvalue()) < 10_000
    monkeypatch.setattr(file_content, "MAX_UNPACKED_BYTES", 1_000_000)
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(ScoresError, match="too large uncompressed .2 MB; limit 1 MB"):
        read(file.getvalue(), "bomb.parquet")


def npz_bytes(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def test_a_zip_bomb_is_refused_by_its_declared_size_before_anything_is_unpacked(monkeypatch):
    bomb = npz_bytes(labels=np.zeros(4_000_000), probabilities=np.zeros((2, 1, 2)), exit_flops=[1])
    assert len(bomb) < 100_000
    monkeypatch.setattr("trecx.importing.array_scores.MAX_UNPACKED_BYTES", 1_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(ScoresError, match="too large uncompressed .31 MB; limit 1 MB., so it was not read"):
        read(bomb, "bomb.npz")


def test_an_array_that_promises_more_than_is_there_takes_no_memory():
    header = io.BytesIO()
    promise = {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    np.lib.format.write_array_header_1_0(header, promise)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("labels.npy", header.getvalue() + bytes(80))
    with pytest.raises(ScoresError, match="labels declares 8,000,000,000,000 bytes but has 80"):
        read(file.getvalue(), "lie.npz")


def test_a_cut_npz_and_a_wrong_checksum_are_told():
    whole = npz_bytes(labels=[0, 1], probabilities=PROBABILITIES, exit_flops=[10, 20])
    with pytest.raises(ScoresError, match="not an .npz file"):
        read(whole[: len(whole) // 2], "cut.npz")
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        start = archive.getinfo("probabilities.npy").header_offset + 100
    flipped = bytearray(whole)
    flipped[start] ^= 255
    with pytest.raises(ScoresError, match="not an .npz file"):
        read(bytes(flipped), "flipped.npz")


def test_names_of_bytes_are_read_as_text_and_a_table_of_names_is_refused():
    arrays = {"labels": [0, 1], "probabilities": PROBABILITIES, "exit_flops": [10, 20]}
    assert read(npz_bytes(**arrays, class_names=[b"a", b"b"]), "x.npz").class_names == ("a", "b")
    with pytest.raises(ScoresError, match="class_names must be a list of names"):
        read(npz_bytes(**arrays, class_names=[["a", "b"]]), "x.npz")


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "mine.csv"
    file.write_bytes(csv_bytes(*ROWS))
    whole = file_content._read

    def changed_meanwhile(handle, size, progress):
        data = whole(handle, size, progress)
        file.write_bytes(data)
        os.utime(file, ns=(1, 1))
        return data

    monkeypatch.setattr(file_content, "_read", changed_meanwhile)
    with pytest.raises(ScoresError, match="mine.csv: the file changed while it was read"):
        import_scores(file)


def test_too_large_a_file_a_folder_and_a_pipe_are_refused(tmp_path, monkeypatch):
    file = tmp_path / "mine.csv"
    file.write_bytes(csv_bytes(*ROWS))
    monkeypatch.setattr(file_content, "MAX_FILE_BYTES", 10)
    with pytest.raises(ScoresError, match="mine.csv: .*too large .*limit"):
        import_scores(file)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ScoresError, match="folder.csv: .*(cannot be read|not a regular file)"):
        import_scores(tmp_path / "folder.csv")
    with pytest.raises(ScoresError, match="not a regular file"):
        import_scores(tmp_path.joinpath("null.csv").symlink_to("/dev/null") or tmp_path / "null.csv")


def test_a_preview_tells_what_was_understood_and_needs_no_flops():
    file = read_scores_file("mine.csv", csv_bytes(*ROWS, header=HEADER, above=()))
    seen = preview_of(file)
    assert (seen.n_samples, seen.n_exits, seen.class_names, seen.full_softmax) == (2, 2, ("a", "b"), True)
    assert (seen.accuracy, seen.exit_flops) == ((1.0, 1.0), None)
    assert seen.rows[1] == {
        **{"sample": "1", "label": "b", "exit 1 prediction": "b", "exit 1 confidence": 0.75},
        **{"exit 2 prediction": "b", "exit 2 confidence": 1.0},
    }
    with pytest.raises(ScoresError, match="mine.csv: no exit FLOPs.*--relative-costs"):
        file.scores()
    with pytest.raises(ScoresError, match="row 3, columns exit1_…"):
        preview_of(read_scores_file("x.csv", csv_bytes(ROWS[0], "b,0.25,0.7,0,1", above=())))


def test_measured_costs_may_stand_in_the_file(tmp_path):
    above = ("# exit_flops: 10, 20", "# energy_uj: 2600.5, 4700", "# latency_ms: 4, 9.5")
    (tmp_path / "mine.csv").write_bytes(csv_bytes(*ROWS, above=above))
    said = open_scores_file(tmp_path / "mine.csv").said
    assert (said["energy_uj"], said["latency_ms"]) == ((2600.5, 4700), (4, 9.5))
    in_npz = npz_bytes(labels=[0, 1], probabilities=PROBABILITIES, exit_flops=[1, 2], energy_uj=[1.5, 2])
    assert read_scores_file("x.npz", in_npz).said["energy_uj"] == (1.5, 2.0)
    assert json.dumps(read_scores_file("x.npz", in_npz).said)  # plain numbers
