import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.threshold.strategies import exit_scores
from trecx.errors import ScoresError
from trecx.importing import import_scores

PROBABILITIES = np.array([[[0.7, 0.3], [0.2, 0.8]], [[0.5, 0.5], [1.0, 0.0]]], np.float32)
SOFTMAX = (
    "sample,label,exit1_cat,exit1_dog,exit2_cat,exit2_dog\na.png,cat,0.7,0.3,0.2,0.8\nb.png,dog,0.5,0.5,1,0\n"
)
TRACE = (
    "label,exit1_prediction,exit1_confidence,exit2_prediction,exit2_confidence\n0,0,0.7,1,0.8\n1,0,0.5,0,1\n"
)


@pytest.fixture
def npz(tmp_path):
    def write(**changes):
        arrays = {"labels": [0, 1], "probabilities": PROBABILITIES, "exit_flops": [10, 20]} | changes
        np.savez(
            tmp_path / "scores.npz", **{name: value for name, value in arrays.items() if value is not None}
        )
        return tmp_path / "scores.npz"

    return write


@pytest.fixture
def csv(tmp_path):
    def write(text):
        (tmp_path / "scores.csv").write_text(text)
        return tmp_path / "scores.csv"

    return write


def test_npz_with_names(npz):
    scores = import_scores(npz(class_names=["cat", "dog"], sample_names=["a.png", "b.png"]))
    assert np.array_equal(scores.probabilities, PROBABILITIES)
    assert (scores.labels.tolist(), scores.exit_flops.tolist()) == ([0, 1], [10, 20])
    assert (scores.class_names, scores.sample_names) == (("cat", "dog"), ("a.png", "b.png"))


def test_npz_trace(npz):
    scores = import_scores(
        npz(probabilities=None, predictions=[[0, 1], [0, 0]], confidence=[[0.5, 1], [0.25, 1]])
    )
    assert scores.probabilities is None
    assert scores.predictions.tolist() == [[0, 1], [0, 0]]


def test_what_the_caller_says_goes_before_the_file_and_usual_names_come_last(npz):
    given_names = import_scores(npz(class_names=["cat", "dog"]), [7, 9], ["x", "y"], ["no", "yes"])
    assert (given_names.class_names, given_names.exit_flops.tolist()) == (("x", "y"), [7, 9])
    assert import_scores(npz(), (), (), ["no", "yes"]).class_names == ("no", "yes")
    assert import_scores(npz(), (), (), ["not", "that", "many"]).class_names == ("0", "1")


def test_csv_with_every_class(csv):
    scores = import_scores(csv(SOFTMAX), [10, 20])
    assert np.array_equal(scores.probabilities, PROBABILITIES)
    assert (scores.labels.tolist(), scores.class_names) == ([0, 1], ("cat", "dog"))
    assert scores.sample_names == ("a.png", "b.png")


def test_csv_classes_put_the_columns_in_order(csv):
    scores = import_scores(csv(SOFTMAX), [10, 20], ["dog", "cat"])
    assert scores.labels.tolist() == [1, 0]
    assert np.array_equal(scores.probabilities, PROBABILITIES[:, :, ::-1])


def test_csv_trace(csv):
    scores = import_scores(csv(TRACE), [10, 20])
    assert scores.predictions.tolist() == [[0, 1], [0, 0]]
    assert scores.confidence.tolist() == np.float32([[0.7, 0.8], [0.5, 1]]).tolist()
    assert scores.class_names == ("0", "1")
    assert import_scores(csv(TRACE), [10, 20], (), ["no", "yes"]).class_names == ("no", "yes")
    words = TRACE.replace("\n0,0,0.7,1", "\ncat,cat,0.7,dog").replace("\n1,0,0.5,0", "\ndog,cat,0.5,cat")
    assert import_scores(csv(words), [10, 20]).class_names == ("cat", "dog")
    assert import_scores(csv(words), [10, 20], ["dog", "cat"]).labels.tolist() == [1, 0]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exit_scores())
def test_a_written_trace_reads_back_the_same(csv, scores):
    columns = ["label"] + [
        f"exit{k + 1}_{kind}" for k in range(scores.n_exits) for kind in ("prediction", "confidence")
    ]
    lines = [",".join(columns)]
    for label, predictions, confidence in zip(
        scores.labels, scores.predictions, scores.confidence, strict=True
    ):
        lines.append(
            ",".join(
                [str(label), *(f"{p},{c!r}" for p, c in zip(predictions, confidence.tolist(), strict=True))]
            )
        )
    read = import_scores(csv("\n".join(lines) + "\n"), scores.exit_flops, ["0", "1", "2"])
    assert np.array_equal(read.predictions, scores.predictions)
    assert np.array_equal(read.confidence, scores.confidence)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TRACE + "0,0,0.7,1\n", "row 4, column exit2_confidence: the cell is empty or missing"),
        (TRACE + "0,0,0.7,1,0.8,9\n", "row 4 has 6 cells, but the header has 5"),
        (TRACE + "\n0,0,0.7,1,0.8\n", "row 4, column label: the cell is empty or missing"),
        (TRACE + "0,0,high,1,0.8\n", "row 4, column exit1_confidence: 'high' is not a finite number"),
        (TRACE + "0,0,nan,1,0.8\n", "row 4, column exit1_confidence: 'nan' is not a finite number"),
        (TRACE + "0,0,,1,0.8\n", "row 4, column exit1_confidence: the cell is empty"),
        (
            SOFTMAX + "c.png,bird,1,0,1,0\n",
            "row 4, column label: 'bird' is not a class; known classes: cat, dog",
        ),
        (
            SOFTMAX + "c.png,2,1,0,1,0\n",
            "row 4, column label: '2' is a number, but row 2, column label holds the name 'cat'",
        ),
        (SOFTMAX + "c.png,-1,1,0,1,0\n", "'-1' is a number"),
        (SOFTMAX + "c.png,cat,0.9,0.9,1,0\n", "row 4, columns exit1_…: probabilities sum to 1.8"),
        (SOFTMAX + "c.png,cat,2,-1,1,0\n", "logits"),
        (SOFTMAX.replace("exit2_dog", "exit2_cow"), r"exit2 has the columns \['cat', 'cow'\]"),
        (TRACE.replace("exit2", "exit3"), "without a gap"),
        ("label\n0\n", "needs columns exit1_"),
        (SOFTMAX.replace("label", "truth"), "no column 'label'"),
        (SOFTMAX.splitlines()[0] + "\n", "a header but no rows"),
        ("", "not a CSV file"),
        ("label,exit1_prediction,exit1_confidence\n0,0,\xff\n", "not a finite number"),
    ],
)
def test_a_broken_csv_is_told_with_its_row_or_column(csv, text, words):
    with pytest.raises(ScoresError, match=f"scores.csv: .*{words}"):
        import_scores(csv(text), [10, 20])


def test_csv_needs_exit_flops_and_matching_classes(csv):
    with pytest.raises(ScoresError, match="--exit-flops"):
        import_scores(csv(TRACE))
    with pytest.raises(ScoresError, match="--classes names"):
        import_scores(csv(SOFTMAX), [10, 20], ["cat", "cow"])
    with pytest.raises(ScoresError, match="increase from exit to exit"):
        import_scores(csv(TRACE), [20, 10])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"labels": None}, "needs the arrays labels and probabilities.*but has"),
        ({"probabilities": None}, "needs the arrays"),
        ({"exit_flops": None}, "--exit-flops"),
        ({"exit_flops": [20, 10]}, "increase"),
        ({"labels": [0, 9]}, "labels, sample 1: '9' is not a class; there are 2 classes"),
        ({"probabilities": PROBABILITIES * 0.9}, "sum to"),
        ({"probabilities": PROBABILITIES * np.nan}, "finite"),
        (
            {"probabilities": PROBABILITIES[:, 0]},
            r"one exit, but there are 2 exit FLOPs.*\(samples, exits, classes\)",
        ),
        ({"labels": np.array([{}, {}], object)}, "not an .npz file that can be imported"),
    ],
)
def test_a_broken_npz_is_told(npz, changes, words):
    with pytest.raises(ScoresError, match=f"scores.npz: .*{words}"):
        import_scores(npz(**changes))


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a score file was executed",))


def test_nothing_in_an_npz_is_executed(tmp_path):
    file = tmp_path / "scores.npz"
    file.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ScoresError, match="not an .npz file"):
        import_scores(file)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|O", "fortran_order": False, "shape": (2,)})
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("labels.npy", header.getvalue() + pickle.dumps(Bomb()))
    with pytest.raises(ScoresError, match="not an .npz file"):
        import_scores(file)


def test_other_files_and_missing_ones_are_refused(tmp_path):
    with pytest.raises(ScoresError, match=r"from \.npz, \.npy, \.csv, .* files, not from \.pkl"):
        import_scores(tmp_path / "scores.pkl")
    with pytest.raises(ScoresError, match="there is no file"):
        import_scores(tmp_path / "scores.npz")
