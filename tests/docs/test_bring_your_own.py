"""The guide for one's own network: its lines, run on small models, write what `import` understands."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import numpy as np
import pytest

from tests.docs.documents import blocks, text_of
from trecx.datasets.task_file import read_task_file
from trecx.importing import import_scores, read_scores_file
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


def run_tflite_lines(content, samples, labels, exit_flops=(1_200_000, 3_500_000)):
    from trecx.nn import tf

    kernels = tf.lite.experimental.OpResolverType.BUILTIN_REF
    interpreter = tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=kernels)
    lines = TFLITE.replace("[1_200_000, 3_500_000]", str(list(exit_flops)))
    exec(lines, {"interpreter": interpreter, "samples": samples, "labels": labels})
    return import_scores(Path("scores.npz"))


@pytest.mark.filterwarnings("ignore")
def test_the_tflite_lines_write_a_file_of_scores(model):
    from trecx.nn import tf

    content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    run_tflite_lines(content, SAMPLES, LABELS)
    written(np.stack(model.predict(SAMPLES, verbose=0), axis=1))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("between", ["int8", "uint8"])
def test_the_tflite_lines_write_the_scores_of_an_8_bit_network_of_pixels(between, tmp_path):
    from tests.nn.tflite_files import INT8, UINT8, converted, two_exits
    from trecx.nn.models import load_model

    shape, network = (8, 8, 3), two_exits((8, 8, 3), 2)
    pixels = np.random.default_rng(0).integers(0, 256, (30, *shape)).astype(np.float32)
    kind = {"int8": INT8, "uint8": UINT8}[between]
    early_first = lambda x: network(x)[::-1]  # noqa: E731  # the names are in the outputs' order
    (tmp_path / "m.tflite").write_bytes(content := converted(early_first, shape, INT8, pixels, between=kind))
    scores = run_tflite_lines(content, pixels, np.arange(30) % 2)
    assert np.array_equal(scores.probabilities, load_model(tmp_path / "m.tflite").predict(pixels))
    final, early = network.predict(pixels, verbose=0)
    assert np.abs(scores.probabilities - np.stack([early, final], axis=1)).mean() < 0.05


@pytest.mark.filterwarnings("ignore")
@pytest.mark.mirror
def test_the_tflite_lines_work_on_the_int8_resnet_of_mlperf_tiny(tmp_path):
    """One output; int8 input of scale 1 and zero point −128, which pixels of 0..255 must not wrap around."""
    from tests.nn.test_flops import AUTHORS, IC
    from tests.nn.tflite_files import INT8, converted
    from trecx.datasets.cifar_pickles import read_batch
    from trecx.nn import tf
    from trecx.nn.formats import read_network

    mirror = Path(os.environ["TRECX_MIRROR"])
    with tarfile.open(mirror / "archives" / "cifar10_test_batch.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    images, labels = read_batch(tmp_path / "cifar-10-batches-py" / "test_batch")
    network = read_network(mirror / AUTHORS / IC / "pretrainedResnet.h5")
    pixels = images[:400].astype(np.float32)
    content = converted(network.run, (32, 32, 3), INT8, pixels[:100])
    entry = tf.lite.Interpreter(model_content=content).get_input_details()[0]
    assert (entry["dtype"], *entry["quantization"]) == (np.int8, 1.0, -128)
    scores = run_tflite_lines(content, pixels, labels[:400], [25_122_108])
    assert scores.standalone_accuracy[0] > 0.85
    assert np.array_equal(scores.probabilities * 256, np.round(scores.probabilities * 256))


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


def test_the_json_lines_of_the_guide_are_understood():
    text = next(block for block in OWN.split("\n\n") if block.startswith('    {"exit_flops"'))
    lines = "\n".join(line.strip() for line in text.splitlines())
    scores = read_scores_file("x.jsonl", lines.encode()).scores()
    assert scores.exit_flops.tolist() == [1_200_000, 3_500_000]
    assert (scores.class_names, scores.sample_names) == (("cat", "dog"), ("a.jpg",))
