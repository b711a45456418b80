"""The same run in every format and dialect gives the same numbers, or the promised refusal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importing.dialects import COUNTED, FLOPS, FORMATS, FORMS, NAMES, class_names, files, made
from trecx.errors import ScoresError
from trecx.importing import ReadOptions, read_scores

runs = st.builds(
    made,
    st.integers(0, 10_000),
    st.sampled_from(FORMS),
    n_samples=st.integers(5, 9),
    n_exits=st.integers(1, 3),
    n_classes=st.integers(2, 4),
)


def read(run, content, form, **options):
    file = read_scores(content, ReadOptions(logits=form == "logits", **options))
    return file, file.scores(FLOPS[: run.scores.shape[1]])


def form_of(run):
    return next(form for form in FORMS if form in run_forms(run))


def run_forms(run):
    kinds = {np.int8: "int8", np.uint8: "uint8", np.float16: "float16"}
    if run.scores.dtype.type in kinds:
        return [kinds[run.scores.dtype.type]]
    if run.scores.min() < 0:
        return ["logits"]
    if run.scores.max() > 1:
        return ["per cent"]
    return ["int8 scores" if (run.scores * 256 % 1 == 0).all() else "float32"]


@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=40)
@given(
    run=runs, labelled=st.sampled_from(["names", "0", "1"]), written=st.sampled_from(["{}", "{}.0", "{}e0"])
)
def test_one_run_gives_the_same_numbers_in_every_dialect(format_, run, labelled, written):
    form, content = form_of(run), files(run, format_, labelled, written)
    n_classes = run.scores.shape[2]
    classes = NAMES[:n_classes] if format_ in COUNTED and labelled == "names" else ()
    file, scores = read(run, content, form, class_names=classes)
    assert scores.labels.tolist() == run.labels.tolist()
    exact = form not in ("per cent", "logits")
    difference = np.abs(scores.probabilities - run.probabilities).max()
    assert difference == 0 if exact else difference < 1e-6
    assert np.array_equal(scores.predictions, run.scores.argmax(axis=2))
    assert list(scores.class_names) == class_names(labelled, n_classes)
    assert file.precision == ("int8" if "int8" in form else "float32")


@settings(max_examples=40)
@given(run=runs, format_=st.sampled_from(FORMATS), labelled=st.sampled_from(["names", "0", "1"]))
def test_logits_are_refused_with_the_option_and_a_softmax_is_not_flattened(run, format_, labelled):
    form, content = form_of(run), files(run, format_, labelled)
    classes = NAMES[: run.scores.shape[2]] if format_ in COUNTED and labelled == "names" else ()
    options = ReadOptions(classes, logits=form != "logits")
    with pytest.raises(ScoresError, match="--logits") as told:
        read_scores(content, options)
    assert ("leave out --logits" in str(told.value)) == (form != "logits")


@settings(max_examples=40)
@given(
    run=runs,
    format_=st.sampled_from([name for name in FORMATS if name not in COUNTED]),
    first=st.sampled_from("01"),
)
def test_numbers_beside_names_are_refused_until_it_is_said_what_they_count(run, format_, first):
    form, n_classes = form_of(run), run.scores.shape[2]
    content = files(run, format_, first)
    named = {name: _renamed(data, format_, first, n_classes) for name, data in content.items()}
    with pytest.raises(ScoresError, match="--labels-from") as told:
        read(run, named, form)
    assert f"Counted from {first}" in str(told.value)
    for options in ({"labels_from": int(first)}, {"class_names": NAMES[:n_classes]}):
        _, scores = read(run, named, form, **options)
        assert scores.labels.tolist() == run.labels.tolist()
        assert scores.class_names == NAMES[:n_classes]


def _renamed(data, format_, first, n_classes):
    """Rename the columns of numbered classes to names."""
    if format_ == "parquet":
        import io

        import pandas as pd

        frame = pd.read_parquet(io.BytesIO(data))
        frame.columns = [_new(name, first, n_classes) for name in frame.columns]
        file = io.BytesIO()
        frame.to_parquet(file)
        return file.getvalue()
    text = data.decode()
    for exit_ in (1, 2, 3):
        for k in range(n_classes - 1, -1, -1):
            text = text.replace(f"exit{exit_}_{k + int(first)}", f"exit{exit_}_@{k}")
    for k, name in enumerate(NAMES):
        text = text.replace(f"_@{k}", f"_{name}")
    return text.encode()


def _new(column, first, n_classes):
    exit_, _, number = column.partition("_")
    return f"{exit_}_{NAMES[int(number) - int(first)]}" if number else column
