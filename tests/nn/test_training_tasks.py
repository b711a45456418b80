"""Training speech and people on tiny made data: dropout, noise, class folders, and scores at the end."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.cli.test_commands import run
from tests.needs_tensorflow import TENSORFLOW
from trecx.datasets.samples import SampleSet
from trecx.datasets.training_sets import TrainingData
from trecx.errors import TrainingError
from trecx.nn import keras
from trecx.nn.networks import describe
from trecx.nn.networks.bases import BASES
from trecx.nn.networks.grammar import Conv, Dropout, Pool, Stage
from trecx.nn.training import TrainingPlan, find_recipe, train
from trecx.store import Store

pytestmark = [TENSORFLOW, pytest.mark.filterwarnings("ignore")]
NOISE = np.random.default_rng(3).normal(0, 3000, 40_000).astype(np.int16)


def clips(split, n, seed):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 12, n)
    pitch = np.sin(np.outer(0.05 * (labels + 1), np.arange(16_000)))
    waves = (8000 * pitch + random.normal(0, 500, pitch.shape)).astype(np.int16)
    names = tuple(f"{split}-{number}" for number in range(n))
    return SampleSet(
        "kws", "tiny speech", split, tuple("abcdefghijkl"), names, labels.astype(np.int64), waves
    )


@pytest.fixture(scope="module")
def speech():
    return TrainingData(clips("train", 24, 0), clips("validation", 6, 1), clips("test", 8, 2), NOISE)


@pytest.fixture
def small_bases(monkeypatch):
    """Bases of the same tasks with two stages: what is trained here is the way, not the network."""
    dropping = (Stage("stem", (Conv(4, (10, 4), stride=8), Dropout(0.5))), Stage("last", (Conv(4),)))
    seeing = (Stage("stem", (Conv(2, stride=8),)), Stage("last", (Conv(4, stride=4),)))
    for task, stages in (("kws", dropping), ("vww", seeing)):
        small = replace(BASES[task], stages=stages, final_head=(Pool((2, 2)),), baseline_head=None)
        monkeypatch.setitem(BASES, task, small)


def plan(recipe="paper", epochs=3):
    return TrainingPlan(
        describe("kws", "baseline"), replace(find_recipe("kws", recipe, epochs), batch_size=8)
    )


def test_speech_with_dropout_shifts_and_noise_goes_on_to_the_same_end(speech, tmp_path, small_bases):
    def stop(what, done, total):
        if what.startswith("epoch 2/") and done == 2:
            raise KeyboardInterrupt

    expected = keras.models.load_model(train(plan(), speech, tmp_path / "unbroken").model).get_weights()
    with pytest.raises(TrainingError, match="stopped in epoch 2 of 3"):
        train(plan(), speech, tmp_path / "broken", stop)
    trained = train(plan(), speech, tmp_path / "broken")
    found = keras.models.load_model(trained.model).get_weights()
    assert all(np.array_equal(one, other) for one, other in zip(found, expected, strict=True))
    assert trained.config["augmentation"]["background_noise"] == "2.5 s of recordings"
    header = (tmp_path / "broken" / "history.csv").read_text().splitlines()[0]
    assert "validation_final_accuracy" in header and "test_final_accuracy" not in header


@pytest.fixture
def people(tmp_path):
    """Thirty images a class, people bright and the rest dark, in sizes of their own."""
    for name, grey in (("person", 200), ("non_person", 40)):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(30):
            image = Image.new("RGB", (60 + number, 90), (grey + number, grey, grey))
            image.save(tmp_path / "images" / name / f"{name}{number}.jpg")
    return tmp_path / "images"


def test_people_in_class_folders_train_and_are_scored(capsys, people, tmp_path, small_bases):
    command = ("train", "vww", "baseline", "--recipe", "paper", "--epochs", "2", "--data", str(people))
    status, out, err = run(capsys, *command, "--out", str(tmp_path / "models"), "--json")
    assert status == 0, err
    found = json.loads(out)
    folder = tmp_path / "models" / "vww" / "baseline"
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "history.csv", "model.keras"]
    assert (found["task"], found["system"], found["n_samples"]) == ("vww", "baseline", 6)
    assert found["source"] == "trained here"
    config = json.loads((folder / "config.json").read_text())["config"]
    assert len(found["training"].pop("samples_sha256")) == 64  # nobody else vouches for these images
    assert found["training"] == config
    assert (config["epochs"], config["batch_size"], config["train_samples"]) == (2, 32, 48)
    status, again, err = run(capsys, *command, "--out", str(tmp_path / "models"), "--json")
    assert json.loads(again)["run_id"] == found["run_id"]
    assert "epoch" not in err
    assert len(Store().runs()) == 1


def test_without_images_of_people_training_says_what_to_give(capsys, tmp_path):
    status, out, err = run(capsys, "train", "vww", "trecx", "--data", str(tmp_path))
    assert (status, out) == (1, "") and "Traceback" not in err
