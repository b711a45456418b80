"""The log of an accuracy run of EnergyRunner, with the labels in y_labels.csv."""

import numpy as np
import pytest

from trecx.errors import ScoresError
from trecx.importing import ReadOptions, import_scores, read_scores

ROWS = {
    "dog_1.bin": [0.992, 0.007],
    "cat_2.bin": [0.332, 0.667],
    "cat_3.bin": [0.5, 0.496],
    "dog_4.bin": [0.996, 0],
}
LABELS = b"cat_2.bin,2,1\ndog_1.bin,2,0\ndog_4.bin,2,0\ncat_3.bin,2,1\nunused.bin,2,1\n"
FILE = 'bload dut "C:\\Users\\me\\eembc\\runner\\datasets\\ic01\\{}"'


def log(rows=ROWS, exits=1, digits="{:.3f}"):
    lines = ["01451.434 session: m-session-start-id[20230104162233]"]
    for name, scores in rows.items():
        lines.append(
            f"01452.022 sequencer: m-sequencing-i[5]-command[{FILE.format(name)}]-ack[/parser: m-ready/]"
        )
        lines.append(f'01452.022 parser: Command "{FILE.format(name)}"')
        text = ",".join(digits.format(score) for score in scores)
        lines += [f"01453.217 dut: m-results-[{text}]"] * exits
    return "\r\n".join([*lines, "13910.017 ulp-mlperf: Top-1: 85.2%"]).encode()


def read(options=None, **files):
    named = {name.replace("_csv", ".csv").replace("_txt", ".txt"): content for name, content in files.items()}
    return read_scores(named, options)


def test_a_log_is_an_int8_run_of_one_exit_with_its_own_steps_of_1_256():
    file = read(log_txt=log(), y_labels_csv=LABELS)
    scores = file.scores([1])
    assert file.precision == "int8"
    assert scores.sample_names == ("dog_1.bin", "cat_2.bin", "cat_3.bin", "dog_4.bin")
    assert scores.labels.tolist() == [0, 1, 1, 0]
    assert (scores.probabilities[:, 0] * 256).tolist() == [[254, 2], [85, 171], [128, 127], [255, 0]]
    assert scores.standalone_accuracy.tolist() == [0.75]
    assert "4 samples; y_labels.csv has 5 labels" in "; ".join(file.remarks)


def test_every_level_is_restored_whether_it_was_rounded_or_cut_off():
    levels = np.arange(256)
    for text in ("{:.3f}", "{:.4f}", "{:.5f}"):
        for cut in (False, True):
            rows = {}
            for level in levels:
                scores = np.array([level, 256 - level - (level == 0)]) / 256
                digits = int(text[3])
                rows[f"s{level}.bin"] = np.floor(scores * 10**digits) / 10**digits if cut else scores
            labels = "".join(f"s{level}.bin,2,{level % 2}\n" for level in levels).encode()
            scores = read(log_txt=log(rows, digits=text), y_labels_csv=labels).scores([1])
            assert (scores.probabilities[:, 0, 0] * 256).tolist() == levels.tolist()


def test_integers_of_a_device_are_converted_and_several_results_are_exits(tmp_path):
    rows = {"a.bin": [127, -128], "b.bin": [-100, 100]}
    labels = b"a.bin,2,0\nb.bin,2,1\n"
    scores = read(log_txt=log(rows, 2, "{:d}"), y_labels_csv=labels).scores([1, 2])
    assert (scores.n_exits, (scores.probabilities[:, 1] * 256).tolist()) == (2, [[255, 0], [28, 228]])
    for name in ("early", "final"):
        (tmp_path / f"{name}.log").write_bytes(log(rows, 1, "{:d}"))
    (tmp_path / "y_labels.csv").write_bytes(labels)
    paths = [tmp_path / name for name in ("early.log", "final.log", "y_labels.csv")]
    assert np.array_equal(import_scores(paths, [1, 2]).probabilities, scores.probabilities)


def test_a_log_without_file_names_is_in_the_order_of_the_labels():
    serial = b"RX:[dut]: m-results-[0.992,0.007]\nRX:[dut]: m-results-[0.332,0.667,]\n"
    labels = b"file,classes,label\nx.bin,2,0\ny.bin,2,1\n"
    scores = read(ReadOptions(("dog", "cat")), log_txt=serial, y_labels_csv=labels).scores([1])
    assert (scores.sample_names, scores.standalone_accuracy.tolist()) == (("x.bin", "y.bin"), [1])
    with pytest.raises(ScoresError, match="2 results without file names, but there are 5 labels"):
        read(log_txt=serial, y_labels_csv=LABELS)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"log_txt": log()}, "results of 4 samples, but not their labels; give y_labels.csv"),
        ({"log_txt": b"hello\n"}, "log.txt is not the log of an accuracy run"),
        ({"log_txt": log(), "y_labels_csv": b"dog_1.bin,2,0\n"}, "log.txt line .*'cat_2.bin' has no label"),
        ({"log_txt": log() + log(), "y_labels_csv": LABELS}, "lines 4 and .*'dog_1.bin' occurs twice"),
        (
            {"log_txt": log(ROWS | {"dog_4.bin": [1]}), "y_labels_csv": LABELS},
            "'dog_4.bin'|dog_4.bin: 1 results of 1 classes",
        ),
        (
            {"log_txt": log().replace(b"0.992", b"x"), "y_labels_csv": LABELS},
            "line 4: m-results-.x,0.007. are not numbers",
        ),
        (
            {"log_txt": log(), "y_labels_csv": LABELS + b"cat_2.bin,2,1\n"},
            "y_labels.csv line 6: 'cat_2.bin' occurs twice",
        ),
        (
            {"log_txt": log(), "y_labels_csv": b"dog_1.bin\n"},
            "y_labels.csv line 1: 'dog_1.bin' is not FILE,CLASSES,LABEL",
        ),
        ({"log_txt": log(), "a_csv": LABELS, "b_csv": LABELS}, "the logs and one y_labels.csv"),
        (
            {"log_txt": log(), "b_txt": log({"dog_1.bin": [1, 0]}), "a_csv": LABELS},
            "b.txt has other samples than log.txt",
        ),
    ],
)
def test_a_log_that_cannot_be_read_is_told(files, words):
    with pytest.raises(ScoresError, match=words):
        read(**files)


def test_a_sample_without_a_result_is_left_out_and_said():
    cut = log().rpartition(b"01453.217")[0]
    file = read(log_txt=cut, y_labels_csv=LABELS)
    assert file.scores([1]).n_samples == 3
    assert "without a result, and left out: dog_4.bin (1 in all)" in "; ".join(file.remarks)
