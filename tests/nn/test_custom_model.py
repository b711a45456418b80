"""A model of one's own over samples of one's own, by the command line."""

import json
import re

import numpy as np
import pytest

from tests.cli.test_commands import run
from tests.datasets.test_custom_tasks import IMAGES, pictures  # noqa: F401  # a fixture
from tests.nn.test_scoring import two_exits
from trecx.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def arguments(tmp_path, pictures):  # noqa: F811
    model = two_exits((8, 6, 3), classes=2)
    model.save(tmp_path / "mine.keras")
    (tmp_path / "task.toml").write_text(IMAGES + "scale = 0.0039", encoding="utf-8")
    words = ("score", tmp_path / "mine.keras", "--task-file", tmp_path / "task.toml", "--data", pictures)
    return [*map(str, words), "--system", "mine"]


def scored(capsys, arguments):
    status, out, err = run(capsys, *arguments, "--json")
    assert status == 0, err
    return json.loads(out)


def test_a_model_of_ones_own_is_scored_with_its_own_preprocessing(capsys, arguments, tmp_path, pictures):  # noqa: F811
    found = scored(capsys, arguments)
    assert (found["task"], found["system"], found["source"]) == ("pets", "mine", "imported")
    assert (found["dataset"], found["class_names"]) == ("Pets of our street", ["cat", "dog"])
    store = Store()
    assert store.runs()[0].noun == "image"
    scores = store.load_scores(store.runs()[0])
    from trecx.datasets.custom_samples import open_custom_samples
    from trecx.datasets.task_file import read_task_file
    from trecx.nn.models import load_model

    raw = open_custom_samples(read_task_file(tmp_path / "task.toml"), pictures).raw[:]
    direct = load_model(tmp_path / "mine.keras").predict(raw.astype(np.float32) * np.float32(0.0039))
    assert np.array_equal(scores.probabilities, direct)
    assert scored(capsys, arguments)["run_id"] == found["run_id"]


def test_other_preprocessing_makes_another_run(capsys, arguments, tmp_path):
    first = scored(capsys, arguments)
    (tmp_path / "task.toml").write_text(IMAGES + "scale = 1.0", encoding="utf-8")
    second = scored(capsys, arguments)
    assert second["run_id"] != first["run_id"]
    assert second["training"]["preprocess"]["scale"] == 1.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("[8, 6]", "[6, 8]\nresize = true"), "takes samples of shape .8, 6, 3."),
        (lambda text: text + 'colour = "grey"', "have shape .8, 6, 1.; correct the task file"),
    ],
)
def test_samples_that_do_not_fit_the_model_are_told(capsys, arguments, tmp_path, change, words):
    (tmp_path / "task.toml").write_text(change(IMAGES), encoding="utf-8")
    status, _, err = run(capsys, *arguments)
    assert status == 1
    assert re.search(words, err)


def test_a_task_is_named_or_brought_and_not_both(capsys, arguments):
    assert run(capsys, *arguments, "--task", "kws")[0] == 2
    assert run(capsys, "score", "x.keras", "--system", "trecx")[0] == 2
    without_data = [word for word in arguments if word not in arguments[4:6]]
    assert run(capsys, *without_data)[0] == 2
