"""The int8 run of a network: its scores, what is recorded, and that nothing is lost or done twice."""

from dataclasses import replace

import numpy as np
import pytest

from tests.deploy.networks import digits, digits_features, digits_model, staged_digits
from trecx.deploy.calibration import CalibrationChoice, choose_calibration
from trecx.deploy.int8_run import losses, store_int8_run
from trecx.deploy.quantization import int8_exits
from trecx.scores.deployment import Calibration, DeployedStage, Deployment
from trecx.store import Store

pytestmark = [pytest.mark.tensorflow, pytest.mark.tflm]


def chosen(count=100):
    return choose_calibration(digits("train"), digits(), CalibrationChoice(count))


def made(store, **options):
    return store_int8_run(store, digits_model(), "trecx", digits(), chosen(), **options)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('int8') / 'scores.sqlite'}")
    return store, made(store, instructions=lambda staged, golden: (1000, 2000))


def test_the_scores_are_those_of_the_stages(kept):
    store, int8 = kept
    scores = store.load_scores(int8.run)
    levels = int8_exits(int8.staged, [digits_features()])
    assert np.array_equal(scores.probabilities, (levels.astype(np.float32) + 128) / 256)
    assert np.isin(scores.confidence, np.arange(257) / 256).all()
    assert scores.standalone_accuracy.min() > 0.95


def test_the_run_is_of_precision_int8_and_knows_its_float32_run(kept):
    _, int8 = kept
    run, before = int8.run, int8.float_run
    assert (run.precision, before.precision) == ("int8", "float32")
    assert run.deployment.float_sha256 == before.model_sha256
    assert run.model_sha256 != before.model_sha256
    assert (run.task, run.system, run.source, run.sample_set_id) == (
        *(before.task, before.system, before.source),
        before.sample_set_id,
    )
    assert (run.exit_flops, run.parameters) == (before.exit_flops, before.parameters)
    assert "tflite-micro" in run.versions


def test_size_memory_calibration_and_instructions_are_recorded(kept):
    _, int8 = kept
    known = int8.run.deployment
    assert [stage.n_bytes for stage in known.stages] == [len(stage.content) for stage in int8.staged.stages]
    assert [stage.instructions for stage in known.stages] == [1000, 2000]
    assert (known.calibration.n_samples, known.calibration.split, known.calibration.scored) == (
        *(100, "train"),
        False,
    )
    assert known.crossing_bytes == sum(int8.staged.slot_bytes.values())
    assert known.whole_bytes < known.flash_bytes < known.float_bytes
    alone = [stage.arena_bytes for stage in known.stages]
    assert max(alone) < known.arena_bytes < sum(alone)
    assert Deployment.from_document(known.document()) == known


def test_golden_samples_have_the_bytes_of_every_exit(kept):
    _, int8 = kept
    inputs, exits = int8.golden.inputs, int8.golden.exits
    assert (inputs.shape, exits.shape) == ((10, 8, 8, 1), (10, 2, 10))
    (again,) = __import__("trecx.deploy.tflm_processes", fromlist=["run_stages"]).run_stages(
        int8.staged, [inputs]
    )
    assert np.array_equal(again, exits)


def test_the_same_network_is_not_scored_twice(kept, monkeypatch):
    store, int8 = kept
    monkeypatch.setattr("trecx.deploy.int8_run._scores", None)  # it would be called
    again = made(store)
    assert (again.new, again.run.run_id, len(store.runs())) == (False, int8.run.run_id, 2)


def test_a_stop_in_the_middle_leaves_no_int8_run_and_the_next_call_makes_it():
    store = Store()

    def stop(what, done, total):
        if what == "scoring the stages" and done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(store, progress=stop)
    assert [run.precision for run in store.runs()] == ["float32"]
    assert made(store).new
    assert sorted(run.precision for run in store.runs()) == ["float32", "int8"]


def test_a_network_that_came_as_int8_is_taken_as_it_is(tmp_path):
    file = tmp_path / "mine.tflite"
    file.write_bytes(staged_digits().whole)
    int8 = store_int8_run(Store(), file, "trecx", digits(), chosen())
    assert (int8.float_run, int8.run.deployment.calibration, int8.run.deployment.quantizer) == (
        *(None, None),
        "given",
    )
    assert np.array_equal(
        int8.golden.exits, int8_exits(staged_digits(), [digits_features()[golden_places()]])
    )


def golden_places():
    from trecx.datasets.splits import hold_back

    return hold_back(digits().names, digits().labels, 10)[1]


def run_of(kept, accuracy, **known):
    _, int8 = kept
    deployment = replace(int8.run.deployment, **known)
    training = int8.run.training | {"deployment": deployment.document()}
    return replace(int8.run, standalone_accuracy=accuracy, training=training)


@pytest.mark.parametrize(
    ("known", "cause"),
    [
        ({"calibration": Calibration(40, "d", "train", 0, False)}, "40 calibration samples, which is few"),
        ({"quantizer": "older"}, "Both quantizers of the converter lose accuracy here"),
        ({}, "large activations stretch the scale"),
    ],
)
def test_a_loss_of_more_than_a_point_is_told_with_its_likely_cause(kept, known, cause):
    before = replace(kept[1].float_run, standalone_accuracy=(0.9, 0.95))
    (sentence,) = losses(run_of(kept, (0.885, 0.945), **known), before)
    assert sentence.startswith("Exit 1 loses 1.5 pt in int8: 90.00 % in float32, 88.50 % on the device.")
    assert cause in sentence
    assert losses(run_of(kept, (0.891, 0.97), **known), before) == ()


def test_the_shared_arena_is_the_largest_working_memory_and_what_each_stage_keeps():
    stages = (DeployedStage(10, 100, 30), DeployedStage(20, 90, 10))
    deployment = Deployment(None, "given", None, stages, 25, None, 7)
    assert (deployment.flash_bytes, deployment.arena_bytes, deployment.ram_bytes) == (30, 80 + 40, 127)
