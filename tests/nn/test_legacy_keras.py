"""Models of Keras 2: read by `tf_keras` with its own scores, and never with code of the file."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tests.conftest import ROOT
from tests.needs_tensorflow import TENSORFLOW
from trecx.errors import ModelError
from trecx.nn import hdf5_trial, keras, tf
from trecx.nn.legacy_config import check_config, known_classes
from trecx.nn.models import load_model
from trecx.nn.reasons import whole_reason

tf_keras = pytest.importorskip("tf_keras")
layers = tf_keras.layers
pytestmark = [TENSORFLOW, pytest.mark.filterwarnings("ignore")]  # Keras warns of its own formats
SHAPE = (8, 8, 3)
BATCH = np.random.default_rng(0).random((4, *SHAPE), np.float32)


def nested_sequential() -> Any:
    """As Teachable Machine exports it: a feature extractor and a head, each a Sequential in a Sequential."""
    image = tf_keras.Input(SHAPE)
    maps = layers.DepthwiseConv2D(3, padding="same")(layers.Conv2D(4, 3, padding="same")(image))
    extractor = tf_keras.Model(image, layers.ReLU(6.0)(layers.BatchNormalization()(maps)))
    pooled = tf_keras.Sequential([extractor, layers.GlobalAveragePooling2D()])
    head = tf_keras.Sequential([layers.Dense(5, "relu"), layers.Dense(3, "softmax", use_bias=False)])
    return tf_keras.Sequential([pooled, head])


def two_exits() -> Any:
    """With functions of TensorFlow between its layers; the final exit comes first."""
    image = tf_keras.Input(SHAPE)
    maps = tf.nn.relu6(layers.Conv2D(4, 3, padding="same")(image / 2.0 - 1.0))
    early = layers.Dense(3, "softmax", name="zz")(tf.reduce_mean(maps[:, :, :, :2], axis=[1, 2]))
    deeper = layers.BatchNormalization(axis=[3])(layers.Conv2D(4, 3, padding="same")(maps)) + maps
    both = tf.concat([layers.Flatten()(deeper), layers.Flatten()(maps)], axis=-1)
    return tf_keras.Model(image, [layers.Dense(3, "softmax", name="aa")(both), early])


def attention() -> Any:
    image = tf_keras.Input(SHAPE)
    rows = layers.Reshape((8, 24))(image)
    attended = layers.LayerNormalization()(layers.MultiHeadAttention(2, 4)(rows, rows))
    recurrent = layers.Bidirectional(layers.LSTM(3))(attended)
    return tf_keras.Model(image, layers.Dense(3, "softmax")(recurrent))


def saved(model: Any, path: Path) -> Path:
    model.compile("adam", "sparse_categorical_crossentropy")  # what is never read
    if path.suffix:
        model.save(path, **({"save_format": "h5"} if "old" in path.name else {}))
    else:
        model.save(path, save_format="tf", signatures={})
    return path


@pytest.mark.parametrize("name", ["m.h5", "m.hdf5", "m.keras", "old.keras", "folder"])
@pytest.mark.parametrize("make", [nested_sequential, two_exits, attention])
def test_a_model_of_keras_2_gives_its_own_scores(make: Callable[[], Any], name: str, tmp_path: Path) -> None:
    tf_keras.utils.set_random_seed(1)
    network = make()
    expected = network.predict(BATCH, verbose=0)
    expected = np.stack(expected[::-1] if isinstance(expected, list) else [expected], axis=1)
    model = load_model(saved(network, tmp_path / name))
    np.testing.assert_allclose(model.predict(BATCH), expected, atol=1e-6)
    assert (model.input_shape, model.parameters) == (SHAPE, network.count_params())
    assert (np.diff(model.exit_flops, prepend=0) > 0).all()


def test_its_flops_are_those_of_the_same_network_in_keras_3(tmp_path: Path) -> None:
    legacy = load_model(saved(nested_sequential(), tmp_path / "m.h5"))
    image = keras.Input(SHAPE)
    of = keras.layers
    maps = of.DepthwiseConv2D(3, padding="same")(of.Conv2D(4, 3, padding="same")(image))
    pooled = of.GlobalAveragePooling2D()(of.ReLU(6.0)(of.BatchNormalization()(maps)))
    scores = of.Dense(3, "softmax", use_bias=False)(of.Dense(5, "relu")(pooled))
    keras.Model(image, scores).save(tmp_path / "m.keras")
    assert legacy.exit_flops.tolist() == load_model(tmp_path / "m.keras").exit_flops.tolist()


def test_tf_keras_is_loaded_only_if_keras_3_cannot_read_a_file(tmp_path: Path) -> None:
    image = keras.Input((4,))
    keras.Model(image, keras.layers.Dense(2, "softmax")(image)).save(tmp_path / "m.keras")
    code = (
        "import sys; from pathlib import Path; from trecx.nn.models import load_model\n"
        f"load_model(Path({str(tmp_path / 'm.keras')!r})); print('tf_keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "False\n"


def test_a_lambda_layers_code_is_never_run_and_both_reasons_are_told_with_what_helps(tmp_path: Path) -> None:
    proof = tmp_path / "it-ran"
    image = tf_keras.Input(SHAPE, name="image")
    # Written so that its name is found in the module that Keras gives to the code.
    harm = layers.Lambda(lambda x, at=str(proof): (open(at, "w").close(), x)[1], name="mine")
    network = tf_keras.Model(image, layers.Dense(3, "softmax")(layers.Flatten()(harm(image))))
    paths = [saved(network, tmp_path / name) for name in ("m.h5", "m.keras", "old.keras", "folder")]
    proof.unlink()
    for path in paths:
        with pytest.raises(ModelError) as caught:
            load_model(path)
        first = "TensorFlow 2" if path.name == "folder" else "Keras 3"
        words = str(caught.value)
        assert words.startswith(f"{path} cannot be read as a model. {first}")
        assert "(Lambda) holds Python code, which is never run from a file" in words
        assert "Traceback" not in words
        assert words.endswith(
            "To score it, in the environment where the model was made, write it with "
            "model.export('folder'), and score this folder"
        )
        assert not proof.exists(), path
    tf_keras.models.load_model(paths[0])  # what it would have done
    assert proof.exists()


def config_of(model: Any, folder: Path) -> Any:
    with zipfile.ZipFile(saved(model, folder / "m.keras")) as archive:
        return json.loads(archive.read("config.json"))


def with_config(folder: Path, config: Any) -> Path:
    """Return a copy of m.keras with another configuration."""
    with zipfile.ZipFile(folder / "m.keras") as old, zipfile.ZipFile(folder / "n.keras", "w") as new:
        for name in old.namelist():
            new.writestr(name, json.dumps(config) if name == "config.json" else old.read(name))
    return folder / "n.keras"


@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        (
            {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"},
            "comes from the Python module 'os', which is never imported",
        ),
        (
            {"class_name": "function", "module": "keras.utils", "config": "get_file"},
            "is the function 'get_file', which is no activation of Keras",
        ),
        ({"class_name": "__lambda__", "config": {"value": "4wEAAAA="}}, "holds Python code"),
        ({"class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}}, "reads files"),
        ({"class_name": "Mine", "module": None, "config": {}}, "is code of its own"),
        (
            {"class_name": "TFOpLambda", "name": "w", "config": {"function": "io.write_file"}},
            r"layer 'w' \(TFOpLambda\) calls tf.io.write_file, which is not among the functions",
        ),
        (
            {"class_name": "TFOpLambda", "config": {"function": "keras.backend.function"}},
            "calls tf.keras.backend.function",
        ),
        (
            {"class_name": "TensorFlowOpLayer", "config": {"node_def": {"op": "WriteFile"}}},
            "runs the operation 'WriteFile'",
        ),
        ({"class_name": "TensorFlowOpLayer", "config": {"node_def": "text"}}, "runs the operation None"),
        ({"class_name": ["x"], "config": {}}, "is code of its own"),
        ({"class_name": "function", "config": {"a": 1}}, "is no activation of Keras"),
        ({"class_name": "function", "config": "Lambda"}, "is no activation of Keras"),
        ({"class_name": "TensorFlowOpLayer", "config": {"node_def": {"op": []}}}, "runs the operation"),
    ],
)
def test_a_part_that_may_run_something_is_refused_wherever_it_is(
    part: Any, complaint: str, tmp_path: Path
) -> None:
    config = config_of(two_exits(), tmp_path)
    config["config"]["layers"][3]["config"]["somewhere"] = [{"deep": part}]
    with pytest.raises(ModelError, match=complaint):
        check_config(config, known_classes())
    with pytest.raises(ModelError, match=complaint):
        load_model(with_config(tmp_path, config))


def test_a_file_that_keras_3_refuses_as_hostile_is_refused_by_the_other_reader_too(tmp_path: Path) -> None:
    config = config_of(nested_sequential(), tmp_path)
    call = {"class_name": "function", "module": "os", "config": "getcwd", "registered_name": "getcwd"}
    inner = config["config"]["layers"][-1]["config"]["layers"]
    inner[-1]["config"]["activation"] = call
    with pytest.raises(ModelError, match=r"Keras 3.*tf_keras 2.*module 'os', which is never imported"):
        load_model(with_config(tmp_path, config))


def test_a_layer_operation_of_tensorflow_2_3_passes_if_it_only_computes() -> None:
    layer = {"class_name": "TensorFlowOpLayer", "config": {"node_def": {"op": "RealDiv"}, "constants": {}}}
    check_config({"class_name": "Functional", "config": {"layers": [layer]}}, known_classes())


def test_weights_without_a_network_are_told_as_such(tmp_path: Path) -> None:
    tf_keras.Sequential([layers.Dense(2, input_shape=(3,))]).save_weights(tmp_path / "w.h5")
    with pytest.raises(ModelError, match=r"w.h5 holds weights only, .*save the whole model with model\.save"):
        load_model(tmp_path / "w.h5")


def test_a_damaged_file_is_to_be_copied_again(tmp_path: Path) -> None:
    whole = saved(two_exits(), tmp_path / "m.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[:5_000])
    with pytest.raises(ModelError, match=r"cut.h5 cannot be .* it is damaged \(OSError.*; copy it again"):
        load_model(tmp_path / "cut.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        del file["model_weights"]
    with pytest.raises(ModelError, match=r"Keras 3.*tf_keras 2.*If it may be damaged or incomplete, copy it"):
        load_model(tmp_path / "m.h5")


def endless(content: bytes) -> bytes:
    """Return an HDF5 file on which the library never ends: the first string in it has the length −16."""
    at = content.index(b"GCOL") + 24
    return content[:at] + (2**64 - 16).to_bytes(8, "little") + content[at + 8 :]


def test_a_damaged_file_on_which_the_hdf5_library_never_ends_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(two_exits(), tmp_path / "m.h5")
    path.write_bytes(endless(path.read_bytes()))
    monkeypatch.setattr(hdf5_trial, "_WAIT_S", 3)
    with pytest.raises(
        ModelError, match=r"it is damaged \(the HDF5 library did not finish in 3 s\); copy it"
    ):
        load_model(path)


def test_weights_in_an_archive_are_read_in_another_process_first(tmp_path: Path) -> None:
    path = saved(two_exits(), tmp_path / "m.keras")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "n.keras", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[:900] if name == "model.weights.h5" else content)
    with pytest.raises(ModelError, match=r"n.keras cannot be .* it is damaged \(OSError.*; copy it again"):
        load_model(tmp_path / "n.keras")


def test_a_saved_model_without_its_variables_is_told_with_both_reasons(tmp_path: Path) -> None:
    folder = saved(two_exits(), tmp_path / "folder")
    shutil.rmtree(folder / "variables")
    with pytest.raises(ModelError, match=r"TensorFlow 2.*variables.*tf_keras 2.*variables.*copy it again"):
        load_model(folder)


def test_without_tf_keras_the_command_that_installs_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(nested_sequential(), tmp_path / "m.h5")
    monkeypatch.setitem(sys.modules, "tf_keras", None)
    with pytest.raises(ModelError, match=r"tf_keras.*it is not installed .*run 'make backend'"):
        load_model(path)


def test_a_reason_is_whole_and_readable() -> None:
    config = "{'name': '" + 200 * "x" + "', 'inner': {'deep': 1}}"
    error = ValueError(
        f"\x1b[1mNo layer {{'a'}}.\x1b[0m\n\nconfig={config}.\n\nCause: two   inputs; {config[:-2]}"
    )
    assert whole_reason(error) == "ValueError: No layer {'a'}. config={…}. Cause: two inputs; {…}"
    assert len(whole_reason(ValueError("x" * 9_000))) < 2_100
    advice = ValueError("It is a lambda. If you trust the source of the artifact, pass `safe_mode=False`")
    assert whole_reason(advice) == "ValueError: It is a lambda."
