"""Whatever is in a model's folder: it is a model, a config, a checkpoint, or an error says what is wrong.

Few examples: TensorFlow takes a second for each model that is whole. Its readers are C++ and meant for models
of people one trusts; what is promised is a clear error for a damaged file, not safety from a hostile one.
"""

import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.fuzz.harness import LONG_S, fuzz, mutated, only
from tests.needs_tensorflow import TENSORFLOW
from tests.nn.tflite_files import FLOAT32, INT8, converted, two_exits
from trecx.errors import ModelError, TrainingError
from trecx.jobs import known_models
from trecx.nn import keras
from trecx.nn.graphs import exit_order
from trecx.nn.hdf5_trial import read_hdf5_in_process
from trecx.nn.legacy_config import check_config, known_classes
from trecx.nn.models import load_model
from trecx.nn.tflite.flops import check_operators
from trecx.nn.tflite.graph import read_operators
from trecx.nn.tflite.interpreter import Interpreter
from trecx.nn.training.checkpoint import FILE, Checkpoint
from trecx.nn.training.output import find_trained

tf_keras = pytest.importorskip("tf_keras")
FOLDER = tempfile.TemporaryDirectory()
HERE = Path(FOLDER.name)
pytestmark = [TENSORFLOW, pytest.mark.filterwarnings("ignore")]  # TensorFlow and Keras warn of themselves
CONFIG = {"task": "kws", "system": "trecx", "dataset": "d", "dataset_sha256": "0", "seed": 0, "backend": "x"}
CONFIGS = (json.dumps({"config": CONFIG, "versions": {}}).encode(),)
JSON = (b"{", b"}", b"[" * 5_000, b"null", b"NaN", b"1e999", b'"config"', b"9" * 5_000, b"\xff", b"\\ud800")


def network():
    inputs = keras.Input((2, 2, 1))
    flat = keras.layers.Flatten()(inputs)
    return keras.Model(
        inputs, [keras.layers.Dense(2, "softmax", name=name)(flat) for name in ("early", "final")]
    )


def legacy_network():
    """With a function of TensorFlow, which Keras 3 does not read."""
    image = tf_keras.Input((2, 2, 1))
    flat = tf_keras.layers.Flatten()(image * 2.0)
    return tf_keras.Model(image, tf_keras.layers.Dense(2, "softmax")(flat))


TFLITE = {"float.tflite": FLOAT32, "int8.tflite": INT8}
SAMPLES = np.random.default_rng(0).random((8, 4, 4, 1), np.float32)
CONFIG_WORDS = (
    b'"Lambda"',
    b'"os"',
    b'"system"',
    b'"TFOpLambda"',
    b'"io.write_file"',
    b'"function"',
    b'"class_name"',
)


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    monkeypatch.setattr("trecx.nn.keras_files.read_hdf5_in_process", lambda path: "")


@pytest.fixture(scope="module", autouse=True)
def _whole():
    """Models to spoil, and TensorFlow's own memory taken, before anything is counted."""
    model = network()
    for name in ("m.keras", "m.h5"):
        model.save(HERE / name)
        load_model(HERE / name)
    model.export(HERE / "m", verbose=False)
    load_model(HERE / "m")
    for name in ("legacy.keras", "legacy.h5", "legacy"):
        legacy = legacy_network()
        legacy.save(HERE / name, **({} if "." in name else {"save_format": "tf", "signatures": {}}))
        load_model(HERE / name)
    for name, kind in TFLITE.items():
        (HERE / name).write_bytes(converted(two_exits((4, 4, 1), 2), (4, 4, 1), kind, SAMPLES))
        Interpreter((HERE / name).read_bytes())


def whole(name):
    return st.deferred(lambda: mutated(((HERE / name).read_bytes(),)))


@fuzz(8, edited=whole("m.keras"), inner=st.deferred(lambda: mutated((archive()["config.json"],), JSON)))
def test_any_keras_file(edited, inner):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in (archive() | {"config.json": inner}).items():
            packed.writestr(name, content)
    for data in (edited, file.getvalue()):
        check(data, "spoilt.keras")


@fuzz(8, data=whole("m.h5"))
def test_any_h5_file(data):
    check(data, "spoilt.h5")


@fuzz(6, data=whole("m/saved_model.pb"))
def test_any_saved_model(data):
    shutil.copytree(HERE / "m", HERE / "spoilt", dirs_exist_ok=True)
    check(data, "spoilt/saved_model.pb")


@fuzz(
    8,
    edited=whole("legacy.keras"),
    inner=st.deferred(lambda: mutated((archive("legacy.keras")["config.json"],), (*JSON, *CONFIG_WORDS))),
)
def test_any_keras_file_of_keras_2(edited, inner):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in (archive("legacy.keras") | {"config.json": inner}).items():
            packed.writestr(name, content)
    for data in (edited, file.getvalue()):
        check(data, "spoilt.keras")


@fuzz(8, data=whole("legacy.h5"))
def test_any_h5_file_of_keras_2(data):
    check(data, "spoilt.h5")


@fuzz(6, data=whole("legacy/saved_model.pb"), metadata=whole("legacy/keras_metadata.pb"))
def test_any_saved_model_of_keras_2(data, metadata):
    shutil.copytree(HERE / "legacy", HERE / "spoilt2", dirs_exist_ok=True)
    (HERE / "spoilt2" / "keras_metadata.pb").write_bytes(metadata)
    check(data, "spoilt2/saved_model.pb")


@fuzz(
    60,
    config=st.deferred(lambda: mutated((archive("legacy.keras")["config.json"],), (*JSON, *CONFIG_WORDS))),
)
def test_any_configuration_of_keras_2(config):
    try:
        document = json.loads(config)
    except (ValueError, RecursionError):
        return
    with only(ModelError):
        check_config(document, known_classes())


@fuzz(300, data=st.deferred(lambda: mutated([(HERE / name).read_bytes() for name in TFLITE])))
def test_any_list_of_operators_of_a_tflite_file(data):
    graph = None
    with only(ModelError):
        graph = read_operators(data)
        check_operators(graph)
        is_quantized = [graph.is_quantized(output) for output in graph.outputs]
        assert len(exit_order(graph)) == len(is_quantized)


def test_any_tflite_file_is_run_or_refused_and_crashes_only_a_process_of_its_own():
    """Each file is run as `load_tflite` does, but in a fork, which starts at once."""
    words = [
        sys.executable,
        "-m",
        "tests.fuzz.tflite_files",
        str(LONG_S),
        *map(str, map(HERE.joinpath, TFLITE)),
    ]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2_000:]
    print(done.stdout)


def archive(name="m.keras"):
    with zipfile.ZipFile(HERE / name) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def check(data, name):
    (HERE / name).write_bytes(data)
    if not name.endswith(".pb") and read_hdf5_in_process(HERE / name):
        return  # HDF5 is read in another process first; what it refuses is never read in this one
    model = None
    with only(ModelError):
        model = load_model(HERE / name.removesuffix("/saved_model.pb"))
    assert model is None or model.n_exits in (1, 2)


@fuzz(60, data=mutated(CONFIGS, JSON))
def test_any_config_of_a_trained_model(data):
    folder = HERE / "trained" / "kws" / "trecx"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_bytes(data)
    with only():
        list(known_models._trained(HERE / "trained"))
    with only(TrainingError):
        find_trained(folder, CONFIG)


def checkpoint_bytes(about, arrays):
    file = io.BytesIO()
    np.savez(file, about=np.array(about), **{f"array_{k}": array for k, array in enumerate(arrays)})
    return file.getvalue()


class Trained:
    """As much of a compiled model as a checkpoint needs."""

    def __init__(self):
        self.variables = [
            keras.Variable(np.zeros((2, 3), np.float32)),
            keras.Variable(np.zeros(3, np.float32)),
        ]
        self.optimizer = type("Adam", (), {"variables": [keras.Variable(np.zeros((), np.int64))]})


ARRAYS = (np.ones((2, 3), np.float32), np.ones(3, np.float32), np.int64(1))
CHECKPOINTS = tuple(
    checkpoint_bytes(json.dumps({"config": CONFIG, "history": [{"epoch": 1.0}]}), arrays)
    for arrays in (ARRAYS, ARRAYS[:2], (*ARRAYS, ARRAYS[0]), (ARRAYS[1], ARRAYS[0], ARRAYS[2]))
)
ABOUTS = mutated((json.dumps({"config": CONFIG, "history": [{"epoch": 1.0}]}).encode(),), JSON)


@fuzz(
    60,
    data=mutated(CHECKPOINTS) | ABOUTS.map(lambda about: checkpoint_bytes(about.decode("latin1"), ARRAYS)),
)
def test_any_checkpoint(data):
    checkpoint = Checkpoint(HERE / "checkpoint", CONFIG)
    checkpoint.folder.mkdir(exist_ok=True)
    (checkpoint.folder / FILE).write_bytes(data)
    with only(TrainingError):
        assert all(isinstance(row, dict) for row in checkpoint.load(Trained()))


@pytest.mark.parametrize(
    "arrays", [ARRAYS[:2], (ARRAYS[1], ARRAYS[0], ARRAYS[2]), (ARRAYS[0], ["x"] * 3, ARRAYS[2])]
)
def test_a_checkpoint_of_other_weights_is_damaged(tmp_path, arrays):
    about = json.dumps({"config": CONFIG, "history": []})
    (tmp_path / FILE).write_bytes(checkpoint_bytes(about, arrays))
    with pytest.raises(TrainingError, match="its weights do not match the network"):
        Checkpoint(tmp_path, CONFIG).load(Trained())


@pytest.mark.parametrize("text", ["[" * 5_000, '{"config": [1]}', '{"config": "x"}', "1", "{}"])
def test_a_config_that_is_none_is_told_and_its_model_not_offered(tmp_path, text):
    folder = tmp_path / "kws" / "trecx"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(text)
    (folder / "model.keras").touch()
    assert list(known_models._trained(tmp_path)) == []
    with pytest.raises(TrainingError, match="is damaged"):
        find_trained(folder, CONFIG)
    about = text if text.startswith("[") else json.dumps(json.loads(text))
    (tmp_path / FILE).write_bytes(checkpoint_bytes(about, ARRAYS))
    with pytest.raises(TrainingError, match="is damaged"):
        Checkpoint(tmp_path, CONFIG).load(Trained())
