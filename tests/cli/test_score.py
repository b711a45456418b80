"""`trecx score` from a model file to a run, on a tiny model and a tiny dataset."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from tests.cli.model_files import saved
from tests.cli.test_commands import document, run
from tests.conftest import ROOT
from tests.needs_tensorflow import TENSORFLOW
from trecx.datasets.tasks import TASKS
from trecx.nn import keras
from trecx.store import Store

pytestmark = [TENSORFLOW, pytest.mark.filterwarnings("ignore")]


def arguments(model, images, system="trecx"):
    return ("score", model, "--task", "vww", "--system", system, "--data", str(images))


def scored(capsys, *words):
    """Return what `score --json` prints; messages on standard error are allowed here."""
    status, out, err = run(capsys, *words, "--json")
    assert status == 0, err
    return json.loads(out)


def test_a_model_becomes_a_run_and_scoring_it_again_is_the_same_run(capsys, two_exits, images):
    first = scored(capsys, *arguments(two_exits, images))
    assert (first["task"], first["system"], first["source"]) == ("vww", "trecx", "imported")
    assert (first["n_samples"], first["n_exits"], first["model"]) == (6, 2, "mine.keras")
    assert {"python", "tensorflow", "keras"} <= set(first["versions"])
    assert first["exit_flops"][0] < first["exit_flops"][1]
    assert scored(capsys, *arguments(two_exits, images)) == first
    assert scored(capsys, *arguments(two_exits, images), "--again")["run_id"] == f"{first['run_id']}-2"
    assert len(document(capsys, "runs")) == 2


def test_other_samples_under_the_same_names_are_another_run_and_named_after_their_folder(
    capsys, two_exits, images, tmp_path
):
    first = scored(capsys, *arguments(two_exits, images))
    assert first["dataset"].endswith(f", from {images.name}")
    others = shutil.copytree(images, tmp_path / "others")
    np.zeros((96, 96, 3), np.uint8).tofile(others / "0.bin")
    second = scored(capsys, *arguments(two_exits, others))
    assert second["run_id"] == f"{first['run_id']}-2"
    assert scored(capsys, *arguments(two_exits, images)) == first
    assert scored(capsys, *arguments(two_exits, others)) == second


def test_a_model_trained_here_is_scored_on_its_own_test_samples_as_what_it_was_trained(capsys):
    model = str(ROOT / "artifacts" / "models" / "digits" / "trecx" / "seed-1" / "model.keras")
    words = ("score", model, "--task", "digits", "--system")
    status, _, err = run(capsys, *words, "sdn")
    assert status == 1
    assert "was trained as digits/trecx" in err
    found = scored(capsys, *words, "trecx")
    assert (found["source"], found["training"]["seed"]) == ("trained here", 1)


@pytest.mark.mirror
def test_a_speech_model_trained_here_never_hears_its_training_clips_again(capsys):
    run(capsys, "data", "fetch", "kws")
    model = ROOT / "artifacts" / "models" / "kws" / "trecx" / "model.keras"
    found = scored(capsys, "score", str(model), "--task", "kws", "--system", "trecx")
    assert (found["n_samples"], found["source"]) == (996, "trained here")


@pytest.mark.mirror
def test_a_published_model_is_scored_as_what_it_is(capsys):
    run(capsys, "models", "fetch", "vww")
    run(capsys, "data", "fetch", "vww")
    model = str(ROOT / "data" / "downloads" / "models" / "vww" / "trecx")
    status, _, err = run(capsys, "score", model, "--task", "vww", "--system", "sdn")
    assert status == 1
    assert "is the paper's vww/trecx" in err


@pytest.mark.mirror
def test_a_published_model_of_the_original_pixels_is_not_scored_on_their_jpegs(capsys, tmp_path):
    run(capsys, "models", "fetch", "ic")
    for name in TASKS["ic"].class_names:
        folder = tmp_path / "jpegs" / "test" / name
        folder.mkdir(parents=True)
        Image.new("RGB", (32, 32)).save(folder / "1.jpg")
    model = str(ROOT / "data" / "downloads" / "models" / "ic" / "trecx")
    words = ("score", model, "--task", "ic", "--system", "trecx", "--data", str(tmp_path / "jpegs"))
    status, _, err = run(capsys, *words)
    assert status == 1
    assert "run `python -m trecx data fetch ic`, then score without --data" in err
    assert document(capsys, "runs") == []


def test_the_stored_scores_are_the_models_answers(capsys, two_exits, images):
    run_id = scored(capsys, *arguments(two_exits, images))["run_id"]
    store = Store()
    scores = store.load_scores(store.find_run(run_id))
    pixels = np.stack(
        [np.fromfile(images / name, np.uint8).reshape(96, 96, 3) for name in scores.sample_names]
    )
    answers = keras.models.load_model(two_exits).predict(pixels / np.float32(255), verbose=0)
    for exit_, answer in enumerate(answers):
        assert np.allclose(scores.probabilities[:, exit_], answer, atol=1e-5)


def test_progress_and_messages_go_to_standard_error(capsys, two_exits, images):
    scored(capsys, *arguments(two_exits, images))
    _, out, err = run(capsys, *arguments(two_exits, images), "--json")
    assert "already exists: this model was scored before. Nothing was added" in err
    assert json.loads(out)


@pytest.mark.parametrize(
    ("make", "system", "words"),
    [
        (lambda folder: str(folder / "none.keras"), "trecx", "none.keras"),
        (
            lambda folder: str((folder / "text.keras").write_text("x") and folder / "text.keras"),
            "trecx",
            "text.keras",
        ),
        (lambda folder: saved(folder, "one.keras", "softmax"), "trecx", "one"),
        (lambda folder: saved(folder, "two.keras", "softmax", "softmax"), "baseline", "baseline"),
        (lambda folder: saved(folder, "logits.keras", None, None), "trecx", "softmax"),
    ],
)
def test_what_is_no_model_for_the_system_is_told_and_nothing_kept(
    capsys, tmp_path, images, make, system, words
):
    status, out, err = run(capsys, *arguments(make(tmp_path), images, system))
    assert (status, out) == (1, "")
    assert words in err
    assert "Traceback" not in err
    assert Store().runs() == []


def test_a_damaged_sample_is_named_counted_and_nothing_kept(capsys, two_exits, images, tmp_path):
    for path in images.iterdir():
        (tmp_path / path.name).write_bytes(
            path.read_bytes()[: 100 if path.name in ("1.bin", "4.bin") else None]
        )
    status, _, err = run(capsys, *arguments(two_exits, tmp_path))
    assert status == 1
    assert all(word in err for word in ("2", "1.bin", "4.bin"))
    assert Store().runs() == []


def test_scores_of_a_model_that_are_surely_wrong_are_told(capsys, tmp_path, images):
    inputs = keras.Input((96, 96, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(inputs)
    always_1 = keras.layers.Dense(
        2,
        activation="softmax",
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant([0, 9]),
    )
    keras.Model(inputs, always_1(pooled)).save(tmp_path / "mine.keras")
    shutil.copytree(images, tmp_path / "images")
    (tmp_path / "images" / "y_labels.csv").write_text("".join(f"{k}.bin,2,0\n" for k in range(6)))
    words = arguments(str(tmp_path / "mine.keras"), tmp_path / "images", "baseline")
    told = "These scores are probably wrong. Labels and predictions have no class in common"
    assert told in run(capsys, *words)[2]
    assert told not in run(capsys, *words)[2]  # nothing was scored


def test_a_model_with_a_name_that_cannot_be_stored_is_refused_before_it_is_scored(capsys, images):
    status, _, err = run(capsys, *arguments("\udcff.keras", images))
    assert status == 1
    assert "not valid text" in err and "rename the file" in err
