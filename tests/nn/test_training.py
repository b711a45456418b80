"""Training on tiny arrays: joint loss, weight transfer, seeds, and going on after whatever ends it."""

import csv
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from tests.needs_tensorflow import TENSORFLOW
from trecx.datasets.samples import SampleSet
from trecx.datasets.training_sets import TrainingData
from trecx.errors import TrainingError
from trecx.nn import keras
from trecx.nn.networks import build, describe
from trecx.nn.networks.bases import BASES
from trecx.nn.networks.grammar import Conv, Depthwise, Pool, Slice, Stage
from trecx.nn.training import TrainingPlan, find_recipe, find_trained, train
from trecx.nn.training.checkpoint import Checkpoint
from trecx.nn.training.output import write_trained
from trecx.nn.training.transfer import WeightTransfer

pytestmark = [TENSORFLOW, pytest.mark.filterwarnings("ignore")]


def scans(split, n, seed):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 10, n)
    raw = (random.integers(0, 4, (n, 8, 8, 1)) + labels[:, None, None, None]).astype(np.uint8)
    names = tuple(f"{split}-{number}" for number in range(n))
    classes = tuple("0123456789")
    return SampleSet("digits", "tiny", split, classes, names, labels.astype(np.int64), raw)


@pytest.fixture(scope="module", autouse=True)
def tiny_base():
    """As few layers as have all that is trained: a base of two stages, an exit, an early view."""
    tiny = replace(
        BASES["digits"],
        stages=(Stage("stem", (Conv(2),)), Stage("last", (Conv(8, stride=2),))),
        early_stage="stem",
        exit_block=(Conv(4, (1, 1), relu=False), Depthwise((2, 2), stride=2), Pool((2, 2))),
        early_view=(Slice(4), Depthwise((2, 2), stride=2)),
        sdn_stages=("stem",),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BASES, "digits", tiny)
        yield


@pytest.fixture(scope="module")
def data():
    nothing = scans("validation", 0, 2)
    return TrainingData(scans("train", 100, 0), nothing, scans("test", 30, 1), np.zeros(0, np.int16))


def plan(system="trecx", epochs=5, seed=0, **changes):
    recipe = replace(find_recipe("digits", "short", epochs), batch_size=32, **changes)
    return TrainingPlan(describe("digits", system), recipe, seed)


def weights(trained):
    return keras.models.load_model(trained.model).get_weights()


def equal(some, others):
    return all(np.array_equal(one, other) for one, other in zip(some, others, strict=True))


def history(folder):
    with (folder / "history.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    return [{name: row[name] for name in row if not name.endswith("seconds")} for row in rows]


class Stop:
    """A listener that ends the training when an epoch is done, or in the middle of one."""

    def __init__(self, epoch, step, error):
        self.epoch, self.step, self.error = epoch, step, error

    def __call__(self, what, done, total):
        if what.startswith(f"epoch {self.epoch}/") and done == self.step:
            raise self.error


class Killed(BaseException):
    """Stands for whatever ends a process without asking."""


@pytest.fixture(scope="module")
def unbroken(data, tmp_path_factory):
    """A training, and at each of its batches whether the weights of both views were equal."""
    seen, original = [], WeightTransfer.on_batch_begin

    def spy(self, epoch):
        original(self, epoch)
        [(source, target)] = self._pairs
        seen.append((epoch, equal(source.get_weights(), target.get_weights())))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WeightTransfer, "on_batch_begin", spy)
        trained = train(plan(), data, tmp_path_factory.mktemp("unbroken"))
    return trained, seen


@pytest.fixture(scope="module")
def killed(data, tmp_path_factory):
    """What a training leaves that was killed in the second step of its third epoch."""
    folder = tmp_path_factory.mktemp("killed")
    with pytest.raises(Killed):
        train(plan(), data, folder, Stop(3, 2, Killed()))
    return folder


def test_weights_are_equal_at_each_batch_of_the_first_epochs_and_free_afterwards(unbroken):
    trained, seen = unbroken
    steps = 100 // 32
    # Epochs 0..3 are the first 80 %. The first step of epoch 4 comes after the last one's own change.
    assert seen == [(epoch, epoch < 4) for epoch in range(5) for _ in range(steps)]
    network = keras.models.load_model(trained.model)
    layers = [network.get_layer(name).get_weights() for name in ("exit_1_depthwise", "final_depthwise")]
    assert not equal(*layers)


def test_weights_move_between_batches_even_where_they_are_transferred():
    network = build(describe("digits", "trecx"), seed=0)
    [(source, target)] = network.transfers
    assert not equal(source.get_weights(), target.get_weights())
    WeightTransfer(network, 1).on_batch_begin(0)
    assert equal(source.get_weights(), target.get_weights())
    target.set_weights([array + 1 for array in target.get_weights()])
    WeightTransfer(network, 1).on_batch_begin(1)
    assert not equal(source.get_weights(), target.get_weights())


@pytest.mark.parametrize("system", ["trecx-notransfer", "trecx-noev", "baseline", "sdn"])
def test_other_systems_have_nothing_to_transfer(system):
    assert build(describe("digits", system)).transfers == ()


def test_another_seed_gives_other_weights(unbroken, data, tmp_path):
    assert not equal(weights(train(plan(seed=1), data, tmp_path)), weights(unbroken[0]))


def goes_on(folder, data, unbroken):
    """Train on in a folder; return in which epoch that began, after a look at how it ended."""
    told = []
    trained = train(plan(), data, folder, lambda what, done, total: told.append(int(what.split()[1][0])))
    assert equal(weights(trained), weights(unbroken))
    assert history(folder) == history(unbroken.folder)
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "history.csv", "model.keras"]
    return min(told)


def test_a_training_cut_off_within_an_epoch_ends_bit_equal_to_an_unbroken_one(
    unbroken, killed, data, tmp_path
):
    folder = shutil.copytree(killed, tmp_path / "copy")
    assert [path.name for path in folder.iterdir()] == ["checkpoint"]
    assert goes_on(folder, data, unbroken[0]) == 3


def test_dropout_goes_on_where_it_stood():
    first, second = (build(describe("kws", "baseline"), seed=0).model for _ in range(2))
    for model in (first, second):
        model.compile("adam")
    first(np.zeros((2, 49, 10, 1), np.float32), training=True)
    states = [v for v in first.variables if "seed_generator" in v.path]
    assert len(states) == 2
    assert not equal(states, [v for v in second.variables if "seed_generator" in v.path])


def test_ctrl_c_ends_clearly_and_the_same_command_goes_on_to_the_same_end(unbroken, data, tmp_path):
    with pytest.raises(TrainingError, match=r"stopped in epoch 2 of 5; run the same command to resume"):
        train(plan(), data, tmp_path, Stop(2, 3, KeyboardInterrupt()))  # trained, but not kept yet
    assert find_trained(tmp_path, plan().config(data)) is None
    assert goes_on(tmp_path, data, unbroken[0]) == 2
    assert [row["epoch"] for row in history(tmp_path)] == ["1", "2", "3", "4", "5"]


def test_a_checkpoint_of_another_config_is_refused_with_the_difference(killed, data):
    with pytest.raises(TrainingError, match=r"seed is 1, but 0 in the folder"):
        train(plan(seed=1), data, killed)
    with pytest.raises(TrainingError, match=r"epochs is 6, but 5 in the folder"):
        train(plan(epochs=6), data, killed)


def test_a_finished_training_is_not_done_again_and_another_one_does_not_take_its_place(unbroken, data):
    trained, _ = unbroken
    written = trained.model.stat().st_mtime_ns
    assert train(plan(), data, trained.folder) == trained
    assert trained.model.stat().st_mtime_ns == written
    with pytest.raises(TrainingError, match=r"system is sdn, but trecx in the folder"):
        train(plan("sdn"), data, trained.folder)


def test_a_training_that_another_backend_finished_is_done_and_says_which(unbroken, data, tmp_path):
    folder = shutil.copytree(unbroken[0].folder, tmp_path / "copy")
    about = json.loads((folder / "config.json").read_text())
    about["config"]["backend"] = "jax"
    (folder / "config.json").write_text(json.dumps(about))
    assert train(plan(), data, folder).config["backend"] == "jax"


def test_a_loss_that_is_no_number_ends_the_training_and_keeps_the_last_whole_epoch(
    data, tmp_path, monkeypatch
):
    original = keras.Model.train_on_batch
    calls = []

    def break_later(self, *args, **options):
        calls.append(1)
        logs = original(self, *args, **options)
        return logs | {"loss": float("nan")} if len(calls) == 5 else logs

    monkeypatch.setattr(keras.Model, "train_on_batch", break_later)
    with pytest.raises(TrainingError, match=r"not a number in step 2 of epoch 2"):
        train(plan(), data, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]
    with np.load(tmp_path / "checkpoint" / "state.npz") as kept:
        assert len(json.loads(str(kept["about"]))["history"]) == 1


def test_a_full_disk_ends_the_training_and_leaves_no_half_checkpoint(data, tmp_path, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(TrainingError, match="No space left on device"):
        patch.setattr("trecx.files.atomic_file.os.fsync", full)
        train(plan(epochs=1), data, tmp_path)
    assert list((tmp_path / "checkpoint").iterdir()) == []


def test_a_full_disk_at_the_end_leaves_no_model_that_counts_as_done(unbroken, data, tmp_path, monkeypatch):
    config, model = plan().config(data), keras.models.load_model(unbroken[0].model)

    def full(*args, **options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(TrainingError, match="No space left on device"):
        patch.setattr("trecx.nn.training.output.csv.DictWriter", full)
        write_trained(tmp_path, model, config, [{"epoch": 1}], {})
    assert find_trained(tmp_path, config) is None
    write_trained(tmp_path, model, config, [{"epoch": 1}], {})
    assert find_trained(tmp_path, config).model.exists()


def test_a_damaged_checkpoint_is_said_with_the_remedy(data, tmp_path):
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    (folder / "state.npz").write_bytes(b"PK")
    with pytest.raises(TrainingError, match=r"is damaged .*; delete .*checkpoint to start again"):
        Checkpoint(folder, {}).load(None)


def test_the_history_tells_loss_and_accuracy_of_each_exit(unbroken):
    with (unbroken[0].folder / "history.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 5
    exits = ("exit_1", "final")
    expected = ["epoch", "loss", *(f"{exit_}_accuracy" for exit_ in exits)]
    expected += [f"test_{exit_}_{what}" for exit_ in exits for what in ("loss", "accuracy")]
    assert list(rows[0]) == [*expected, "seconds", "waited_seconds"]
    assert float(rows[1]["waited_seconds"]) < float(rows[1]["seconds"])
