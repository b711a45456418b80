"""Which models have a key, what is at hand of them, and what tells that one was scored."""

import json
import shutil
import sys
from dataclasses import replace

import pytest

from tests.conftest import ROOT
from tests.int8_runs import save_int8, shipped_with_int8
from trecx.errors import DatasetError, UnknownNameError, missing_tensorflow
from trecx.files import paths
from trecx.jobs import readiness
from trecx.jobs.known_models import TRAINED, find_known, known_models
from trecx.jobs.model_scoring import samples_to_score
from trecx.jobs.readiness import obstacle, queue_of
from trecx.store import Store

DIGITS = paths.MODELS / "digits"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Nothing is fetched, and one model is trained; return its folder."""
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path / "downloads")
    monkeypatch.setattr(paths, "MODELS", tmp_path / "models")
    monkeypatch.delenv("TRECX_MIRROR", raising=False)
    return shutil.copytree(DIGITS / "sdn" / "seed-2", tmp_path / "models" / "digits" / "sdn" / "seed-2")


def trained():
    return [model.key for model in known_models() if model.source == TRAINED]


def test_every_model_has_a_key_of_its_own_by_which_it_is_found():
    models = known_models()
    assert len({model.key for model in models}) == len(models) > 40
    for model in models[:3] + models[-3:]:
        found = find_known(model.key)
        assert (found.path, found.training) == (model.path, model.training)
    assert find_known("trained here/digits/sdn/seed-2").path == DIGITS / "sdn" / "seed-2" / "model.keras"
    assert find_known("trained here/digits/sdn/seed-0").path == DIGITS / "sdn" / "model.keras"
    assert find_known("published/vww/baseline").path == paths.DOWNLOADS / "models" / "vww" / "baseline.h5"


def test_models_stand_in_the_order_of_their_tasks_systems_and_seeds(elsewhere):
    for name in ("sdn", "sdn/seed-1", "baseline"):
        shutil.copytree(DIGITS / name, paths.MODELS / "digits" / name, dirs_exist_ok=True)
    assert [model.task for model in known_models()] == sorted(
        (model.task for model in known_models()), key=["kws", "ic", "vww", "digits"].index
    )
    sdn = [f"{TRAINED}/digits/sdn/seed-{seed}" for seed in range(5)]
    assert [key for key in trained() if "seed-0" in key] == [f"{TRAINED}/digits/baseline/seed-0", sdn[0]]
    assert [key for key in trained() if "sdn" in key] == sdn


def test_an_image_model_is_scored_on_the_pixels_that_it_was_trained_on(elsewhere, monkeypatch):
    shutil.copytree(ROOT / "artifacts" / "models" / "ic" / "trecx", paths.MODELS / "ic" / "trecx")
    published, own = find_known("published/ic/trecx"), find_known("trained here/ic/trecx/seed-0")
    assert (published.dataset, published.samples.key) == ("CIFAR-10 test", "cifar10")
    assert (own.dataset, own.samples.key) == ("CIFAR-10 (JPEG)", "cifar10-jpeg")
    with pytest.raises(DatasetError, match="data fetch ic --key cifar10-jpeg"):
        samples_to_score("ic", own.training)
    monkeypatch.setenv("TRECX_MIRROR", str(elsewhere))
    (elsewhere / "archives").mkdir()
    (elsewhere / "archives" / "cifar10_test_batch.tar.xz").touch()
    assert find_known("published/ic/trecx").samples.key == "cifar10-test"
    config = paths.MODELS / "ic" / "trecx" / "config.json"
    config.write_text(config.read_text(encoding="utf-8").replace('"CIFAR-10 (JPEG)"', '"CIFAR-10"'))
    original = find_known("trained here/ic/trecx/seed-0")
    assert (original.dataset, original.samples.key) == ("CIFAR-10 test", "cifar10")


def test_what_must_be_fetched_is_told(elsewhere):
    model = find_known("published/vww/trecx")
    assert not model.samples_here
    assert model.samples.licence.startswith("COCO")
    assert model.bytes_to_fetch == 10_762 + 963_991 + 2_111_827
    first = paths.DOWNLOADS / model.remote.files[0].path
    first.parent.mkdir(parents=True)
    first.touch()
    (paths.DOWNLOADS / model.samples.folder).mkdir(parents=True)
    assert model.samples_here
    assert model.bytes_to_fetch == 963_991 + 2_111_827
    own = find_known("trained here/digits/sdn/seed-2")
    assert own.samples_here
    assert own.bytes_to_fetch == 0


def test_a_shipped_run_is_known_as_what_its_model_was_scored_as(shipped):
    runs = Store().runs()
    for key in ("published/kws/trecx", "trained here/digits/sdn/seed-2"):
        model = find_known(key)
        (run,) = [run for run in runs if model.scored_as([run])]
        assert (run.task, run.system, run.source) == (model.task, model.system, model.source)
        assert run.training == model.training
        assert model.scored_as([]) is None
        assert model.scored_as([replace(run, dataset="others")]) is None
    assert find_known("trained here/digits/sdn/seed-2").scored_as(runs).training["seed"] == 2


def test_an_int8_run_is_not_the_run_of_the_float32_model(shipped, tmp_path):
    store = shipped_with_int8(shipped, tmp_path, "kws/trecx")
    for key in ("published/kws/trecx", "trained here/digits/sdn/seed-2"):
        run = find_known(key).scored_as(store.runs())
        int8 = store.counterpart_of(run) or save_int8(store, run)
        assert find_known(key).scored_as([int8]) is None
        assert find_known(key).scored_as(store.runs()) == run


@pytest.mark.parametrize(
    "change",
    [
        {"task": "cats"},
        {"system": "../../elsewhere"},
        {"seed": 3},
        {"seed": "../2"},
        {"dataset": "Visual wake words, person and non_person of my folder"},
        {"dataset": ["a"]},
        None,
    ],
)
def test_a_model_whose_config_says_anything_else_has_no_key(elsewhere, change):
    assert trained() == ["trained here/digits/sdn/seed-2"]
    path = elsewhere / "config.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps({"config": document["config"] | change}) if change else "{")
    assert trained() == []
    path.unlink()
    assert trained() == []


def test_a_path_is_no_key_even_of_a_model_that_is_known():
    for path in (DIGITS / "sdn" / "model.keras", "digits/sdn", "published"):
        with pytest.raises(UnknownNameError, match="unknown model"):
            find_known(str(path))


def test_a_queue_lies_beside_the_store_of_its_runs(tmp_path):
    assert queue_of(Store()).records.folder == tmp_path / "scores.sqlite.jobs"
    others = [queue_of(Store(f"sqlite:///file:{name}?uri=true")).records.folder for name in "ab"]
    assert len(set(others)) == 2
    assert {folder.parent for folder in others} == {paths.ROOT / "data"}
    ignored = (paths.ROOT / ".gitignore").read_text().splitlines()
    assert "*.jobs/" in ignored
    assert all(folder.suffix == ".jobs" for folder in others)


@pytest.mark.tensorflow
def test_what_keeps_a_store_from_being_added_to_is_said_with_the_way_out(tmp_path, monkeypatch):
    assert obstacle(Store()) == ""
    Store().file.touch()
    assert obstacle(Store()) == ""
    monkeypatch.setattr("trecx.store.connection.os.access", lambda path, mode: path != tmp_path)
    assert "is read-only, so no run can be added" in obstacle(Store())
    monkeypatch.setattr("trecx.store.connection.os.access", lambda path, mode: path == tmp_path)
    assert "set TRECX_DB to a writable database" in obstacle(Store())
    assert obstacle(Store("sqlite:///:memory:")) == ""
    monkeypatch.setitem(sys.modules, "keras", None)
    assert missing_tensorflow() in obstacle(Store())
    assert readiness.find_spec("keras") is None
