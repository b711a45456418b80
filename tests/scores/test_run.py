"""Names of runs, and which run belongs to which: baseline, and the same network in the other precision."""

from dataclasses import replace

import pytest

from tests.comparison.synthetic import save_synthetic
from tests.int8_runs import deployment_of, int8_provenance, quantised, save_int8
from trecx.errors import UnknownNameError
from trecx.scores.run import baseline_among, counterpart_among, known_names, other_precision, runs_named
from trecx.store import Store

DESIGN = ("digits", "trecx", 0)


@pytest.fixture
def store():
    return Store()


def saved(store, run, **changes):
    """Save an int8 run of a run, with other provenance."""
    run_id = store.save_run(
        replace(int8_provenance(run), **changes), quantised(store.load_scores(run))
    ).run_id
    return store.find_run(run_id)


def test_a_design_is_named_with_and_without_its_precision(store):
    float32 = save_synthetic(store, *DESIGN)
    int8 = save_int8(store, float32)
    assert int8.created_at > float32.created_at  # the newer one is not what the bare name means
    for name, meant in (
        ("digits/trecx", float32),
        ("digits/trecx:float32", float32),
        ("digits/trecx:int8", int8),
    ):
        assert store.find_run(name) == meant
    assert store.find_run(int8.run_id) == int8
    assert runs_named(store.runs(), "digits/trecx") == [float32, int8]
    assert runs_named(store.runs(), "digits/trecx:int8", "published") == []
    assert [run.precision for run in store.runs()] == ["float32", "int8"]


def test_the_source_counts_more_than_the_precision(store):
    save_synthetic(store, *DESIGN)
    published = save_synthetic(store, *DESIGN, source="published")
    int8 = saved(store, published)
    store.delete_run(published)
    assert store.find_run("digits/trecx") == int8


def test_an_unknown_name_lists_int8_runs_where_there_are_some(store):
    float32 = save_synthetic(store, *DESIGN)
    with pytest.raises(UnknownNameError, match="'digits/trecx:int8'; known: digits/trecx, 'python"):
        store.find_run("digits/trecx:int8")
    save_int8(store, float32)
    assert known_names(store.runs()) == ["digits/trecx", "digits/trecx:int8"]
    with pytest.raises(UnknownNameError, match="known: digits/trecx, digits/trecx:int8, "):
        store.find_run("digits/sdn:int8")


def test_a_baseline_of_the_same_precision_comes_first_then_that_of_the_same_training(store):
    float32 = save_synthetic(store, *DESIGN)
    int8 = save_int8(store, float32)
    baseline = save_synthetic(store, "digits", "baseline", 0)
    assert baseline_among(int8, store.runs()) == baseline  # there is no other
    assert other_precision(int8, baseline) == "float32"
    own = save_int8(store, save_synthetic(store, "digits", "baseline", 1))
    assert baseline_among(int8, store.runs()) == own
    assert baseline_among(float32, store.runs()) == baseline
    assert other_precision(int8, own) == other_precision(int8, None) == ""


def test_runs_of_one_network_know_each_other(store):
    float32, other = save_synthetic(store, *DESIGN), save_synthetic(store, "digits", "trecx", 1)
    int8 = save_int8(store, float32)
    runs = store.runs()
    assert counterpart_among(int8, runs) == store.counterpart_of(int8) == float32
    assert counterpart_among(float32, runs) == store.counterpart_of(float32) == int8
    assert counterpart_among(other, runs) is None


def test_of_several_int8_runs_the_newest_is_meant(store):
    float32 = save_synthetic(store, *DESIGN)
    save_int8(store, float32)
    newer = saved(store, float32, model_sha256="converted again")
    assert store.counterpart_of(float32) == newer


@pytest.mark.parametrize("sha256", [None, "another model"])
def test_an_int8_run_of_another_model_is_no_counterpart(store, sha256):
    float32 = save_synthetic(store, *DESIGN)
    training = {"precision": "int8", "deployment": deployment_of(sha256).document()}
    assert store.counterpart_of(saved(store, float32, training=training)) is None
    assert store.counterpart_of(float32) is None
    imported = save_synthetic(store, "digits", "sdn", 0)
    nameless = replace(imported, model_sha256=None)
    assert counterpart_among(nameless, [saved(store, imported, training=training)]) is None


def test_other_samples_make_no_counterpart(store):
    float32 = save_synthetic(store, *DESIGN)
    elsewhere = save_synthetic(store, *DESIGN, n_samples=60)
    int8 = replace(save_int8(store, float32), sample_set_id=elsewhere.sample_set_id)
    assert counterpart_among(int8, [float32]) is None
