"""Files of scores into the store and out again."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.test_commands import document, run
from tests.threshold.strategies import exit_scores
from trecx.device.energy import device_profiles
from trecx.errors import EnergyError, OutputError, ScoresError, StoreError
from trecx.importing import import_scores, open_scores_file
from trecx.importing.examples import write_examples
from trecx.importing.scores_writer import write_scores
from trecx.importing.stored_import import About, import_run
from trecx.scores import ExitScores
from trecx.store import CustomProfile, Provenance, Store

FORMATS = ("npz", "csv", "parquet")
ARRAYS = ("labels", "exit_flops", "predictions", "confidence")


def same(one, other):
    arrays = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS)
    full = one.probabilities is not None and other.probabilities is not None
    whole = np.array_equal(one.probabilities, other.probabilities) if full else not other.probabilities
    return arrays and whole and [*one.class_names] == [*other.class_names]


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    write_examples(folder)
    return folder


def about(**more):
    return About(task="pets", system="mine", **more)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", ["kws/trecx", "vww/baseline"])
def test_an_exported_run_reads_back_bit_for_bit(shipped, tmp_path, name, suffix):
    store = Store()
    scores = store.load_scores(store.find_run(name))
    write_scores(scores, tmp_path / f"run.{suffix}")
    again = import_scores(tmp_path / f"run.{suffix}")
    assert same(scores, again)
    assert np.array_equal(again.probabilities.view(np.uint32), scores.probabilities.view(np.uint32))
    assert [*again.sample_names] == [*scores.sample_names]


hostile = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r,;\"'\t<>"), min_size=1
)


class_names = st.lists(
    hostile.map(str.strip).filter(bool), min_size=3, max_size=3, unique_by=(lambda name: name.casefold())
)


@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exit_scores(), class_names, st.data())
def test_a_trace_with_any_names_reads_back_the_same(tmp_path, suffix, scores, classes, data):
    n = scores.n_samples
    names = data.draw(st.lists(hostile, min_size=n, max_size=n, unique=True))
    named = replace(scores, probabilities=None, class_names=classes, sample_names=names)
    write_scores(named, tmp_path / f"trace.{suffix}")
    again = import_scores(tmp_path / f"trace.{suffix}")
    assert same(named, again)
    assert [*again.sample_names] == names


@settings(max_examples=200)
@given(st.floats(0, 1, width=32))
def test_nine_digits_tell_any_two_float32_apart(value):
    assert np.float32(float(f"{value:.9g}")) == np.float32(value)


@pytest.mark.parametrize("suffix", FORMATS)
def test_scores_out_of_the_store_and_in_again_are_the_same_run(capsys, examples, tmp_path, suffix):
    words = ("--task", "pets", "--system", "mine", "--dataset", "Pets")
    status, out, err = run(capsys, "import", str(examples / "scores.npz"), *words, "--json")
    first = json.loads(out)
    assert status == 0
    assert "treated as your own: task pets, design mine" in err
    out_file = tmp_path / f"again.{suffix}"
    assert document(capsys, "scores", "pets/mine", "--out", str(out_file)) == {first["run_id"]: str(out_file)}
    _, out, _ = run(capsys, "import", str(out_file), *words, "--json")
    assert json.loads(out)["run_id"] == first["run_id"]
    assert len(Store().runs()) == 1


def test_a_name_that_a_format_would_lose_is_refused_and_so_is_a_place_that_is_not_there(tmp_path):
    scores = ExitScores([0], [1], predictions=[[0]], confidence=[[1.0]], class_names=["a", ""])
    with pytest.raises(OutputError, match="the class name '' would be lost"):
        write_scores(scores, tmp_path / "x.parquet")
    scores = replace(scores, class_names=["a", "b"], sample_names=[""])
    with pytest.raises(OutputError, match="the name '' would be lost in a .csv"):
        write_scores(scores, tmp_path / "x.csv")
    write_scores(scores, tmp_path / "x.parquet")
    assert import_scores(tmp_path / "x.parquet").sample_names == ("",)
    with pytest.raises(OutputError, match="cannot be written .No such file.*--out"):
        write_scores(scores, tmp_path / "no" / "x.parquet")
    with pytest.raises(OutputError, match=r"written as .npz, .csv, .parquet, not as x.xlsx"):
        write_scores(scores, tmp_path / "x.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]


def test_a_second_import_of_the_same_scores_says_that_nothing_was_added(examples):
    store, file = Store(), open_scores_file(examples / "scores.npz")
    first, second = import_run(store, file, about()), import_run(store, file, about())
    run_ = first.run
    assert first.message == f"Stored as {run_.run_id}: 200 samples."
    assert second.run == run_
    since = f"{run_.created_at:%Y-%m-%d}"
    again = f"These scores are already stored as {run_.run_id} (imported on {since}); "
    assert second.message == f"{again}nothing was added."
    measured = about(energy_uj=[5, 6], profile="my board")
    assert (
        import_run(store, file, measured).message == f"{again}only the device profile “my board” was added."
    )
    assert import_run(store, file, measured).message == f"{again}nothing was added."
    assert import_run(store, file, about(), again=True).message.startswith(f"Stored as {run_.run_id}-2: ")
    assert len(store.runs()) == 2


def test_the_command_says_whether_scores_were_stored_before(capsys, examples):
    words = ("import", str(examples / "scores.npz"), "--task", "pets", "--system", "mine", "--json")
    (_, out, first), (_, again, second) = run(capsys, *words), run(capsys, *words)
    run_id = json.loads(out)["run_id"]
    assert json.loads(again) == json.loads(out)
    assert f"Stored as {run_id}: 200 samples." in first
    assert f"These scores are already stored as {run_id} (imported on " in second
    assert "nothing was added." in second
    assert "already stored" not in first


def test_what_was_measured_is_kept_as_a_profile_of_ones_own(examples):
    store, file = Store(), open_scores_file(examples / "scores.csv")
    kept = import_run(store, file, about(profile="my board")).profile
    assert kept == CustomProfile("my board", (310.0, 905.0), (4.1, 11.8))
    assert store.profiles.all() == [kept]
    import_run(store, file, about(profile="my board"), again=True)  # the same once more is no conflict
    typed = import_run(store, file, about(energy_uj=[5, 6], latency_ms=[1, 2])).profile
    assert typed == CustomProfile("pets/mine", (5, 6), (1, 2))
    assert len(store.profiles.all()) == 2


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"profile": "taken"}, StoreError, "a device profile 'taken' exists already"),
        ({"profile": "x" * 81}, StoreError, "must have 1 to 80 characters"),
        ({"energy_uj": [5]}, EnergyError, "one number of µJ per exit: 2 exits, got 1"),
        ({"energy_uj": [6, 5]}, EnergyError, "must increase"),
        ({"exit_flops": [2, 1]}, ScoresError, "increase"),
        ({"exit_flops": [1, 2], "relative_costs": [1, 2]}, ScoresError, "not both"),
        ({"relative_costs": [0, 2]}, ScoresError, "numbers above 0"),
        ({"relative_costs": [float("nan"), 2]}, ScoresError, "numbers above 0"),
    ],
)
def test_what_cannot_be_kept_leaves_the_store_as_it_was(examples, more, error, words):
    store, file = Store(), open_scores_file(examples / "scores.csv")
    store.profiles.save(CustomProfile("taken", (1.0, 2.0)))
    with pytest.raises(error, match=words):
        import_run(store, file, about(**more))
    assert store.runs() == []
    assert len(store.profiles.all()) == 1


def test_a_run_that_cannot_be_written_takes_its_profile_along(examples, monkeypatch):
    store, file = Store(), open_scores_file(examples / "scores.csv")
    store.profiles.save(CustomProfile("another", (1.0, 2.0)))

    def full(*_):
        raise StoreError("disk full")

    monkeypatch.setattr("trecx.store.run_scores.write_run", full)
    with pytest.raises(StoreError, match="disk full"):
        import_run(store, file, about(profile="mine"))
    assert [profile.name for profile in store.profiles.all()] == ["another"]


def test_latency_alone_is_no_profile(examples):
    file = open_scores_file(examples / "scores.npz")
    with pytest.raises(ScoresError, match="give µJ per exit too"):
        import_run(Store(), file, about(latency_ms=[1, 2]))


def test_costs_in_proportion_are_marked_as_such(examples):
    file = open_scores_file(examples / "scores.npz")
    run_ = import_run(Store(), file, about(relative_costs=[0.4, 1.6])).run
    assert run_.exit_flops == (250_000, 1_000_000)
    assert run_.relative_costs
    assert Store().runs()[0].relative_costs
    plain = import_run(Store(), file, about()).run
    assert not plain.relative_costs


def test_every_example_says_the_same_and_is_always_the_same(examples, tmp_path):
    write_examples(tmp_path)
    for name in ("scores.csv", "trace.csv"):
        assert (tmp_path / name).read_bytes() == (examples / name).read_bytes()
    full = import_scores(examples / "scores.npz")
    for suffix in ("csv", "parquet"):
        assert same(full, import_scores(examples / f"scores.{suffix}"))
    trace = import_scores(examples / "trace.csv")
    assert trace.probabilities is None
    assert np.array_equal(trace.confidence, full.confidence)


def test_examples_are_written_by_a_command(capsys, tmp_path):
    found = document(capsys, "example", "--out", str(tmp_path / "new"))
    assert set(found) >= {"scores.npz", "scores.csv", "trace.csv", "scores.parquet", "images.toml"}
    (tmp_path / "file").write_text("")
    status, _, err = run(capsys, "example", "--out", str(tmp_path / "file"))
    assert status == 1
    assert "cannot be written to" in err


def test_costs_in_proportion_are_held_against_no_other_run_and_give_no_energy(capsys, examples):
    store, file = Store(), open_scores_file(examples / "scores.npz")
    scores = file.scores()
    alone = ExitScores(
        scores.labels,
        [5_000_000],
        scores.probabilities[:, -1:],
        class_names=scores.class_names,
        sample_names=scores.sample_names,
    )
    kept = import_run(store, file, about()).run
    baseline = store.save_run(replace(_provenance(kept), system="baseline"), alone)
    assert store.baseline_of(kept) == baseline
    relative = import_run(store, file, about(relative_costs=[0.4, 1.6])).run
    assert store.baseline_of(relative) is None
    point = document(capsys, "point", relative.run_id, "--threshold", "0.5")
    assert point["flops_saving_against"] == "final exit"
    device = next(iter(device_profiles()))
    wish = ("choose", relative.run_id, "--max-energy-uj", "5", "--device", device)
    status, _, err = run(capsys, *wish)
    assert status == 1
    assert "only relative costs are known" in err


def _provenance(kept):
    names = [field.name for field in fields(Provenance)]
    return Provenance(**{name: getattr(kept, name) for name in names})
