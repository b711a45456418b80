"""Networks need Keras alone, on any backend; whatever needs TensorFlow says so."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT

NETWORKS = sorted((ROOT / "trecx" / "nn" / "networks").glob("*.py"))
TRAINING = sorted((ROOT / "trecx" / "nn" / "training").glob("*.py"))


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_networks_import_keras_by_way_of_nn_and_no_tensorflow(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names}.isdisjoint({"tensorflow", "keras"})
        elif isinstance(node, ast.ImportFrom) and node.module == "trecx.nn":
            assert [alias.name for alias in node.names] == ["keras"]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.module.split(".")[0] not in {"tensorflow", "keras"}
            assert not node.module.startswith("trecx.nn.") or node.module.startswith("trecx.nn.networks.")


@pytest.mark.parametrize("path", TRAINING, ids=lambda path: path.stem)
def test_training_has_no_tensorflow_of_its_own(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names}.isdisjoint({"tensorflow", "keras"})
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.module.split(".")[0] not in {"tensorflow", "keras"}
            assert "tf" not in {alias.name for alias in node.names}
            needs_tf = {
                "models",
                "flops",
                "graphs",
                "formats",
                "scoring",
                "run",
                "mfcc_tensorflow",
                "tflite.model",
            }
            assert node.module.removeprefix("trecx.nn.") not in needs_tf


@pytest.mark.filterwarnings("ignore")
@pytest.mark.tensorflow
def test_both_ways_to_hear_give_the_same_features() -> None:
    from trecx.datasets import mfcc
    from trecx.nn import mfcc_tensorflow

    random, time = np.random.default_rng(0), np.arange(16_000)
    tones = 8000 * np.sin(time * random.uniform(0.01, 1, (8, 1))) * np.exp(-time / 4000)
    clips = [
        random.integers(-32_768, 32_767, (4, 16_000)),
        tones + random.normal(0, 300, tones.shape),
        np.zeros((1, 16_000)),
        -random.integers(1, 3000, (2, 16_000)),  # nothing above zero
    ]
    waveforms = np.concatenate(clips).astype(np.int16)
    ours, theirs = mfcc.mfccs(waveforms), mfcc_tensorflow.mfccs(waveforms)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype) == ((15, 49, 10, 1), np.float32)
    assert np.abs(ours - theirs).max() < 1e-4


def python(code: str, backend: str) -> Any:
    environment = {**os.environ, "KERAS_BACKEND": backend}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_networks_build_and_train_on_jax_without_tensorflow() -> None:
    done = python(
        "import sys; sys.modules['tensorflow'] = None\n"
        "import numpy as np\n"
        "from trecx.nn.networks import build, describe\n"
        "model = build(describe('kws', 'trecx')).model\n"
        "model.compile('adam', loss=['sparse_categorical_crossentropy'] * 2)\n"
        "model.fit(np.zeros((2, 49, 10, 1)), [np.zeros(2)] * 2, verbose=0)\n"
        "print(model.predict(np.zeros((2, 49, 10, 1)), verbose=0)[1].shape)",
        "jax",
    )
    assert done.stdout == "(2, 12)\n", done.stderr


def test_training_runs_on_jax_without_tensorflow_and_says_how_it_is_scored(tmp_path: Path) -> None:
    done = python(
        "import sys; sys.modules['tensorflow'] = None\n"
        "from trecx.cli import main\n"
        f"main(['train', 'digits', 'trecx', '--epochs', '1', '--out', {str(tmp_path)!r}])",
        "jax",
    )
    assert done.returncode == 0, done.stderr
    assert "not scored. To score it, run the command without KERAS_BACKEND" in done.stderr
    assert (tmp_path / "digits" / "trecx" / "model.keras").exists()


ANOTHER_BACKEND = (  # stands in for Keras on another backend, which need not be installed
    "import sys, types; sys.modules['tensorflow'] = None\n"
    "backend = types.SimpleNamespace(backend=lambda: 'jax')\n"
    "sys.modules['keras'] = types.SimpleNamespace(backend=backend)\n"
    "import trecx.nn\n"
)


def test_scoring_on_another_backend_is_refused_with_the_remedy_and_keras_is_still_there() -> None:
    assert python(ANOTHER_BACKEND + "from trecx.nn import keras", "jax").returncode == 0
    for module in ("models", "flops", "graphs", "formats"):
        done = python(ANOTHER_BACKEND + f"import trecx.nn.{module}", "jax")
        assert "ModelError: scoring, FLOPs and model files need TensorFlow" in done.stderr
        assert "but Keras runs on 'jax'; unset KERAS_BACKEND" in done.stderr


def test_a_backend_that_is_not_installed_is_said_with_the_remedy() -> None:
    code = "import sys; sys.modules['torch'] = None; import trecx.nn.networks"
    assert "ModelError: Keras cannot run on 'torch'" in python(code, "torch").stderr
