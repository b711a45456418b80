"""The guide for one's own network: its lines, run on small models, write what `import` understands."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from tests.docs.documents import blocks, text_of
from trecx.datasets.task_file import read_task_file
from trecx.importing import import_scores
from trecx.importing.csv_table import read_csv
from trecx.progress import silent

OWN = text_of("bring-your-own.md")
KERAS, TFLITE, TORCH, PANDAS = (block.text for block in blocks(OWN, "python"))
SAMPLES = np.random.default_rng(0).random((6, 8, 8, 1), np.float32)
LABELS = np.arange(6) % 2


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def written(probabilities):
    scores = import_scores(Path("scores.npz"))
    assert np.allclose(scores.probabilities, probabilities, atol=1e-6)
    assert scores.exit_flops.tolist() == [1_200_000, 3_500_000]
    return scores


@pytest.fixture(scope="module")
def model():
    from tests.nn.test_scoring import two_exits
    from trecx.nn import keras

    with_final_first = two_exits(classes=2)
    return keras.Model(with_final_first.inputs, with_final_first.outputs[::-1])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_keras_lines_write_a_file_of_scores(model):
    exec(KERAS, {"model": model, "samples": SAMPLES, "labels": LABELS})
    assert written(np.stack(model.predict(SAMPLES, verbose=0), axis=1)).class_names == ("cat", "dog")


@pytest.mark.filterwarnings("ignore")
def test_the_tflite_lines_write_a_file_of_scores(model):
    from trecx.nn import tf

    content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    interpreter = tf.lite.Interpreter(model_content=content)
    exec(TFLITE, {"interpreter": interpreter, "samples": SAMPLES, "labels": LABELS})
    written(np.stack(model.predict(SAMPLES, verbose=0), axis=1))


class Quantised:
    """An int8 interpreter in small: two exits of two classes, each sample's own pixel as the answer."""

    def allocate_tensors(self):
        """Nothing to do."""

    def get_input_details(self):
        return [{"index": 0, "dtype": np.float32}]

    def get_output_details(self):
        return [{"index": k, "name": f"exit:{k}", "quantization": (1 / 256, -128)} for k in (2, 1)]

    def set_tensor(self, index, value):
        self.level = round(float(value[0, 0, 0, 0]) * 255)

    def invoke(self):
        """Nothing to do."""

    def get_tensor(self, index):
        return np.array([[self.level - 128, 128 - self.level]], np.int8)


def test_the_tflite_lines_undo_an_int8_softmax():
    exec(TFLITE, {"interpreter": Quantised(), "samples": SAMPLES, "labels": LABELS})
    levels = np.round(SAMPLES[:, 0, 0, 0] * 255) / 256
    written(np.repeat(np.stack([levels, 1 - levels], axis=1)[:, None], 2, axis=1))


TORCH_SETUP = """
import numpy as np, torch
class TwoExits(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.early, self.final = torch.nn.Linear(64, 2), torch.nn.Linear(64, 2)
    def forward(self, samples):
        return [self.early(samples.flatten(1)), self.final(samples.flatten(1))]
torch.manual_seed(0)
model, labels = TwoExits(), np.arange(6) % 2
samples = np.random.default_rng(0).random((6, 8, 8, 1)).astype("float32")
"""


def with_torch():
    """Return a Python that has PyTorch, be it Debian's."""
    for python in (sys.executable, shutil.which("python3", path="/usr/bin")):
        if python and not subprocess.run([python, "-c", "import torch"], capture_output=True).returncode:
            return python
    return None


def test_the_pytorch_lines_write_a_file_of_scores():
    python = with_torch()
    if python is None:
        pytest.skip("no PyTorch: apt-get install python3-torch")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run([python, "-c", TORCH_SETUP + TORCH], check=True, env=environment)
    scores = import_scores(Path("scores.npz"))
    assert (scores.n_samples, scores.n_exits, scores.n_classes) == (6, 2, 2)
    assert scores.labels.tolist() == LABELS.tolist()


def test_the_pandas_lines_write_a_file_of_scores():
    exec(PANDAS, {})
    assert import_scores(Path("scores.parquet")).exit_flops.tolist() == [1_200_000]


def test_the_csv_and_the_task_file_of_the_guide_are_understood(tmp_path):
    text = next(block for block in OWN.split("\n\n") if block.startswith("    # exit_flops"))
    lines = "\n".join(line.strip() for line in text.splitlines()) + "\n"
    assert read_csv(lines.encode(), (), silent).said["energy_uj"] == (310, 905)
    (toml,) = blocks(OWN, "toml")
    (tmp_path / "pets.toml").write_text(toml.text, encoding="utf-8")
    assert read_task_file(tmp_path / "pets.toml").name == tomllib.loads(toml.text)["name"] == "pets"
