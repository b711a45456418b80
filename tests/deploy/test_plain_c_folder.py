"""The folder of plain C: its check, its names, its programs, and what it cannot have."""

import math
import re
import subprocess

import numpy as np
import pytest

import tests.needs_tensorflow  # noqa: F401
from tests.conftest import compilers
from tests.deploy.byte_equality import of_tflm
from tests.deploy.deployments import int8_run, point_of
from tests.deploy.made_networks import RELU, Made, samples
from tests.deploy.networks import digits_features, staged_digits
from trecx.deploy.golden import GoldenSamples
from trecx.deploy.plain_c import run_on_host, unsupported_operators, write_plain_c
from trecx.deploy.plain_c.host import STRICT, network_sources
from trecx.deploy.quantization import int8_input
from trecx.errors import ExportError, ModelError, OutputError
from trecx.exporting.c_header import c_header
from trecx.store import Store
from trecx.threshold.exit_criteria import by_criterion
from trecx.threshold.per_exit.decision import by_thresholds

pytestmark = pytest.mark.tensorflow
DECIDE = """
#include <stdio.h>
#include "golden_data.h"
#include "trecx_threshold.h"
int main(void)
{
    int8_t softmax[TRECX_N_CLASSES];
    for (int sample = 0; sample < TRECX_GOLDEN_SAMPLES; sample++) {
        int exit = 0;
        trecx_run_stage(1, trecx_golden_inputs[sample], softmax);
        while (exit < TRECX_N_EXITS - 1 && !trecx_leaves_at_int8(exit, softmax)) {
            exit++;
            trecx_run_stage(exit + 1, trecx_golden_inputs[sample], softmax);
        }
        printf("%d\\n", exit);
    }
    return 0;
}
"""


def golden_digits(system="trecx", n=10):
    staged = staged_digits(system)
    inputs = int8_input(staged, digits_features()[:n])
    return staged, GoldenSamples(inputs, of_tflm(staged, inputs))


def made(n_classes=4, name="RELU", kind="INT8", output=(0.04, -128)):
    network = Made((n_classes,))
    network.add(name, [network.input], network.tensor([1, n_classes], *output, kind=kind))
    return network.staged()


def golden_of(staged, n_classes=4):
    inputs = samples(staged, 3)
    return GoldenSamples(inputs, np.zeros((3, 1, n_classes), np.int8))


def make(folder, *arguments):
    return subprocess.run(["make", "-C", folder, *arguments], capture_output=True, text=True)


@pytest.mark.tflm
@pytest.mark.compiler
def test_make_check_compares_every_exit_and_says_so(tmp_path):
    staged, golden = golden_digits()
    written = write_plain_c(staged, golden, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == list(written.files)
    done = make(tmp_path, "check")
    assert done.returncode == 0, done.stderr
    assert "OK: all 2 exits equal the golden samples, 10 samples, every byte" in done.stdout


@pytest.mark.tflm
@pytest.mark.compiler
def test_make_check_fails_on_one_byte_and_names_the_exit(tmp_path):
    staged, golden = golden_digits()
    golden.exits[7, 1, 3] ^= 1
    write_plain_c(staged, golden, tmp_path)
    done = make(tmp_path, "check")
    assert done.returncode != 0
    assert "sample 7: exit 2 differs" in done.stdout
    assert "FAILED: 1 of 20 answers" in done.stdout


@pytest.mark.tflm
@pytest.mark.compiler
def test_no_access_outside_the_arrays_and_no_undefined_arithmetic(tmp_path):
    staged, golden = golden_digits("fmaps-concat")
    write_plain_c(staged, golden, tmp_path)
    done = make(tmp_path, "check", "CFLAGS=-O1 -fsanitize=address,undefined -fno-sanitize-recover=all")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.tflm
@pytest.mark.compiler
@pytest.mark.parametrize("criterion", ["largest", "margin"])
@pytest.mark.parametrize("thresholds", [(0.75, 0.99), (0.99, 0.6), (0.875, math.inf), (math.inf, 0.5)])
def test_plain_c_with_the_header_stops_each_sample_where_one_threshold_per_exit_does(
    tmp_path, thresholds, criterion
):
    staged, golden = golden_digits("sdn", 200)
    write_plain_c(staged, golden, tmp_path)
    run = int8_run(golden.exits, tuple("0123456789"))
    (tmp_path / "trecx_threshold.h").write_text(c_header(point_of(run, thresholds, criterion)))
    (tmp_path / "decide.c").write_text(DECIDE)
    sources = [*network_sources(tmp_path), tmp_path / "golden_data.c"]
    subprocess.run([compilers()[0], *STRICT, "-o", tmp_path / "decide", *sources], check=True)
    done = subprocess.run([tmp_path / "decide"], capture_output=True, text=True, check=True)
    stopped = by_thresholds(by_criterion(Store().load_scores(run), criterion), thresholds).confidence == 1
    exits = stopped.argmax(axis=1)
    assert list(map(int, done.stdout.split())) == exits.tolist()
    assert len(set(exits)) == 1 + np.isfinite(thresholds).sum()


@pytest.mark.tflm
def test_the_same_network_gives_the_same_files(tmp_path):
    staged, golden = golden_digits()
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        write_plain_c(staged, golden, folder)
    a, b = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert a == b


@pytest.mark.tflm
def test_names_that_a_linker_sees_begin_with_trecx_and_only_needed_kernels_are_there(tmp_path):
    staged, golden = golden_digits("baseline")
    written = write_plain_c(staged, golden, tmp_path)
    assert "trecx_mean.c" not in written.files
    assert "trecx_convolution.c" in written.files
    text = "\n".join(path.read_text() for path in tmp_path.glob("*.c"))
    functions = re.findall(r"^(?!static)[\w ]+?[ *](\w+)\([^;]*?\)\n\{", text, re.M)
    assert len(functions) > 8
    assert {name for name in functions if not name.startswith("trecx_")} == {"main"}


def test_operators_that_are_lacking_are_named(tmp_path):
    staged = made(name="EXP")
    assert unsupported_operators(staged) == ["EXP"]
    with pytest.raises(
        ModelError, match=r"plain C has no EXP; use other layers, or deploy the \.tflite stages"
    ):
        write_plain_c(staged, golden_of(staged), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("staged", "reason"),
    [
        (lambda: made(kind="INT16"), "no RELU with a value of type INT16"),
        (lambda: made(name="LOGISTIC"), "no LOGISTIC with an output of another scale than 1/256"),
        (lambda: made(name="SOFTMAX", output=(1 / 128, 0)), "no SOFTMAX with an output of another scale"),
        (lambda: made(name="RELU6"), "no RELU6 with an output of another scale than its input"),
    ],
)
def test_variants_that_are_lacking_are_named(staged, reason, tmp_path):
    network = staged()
    assert unsupported_operators(network) == []
    with pytest.raises(ModelError, match=reason):
        write_plain_c(network, golden_of(network), tmp_path)


def test_a_fused_activation_that_is_lacking_is_named(tmp_path):
    network = Made((4,))
    two = [network.input, network.input]
    network.add("ADD", two, network.tensor([1, 4], 0.1), "AddOptions", fusedActivationFunction=4)
    with pytest.raises(ModelError, match="no fused activation number 4"):
        write_plain_c(network.staged(), golden_of(network.staged()), tmp_path)
    assert RELU != 4


def test_golden_samples_of_another_network_are_refused(tmp_path):
    staged = made()
    with pytest.raises(ValueError, match="golden samples of 4 bytes with 1 exits of 5 classes do not belong"):
        write_plain_c(staged, golden_of(staged, 5), tmp_path)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    staged = made()
    with pytest.raises(OutputError, match=r"file cannot be written .*; choose another folder"):
        write_plain_c(staged, golden_of(staged), tmp_path / "file")


def test_a_missing_compiler_is_said(tmp_path, monkeypatch):
    staged = made()
    golden = golden_of(staged)
    write_plain_c(staged, golden, tmp_path)
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(ExportError, match=r"there is no C compiler .*apt-get install gcc libc6-dev"):
        run_on_host(tmp_path, golden.inputs)


@pytest.mark.compiler
def test_a_compiler_that_fails_is_quoted(tmp_path):
    staged = made()
    golden = golden_of(staged)
    write_plain_c(staged, golden, tmp_path)
    (tmp_path / "trecx_network.c").write_text("int broken(")
    with pytest.raises(ExportError, match=r"C compiler failed with exit status 1; it said: (?s:.*)broken"):
        run_on_host(tmp_path, golden.inputs)
