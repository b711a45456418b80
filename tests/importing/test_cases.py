"""Kinds of files that were once refused with bad advice, or stored with wrong numbers in silence."""

import io

import numpy as np
import pytest

from trecx.errors import ScoresError
from trecx.importing import ReadOptions, read_scores

TRACE = "label,exit1_prediction,exit1_confidence,exit2_prediction,exit2_confidence\n"
TWO = "label,exit1_a,exit1_b,exit2_a,exit2_b\n"


def csv(text):
    return {"x.csv": text.encode()}


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return {"x.npz": file.getvalue()}


def accuracy(content, **options):
    scores = read_scores(content, ReadOptions(**options)).scores([100, 300][: _n_exits(content, options)])
    return (100 * scores.standalone_accuracy).tolist()


def _n_exits(content, options):
    return read_scores(content, ReadOptions(**options)).n_exits


def trace(*rows):
    return csv(TRACE + "".join(f"{row}\n" for row in rows))


def numbered(labels, names):
    """Scores in columns named by numbers, the largest at each sample's own class."""
    head = ["label", *(f"exit{k}_{name}" for k in (1, 2) for name in names)]
    rows = [
        [str(label), *["0.8" if c == k else "0.1" for c in range(3)] * 2] for k, label in enumerate(labels)
    ]
    return csv("\n".join(",".join(row) for row in [head, *rows]) + "\n")


ONES = np.float32([[[0.7, 0.2, 0.1]], [[0.1, 0.8, 0.1]], [[0.1, 0.8, 0.1]]])
INT8 = np.array([[[255, 0, 0], [200, 57, 1]], [[199, 57, 1], [0, 254, 0]]]) / 256


@pytest.mark.parametrize(
    ("content", "options", "right"),
    [
        (trace("0.0,0,0.9,0,0.9", "1e0,1,0.6,1.0,0.8", "2.0,1,0.5,2,0.8"), {}, [200 / 3, 100]),
        (
            trace("owl,0,0.9,0,0.9", "rat,1,0.6,1,0.8", "yak,1,0.5,2,0.8"),
            {"class_names": ("owl", "rat", "yak")},
            [200 / 3, 100],
        ),
        (trace("Owl,owl,0.9,owl ,0.9", "rat,owl,0.6, rat,0.8"), {"class_names": ("owl", "rat")}, [50, 100]),
        (trace(" owl,owl,0.9,owl ,0.9", "rat ,owl,0.6, rat,0.8"), {}, [50, 100]),
        (numbered([0, 1, 2], "123"), {}, [100, 100]),
        (numbered([1, 2, 3], "123"), {}, [100, 100]),
        (numbered([1, 2, 3], "012"), {}, [100, 100]),
        (numbered([1, 2, 3], ["1.0", "2.0", "3.0"]), {}, [100, 100]),
        (trace("0,0,0.9,0,0.9", "1,0,0.6,1,0.8", "", "", ""), {}, [50, 100]),
        (csv(TWO.replace(",", ";") + "a;0,9;0,1;0,8;0,2\n;;;;\n;;;;\n"), {}, [100, 100]),
        (csv(TWO + "a,90,10,80,20\nb,20,80,70,30\n"), {}, [100, 50]),
        (csv("sep=;\r\n" + TWO.replace(",", ";") + "a;0,9;0,1;0,8;0,2\r\n"), {}, [100, 100]),
        (csv("sep=\t\n" + TWO.replace(",", "\t") + "a\t0.9\t0.1\t0.8\t0.2\n"), {}, [100, 100]),
        (csv(TWO.replace(",", ", ") + 'a, 0.9, 0.1, 0.8, 0.2\n"b", 0.9, "0.1", 0.2, 0.8\n'), {}, [50, 100]),
        (npz(labels=[0, 1, 2], probabilities=ONES[:, 0], exit_flops=[300]), {}, [200 / 3]),
        (npz(labels=[[0], [1], [2]], probabilities=ONES), {}, [200 / 3]),
        (npz(labels=[1, 2, 3], probabilities=ONES), {}, [200 / 3]),
        (npz(labels=["b", "a", "a"], probabilities=ONES), {"class_names": ("b", "a", "c")}, [100]),
        (npz(labels=[0, 1], probabilities=INT8), {}, [50, 100]),
        (csv("label,exit1_1,exit2_1\n1,0.7,0.9\n0,0.6,0.2\n"), {"sigmoid": True}, [50, 100]),
        (csv("label,exit1_dog,exit2_dog\ndog,0.7,0.9\ncat,0.6,0.2\n"), {"sigmoid": True}, [50, 100]),
        (csv("label,exit1_1\n1,3.5\n0,-2\n"), {"sigmoid": True, "logits": True}, [100]),
        (npz(labels=[1, 0], probabilities=[[0.7], [0.2]]), {"sigmoid": True}, [100]),
        (
            npz(labels=[1, 0], probabilities=[[0.7, 0.9], [0.6, 0.2]], exit_flops=[1, 2]),
            {"sigmoid": True},
            [50, 100],
        ),
        (trace("1,1,1.00001,1,0.99"), {}, [100, 100]),
    ],
)
def test_a_file_of_this_kind_is_understood(content, options, right):
    assert accuracy(content, **options) == pytest.approx(right)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            trace("owl,0,0.9,0,0.9", "rat,1,0.6,1,0.8"),
            "label holds names .owl, rat.*exit1_prediction holds numbers .*--classes",
        ),
        (
            trace("Owl,owl,0.9,owl,0.9"),
            "row 2, column exit1_prediction: 'owl' occurs beside 'Owl'.*--classes",
        ),
        (csv(TWO + "A,1,0,1,0\n"), "row 2, column label: 'A' occurs beside 'a'.*--classes"),
        (
            csv(TWO + "a,1,0,1,0\n0,1,0,1,0\n"),
            "row 3, column label: '0' is a number, but row 2.*the name 'a'",
        ),
        (
            csv(TWO + "1,1,0,1,0\n1,1,0,1,0\n"),
            "Counted from 0: 1 is b, .*0.00 · 0.00 %; Counted from 1: 1 is a, .*100.00 .*--labels-from 0 "
            "or --labels-from 1",
        ),
        (csv(TWO + "c,1,0,1,0\n"), "row 2, column label: 'c' is not a class; known classes: a, b"),
        (csv(TWO.replace("exit1_", "exit1_x") + "7,1,0,1,0\n"), r"exit2 has the columns \['a', 'b'\]"),
        (npz(labels=[1, 1, 2], probabilities=ONES), "can count the classes from 0 or from 1.*--labels-from"),
        (
            npz(labels=[0, 1, 3], probabilities=ONES),
            "labels, sample 2: '3' is not a class; there are 3 classes",
        ),
        (npz(labels=["a", "b", "b"], probabilities=ONES), "have no names; .*--classes"),
        (npz(labels=np.eye(3), probabilities=ONES), r"one-hot, write labels.argmax\(axis=1\)"),
        (
            trace("1,0,0.9,0,0.9", "2,1,0.6,1,0.8", "2,1,0.6,1,0.8"),
            "count classes from different numbers.* 2 classes, .*--classes; if there are 3, add "
            "--labels-from 0",
        ),
        (trace("0,-1,0.9,0,0.9"), "row 2, column exit1_prediction: '-1' is not a class"),
        (trace("0,0.5,0.9,0,0.9"), "column label holds numbers|holds names"),
        (
            csv("label,exit0_a,exit0_b,exit1_a,exit1_b\na,1,0,1,0\n"),
            "'exit0_a' looks like an exit, but exits count from 1",
        ),
        (
            csv("label,exit1_a,exit1_b,exit_2_a,exit_2_b\na,1,0,1,0\n"),
            "'exit_2_a' looks like an exit.*rename it to 'exit2_a'",
        ),
        (
            csv("label,exit1_a,exit1_b,Exit2_a,Exit2_b\na,1,0,1,0\n"),
            "'Exit2_a' looks like an exit.*rename it to 'exit2_a'",
        ),
        (csv("label,exit1_a,exit1_b,exit2\na,1,0,1\n"), "'exit2' looks like an exit"),
        (
            csv(
                TRACE.replace("exit2_prediction", "exit1_correct").replace("exit2_", "exit1_x")
                + "0,0,1,1,0\n"
            ),
            "prediction and confidence, and also exit1_correct",
        ),
        (csv("label,exit1_prediction\n0,0\n"), "only the column 'prediction'"),
        (csv("label,exit1_1,exit2_1\n1,0.7,0.9\n"), "one score per exit.*sigmoid.*--sigmoid"),
        (csv("sep=|\nlabel|exit1_a|exit1_b\na|1|0\n"), "sep=. names a separator that is not supported"),
        (csv(TWO + "a,0.5,0.5,,1\n"), "row 2, column exit2_a: the cell is empty"),
        (
            npz(labels=[0, 1, 2], probabilities=ONES[:, 0], exit_flops=[1, 2]),
            r"of one exit, but there are 2 exit FLOPs; give \(samples, exits, classes\)",
        ),
    ],
)
def test_a_file_of_this_kind_is_refused_with_the_right_advice(content, words):
    with pytest.raises(ScoresError, match=f"(?s){words}"):
        read_scores(content)


def test_what_was_understood_is_said():
    def said(content, **options):
        return "; ".join(read_scores(content, ReadOptions(**options)).remarks)

    assert "numbers count the classes from 0: 0 is 1, 1 is 2, 2 is 3" in said(numbered([0, 1, 2], "123"))
    assert "count" not in said(numbered([1, 2, 3], "123"))
    assert "from 1: 1 is x, 2 is y, 3 is z" in said(
        npz(labels=[1, 2, 3], probabilities=ONES), class_names=("x", "y", "z")
    )
    assert "'Owl' is read as 'owl'" in said(trace("Owl,owl,0.9,owl,0.9"), class_names=("owl", "rat"))
    assert "one exit" in said(npz(labels=[0, 1, 2], probabilities=ONES[:, 0]))


def test_classes_may_be_called_by_letters_and_digits_of_both_cases_if_they_are_given():
    content = trace("a,a,0.9,A,0.9", "A,A,0.6,A,0.8", "1,1,0.6,1,0.8")
    scores = read_scores(content, ReadOptions(("1", "A", "a"))).scores([1, 2])
    assert scores.labels.tolist() == [2, 1, 0]
    assert scores.predictions.tolist() == [[2, 1], [1, 1], [0, 0]]


def test_numbers_that_fit_the_tasks_names_take_these():
    scores = read_scores(trace("1,1,0.9,2,0.9", "2,1,0.6,2,0.8"), ReadOptions((), ("no", "yes"))).scores(
        [1, 2]
    )
    assert (scores.class_names, scores.labels.tolist()) == (("no", "yes"), [0, 1])
    own = read_scores(trace("1,1,0.9,3,0.9", "2,1,0.6,2,0.8"), ReadOptions((), ("no", "yes"))).scores([1, 2])
    assert own.class_names == ("1", "2", "3")


def test_labels_from_settles_what_a_file_leaves_open():
    content = npz(labels=[1, 1, 2], probabilities=ONES)
    for first, right in ((0, [1, 1, 2]), (1, [0, 0, 1])):
        assert read_scores(content, ReadOptions(labels_from=first)).scores([1]).labels.tolist() == right
    said_in_the_file = npz(labels=[1, 1, 2], probabilities=ONES, labels_from=1)
    assert read_scores(said_in_the_file).scores([1]).labels.tolist() == [0, 0, 1]
    with pytest.raises(ScoresError, match="labels_from must be 0 or 1, got .2."):
        read_scores(npz(labels=[1], probabilities=ONES[:1], labels_from=2))
    with pytest.raises(ScoresError, match="leave out --labels-from"):
        read_scores(csv(TWO + "a,1,0,1,0\n"), ReadOptions(labels_from=1))
    apart = trace("1,0,0.9,0,0.9", "2,1,0.6,1,0.8")
    assert read_scores(apart, ReadOptions(labels_from=1)).scores([1, 2]).standalone_accuracy.tolist() == [
        1,
        1,
    ]
    assert read_scores(apart, ReadOptions(labels_from=0)).scores([1, 2]).n_classes == 3
