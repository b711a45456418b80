"""The gallery's pages against a sort of everything."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores, thresholds
from trecx.scores import ExitScores
from trecx.store import Provenance, SampleFilter, Store
from trecx.threshold.benefit_curve import operating_point, reached_confidence
from trecx.threshold.outcomes import OUTCOMES, outcomes

ABOUT = Provenance("mine", "trecx", "imported", "made", "test", "file", None, None, {})


def keys_by_sorting(scores, wanted):
    """What a gallery must show, by looking at every sample: (gap in millionths, position), in order."""
    reached = np.column_stack([reached_confidence(scores), np.full(scores.n_samples, np.inf)])
    leaves = np.argmax(reached >= wanted.threshold, axis=1)
    asked = leaves if wanted.at is None else np.full(scores.n_samples, wanted.at)
    rows = np.arange(scores.n_samples)
    answer, confidence = scores.predictions[rows, asked], scores.confidence[rows, asked].astype(float)
    low, high = wanted.confidence
    chosen = np.isin(outcomes(scores.correct)[rows, leaves], wanted.outcomes) & (confidence >= low)
    chosen &= (confidence < high) | (high >= 1)
    if wanted.label is not None:
        chosen &= scores.labels == wanted.label
    if wanted.prediction is not None:
        chosen &= answer == wanted.prediction
    chosen &= [wanted.text.lower() in name.lower() for name in scores.sample_names]
    gap = np.rint((scores.confidence[:, -1].astype(float) - scores.confidence[:, 0]) / 1e-6).astype(int)
    return sorted(((int(gap[row]), int(row)) for row in np.flatnonzero(chosen)), reverse=wanted.largest_first)


def every_page(store, run, wanted, size):
    found, after = [], None
    while page := store.gallery.page(run, wanted, size, after):
        assert len(page) <= size
        found += page
        after = page[-1].key
    return found


classes = st.none() | st.integers(0, 2)
wishes = st.builds(
    SampleFilter,
    thresholds,
    st.lists(st.integers(0, 5), min_size=1, unique=True).map(tuple),
    classes,
    classes,
    st.tuples(st.sampled_from([0.0, 0.25, 0.6]), st.sampled_from([0.75, 0.876, 1.0])),
    st.none() | st.integers(0, 1),
    st.sampled_from(["", "1", "zz"]),
    st.booleans(),
)


@settings(max_examples=25)
@given(exit_scores(min_exits=2), st.lists(wishes, min_size=6, max_size=6), st.integers(1, 5), st.data())
def test_pages_hold_what_sorting_all_samples_gives(scores, wanted_ones, size, data):
    store = Store()
    run = store.save_run(ABOUT, scores)
    for wanted in wanted_ones:
        if wanted.at is not None:  # any exit, those between too
            at = data.draw(st.integers(0, scores.n_exits - 1))
            wanted = SampleFilter(**{**vars(wanted), "at": at})
        expected = keys_by_sorting(scores, wanted)
        found = every_page(store, run, wanted, size)
        assert [thumbnail.key for thumbnail in found] == expected
        assert store.gallery.positions(run, wanted) == [position for _, position in expected]
        assert store.gallery.count(run, wanted) == len(expected)
        assert store.gallery.count(run, wanted, up_to=1) == min(len(expected), 2)


@given(exit_scores(min_exits=2), thresholds)
@settings(max_examples=25)
def test_a_thumbnail_says_where_its_sample_leaves(scores, threshold):
    store = Store()
    run = store.save_run(ABOUT, scores)
    page = store.gallery.page(run, SampleFilter(threshold), 100)
    assert sorted(sample.position for sample in page) == list(range(scores.n_samples))
    counts = np.bincount([sample.outcome for sample in page], minlength=len(OUTCOMES))
    assert counts.tolist() == operating_point(scores, threshold).outcome_counts.tolist()
    for sample in page:
        where = sample.position, sample.exit
        assert sample.name == scores.sample_names[sample.position]
        assert sample.label == scores.labels[sample.position]
        assert (sample.prediction, sample.confidence) == (scores.predictions[where], scores.confidence[where])
        assert outcomes(scores.correct)[where] == sample.outcome


def test_a_name_is_searched_as_it_is_written(eight):
    scores = ExitScores(
        eight.labels,
        eight.exit_flops,
        predictions=eight.predictions,
        confidence=eight.confidence,
        sample_names=["a%b", "a_b", "axb", "100% 'sure'", "ü", "<b>", "A%B", "é"],
    )
    store = Store()
    run = store.save_run(ABOUT, scores)

    def named(part):
        return {sample.name for sample in store.gallery.page(run, SampleFilter(0.5, text=part), 9)}

    assert named("a%b") == {"a%b", "A%B"}
    assert named("_") == {"a_b"}
    assert named("'") == {"100% 'sure'"}
    assert named("<b>") == {"<b>"}
    assert store.gallery.find(run, "axb") == (2, 0)
    assert store.gallery.find(run, "a%") is None


def test_names_that_many_samples_share_are_found_too():
    n = 1200
    confidence = np.linspace(0.3, 0.9, n)
    labels = np.zeros(n, int)
    scores = ExitScores(
        labels,
        [1, 2],
        predictions=np.column_stack([labels, labels]),
        confidence=np.column_stack([confidence, np.full(n, 0.95)]),
        class_names=["a", "b"],
        sample_names=[f"{'even' if k % 2 == 0 else 'odd'}/{k}" for k in range(n)],
    )
    store = Store()
    run = store.save_run(ABOUT, scores)
    found = every_page(store, run, SampleFilter(0.5, text="even"), 100)
    assert [sample.position for sample in found] == list(range(0, n, 2))


def test_answers_of_all_runs_over_the_same_samples_and_of_no_other():
    random = np.random.default_rng(3)
    scores = [
        ExitScores(np.arange(6) % 3, np.arange(1, k + 1) * 10, random.dirichlet(np.ones(3), (6, k)))
        for k in (1, 3, 2)
    ]
    other = ExitScores(np.arange(7) % 3, [10, 20], random.dirichlet(np.ones(3), (7, 2)))
    store = Store()
    runs = [store.save_run(ABOUT, each) for each in scores]
    store.save_run(ABOUT, other)
    found = store.gallery.answers(runs[0], 4)
    assert set(found) == {run.run_id for run in runs}
    for run, each in zip(runs, scores, strict=True):
        assert np.array_equal(found[run.run_id].predictions, each.predictions[4])
        assert np.array_equal(found[run.run_id].confidence, each.confidence[4])
        assert np.array_equal(found[run.run_id].probabilities, each.probabilities[4])


def test_a_trace_has_answers_without_probabilities(eight):
    store = Store()
    run = store.save_run(ABOUT, eight)
    answers = store.gallery.answers(run, 3)[run.run_id]
    assert answers.probabilities is None
    assert answers.predictions.tolist() == eight.predictions[3].tolist()


def test_a_gallery_never_shows_what_it_remembers_of_a_deleted_run(eight):
    store, of_model = Store(), replace(ABOUT, model_sha256="the same model")
    old = store.save_run(of_model, eight)
    assert len(store.gallery.page(old, SampleFilter(0.5), 9)) == 8
    store.delete_run(old)
    confidence = eight.confidence[::-1] / 2
    new = store.save_run(of_model, replace(eight, confidence=confidence))
    assert (new.run_id, new.identity) == (old.run_id, old.identity)
    found = every_page(store, new, SampleFilter(0.5), 3)
    expected = keys_by_sorting(store.load_scores(new), SampleFilter(0.5))
    assert [sample.key for sample in found] == expected


def test_a_gallery_of_nothing_is_empty(eight, tmp_path):
    run = Store().save_run(ABOUT, eight)
    empty = Store(str(tmp_path / "empty.sqlite")).gallery
    assert empty.page(run, SampleFilter(0.5), 9) == []
    assert empty.count(run, SampleFilter(0.5)) == 0
    assert empty.find(run, "0") is None
    assert empty.answers(run, 0) == {}
    assert Store().gallery.page(run, SampleFilter(0.5, outcomes=()), 9) == []
