"""The folder of networks that were converted here: real stages, shapes and operators."""

from dataclasses import replace

import numpy as np
import pytest

from tests.deploy.deployments import content, deployment, int8_run, point_of, softmax_rows
from tests.deploy.firmware import SANITIZED, Firmware
from tests.needs_tensorflow import TENSORFLOW
from trecx.deploy.conversion import convert_to_int8
from trecx.deploy.folder.interface import interface_of
from trecx.deploy.golden import GoldenSamples
from trecx.deploy.stages import cut_at_exits
from trecx.files.paths import MODELS
from trecx.nn.keras_files import read_keras

pytestmark = [TENSORFLOW, pytest.mark.filterwarnings("ignore")]
DIGITS = tuple("0123456789")


@pytest.fixture(scope="module", params=["trecx", "fmaps-concat", "sdn", "baseline"])
def network(request):
    from sklearn.datasets import load_digits

    scans = load_digits().images[:20, :, :, None].astype(np.float32) / 16
    trained = read_keras(MODELS / "digits" / request.param / "model.keras")
    return cut_at_exits(convert_to_int8(trained, (8, 8, 1), scans))


@pytest.fixture
def parts(network):
    """What its folder is written from; the golden outputs are made up, as the stand-in replays them."""
    n = len(network.stages)
    rows = softmax_rows(10, n, 10)
    run = int8_run(rows, DIGITS, task="digits", system="trecx" if n > 1 else "baseline")
    inputs = np.random.default_rng(2).integers(-128, 128, (10, 8, 8, 1), np.int8)
    sizes = tuple(len(stage.content) for stage in network.stages)
    return replace(
        content(),
        network=network,
        run=run,
        record=point_of(run, 0.4),
        deployment=deployment(arenas=(8_192,) * n, sizes=sizes),
        golden=GoldenSamples(inputs, rows),
        float32=None,
        instructions=None,
    )


@pytest.mark.compiler
def test_the_example_of_a_converted_network_runs_as_expected(parts, tmp_path):
    firmware = Firmware(tmp_path, parts)
    lines, status = firmware.run("main_example.cc", *SANITIZED)
    assert (lines[-1], status) == ("10 of 10 golden samples are as expected", 0)
    exits = {told[0] for told in firmware.decisions()}
    assert exits == {0} if len(parts.network.stages) == 1 else len(exits) > 1


def test_the_interface_is_that_of_the_network(network):
    interface = interface_of(network)
    assert interface.input.shape == (8, 8, 1)
    assert (interface.softmax.shape, float(interface.softmax.scale)) == ((10,), 1 / 256)
    assert {k: slot.n_bytes for k, slot in enumerate(interface.slots, 1)} == network.slot_bytes
    assert {"CONV_2D", "SOFTMAX"} <= set(interface.operators)
