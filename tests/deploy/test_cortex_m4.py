"""Instructions counted in the emulator: right, equal from run to run, and clear where they cannot be had."""

import shutil

import numpy as np
import pytest

import tests.needs_tensorflow  # noqa: F401
from tests.deploy.byte_equality import of_tflm
from tests.deploy.networks import digits_features, staged_digits
from trecx.deploy import cortex_m4
from trecx.deploy.golden import GoldenSamples
from trecx.deploy.plain_c import write_plain_c
from trecx.deploy.quantization import int8_input
from trecx.errors import ExportError

pytestmark = pytest.mark.tensorflow
emulated = pytest.mark.emulator
LOOP = """#include "trecx_network.h"
int trecx_run_stage(int stage, const int8_t *input, int8_t *softmax)
{
    int k, turns = stage * %d;
    __asm volatile("1: subs %%0, #1\\n nop\\n bne 1b" : "+r"(turns));
    for (k = 0; k < TRECX_NETWORK_EXIT_BYTES; k++) {
        softmax[k] = TRECX_ANSWER;
    }
    (void)input;
    return 0;
}
"""


@pytest.fixture
def folder(tmp_path):
    staged = staged_digits("trecx")
    inputs = int8_input(staged, digits_features()[:4])
    write_plain_c(staged, GoldenSamples(inputs, of_tflm(staged, inputs)), tmp_path)
    return tmp_path


def looping(folder, turns):
    """Replace the network by a loop of three instructions a turn, twice as many in stage 2."""
    golden = (folder / "golden_data.c").read_text()
    start = golden.index("exits[")
    body = golden[start:]
    numbers = body[body.index("{") :]
    zeros = "".join("0" if c.isdigit() else c for c in numbers.replace("-", ""))
    (folder / "golden_data.c").write_text(golden[:start] + body[: body.index("{")] + zeros)
    (folder / "trecx_network.c").write_text((LOOP % turns).replace("TRECX_ANSWER", "0"))


@pytest.mark.tflm
@emulated
def test_counts_are_equal_from_run_to_run_and_the_mean_over_samples(folder):
    one, two = cortex_m4.measure(folder), cortex_m4.measure(folder)
    assert one == two
    assert len(one.by_sample) == 3
    assert np.allclose(one.instructions, np.mean(one.by_sample, axis=0), atol=0.5)
    assert cortex_m4.count_instructions(folder) == list(one.instructions)
    assert all(100_000 < n < 2_000_000 for n in one.instructions)
    assert 5_000 < one.code_bytes < 40_000


@pytest.mark.tflm
@emulated
def test_a_loop_of_known_length_is_counted(folder):
    looping(folder, 5_000_000)
    (found,) = cortex_m4.measure(folder, n_samples=1).by_sample
    assert found == pytest.approx((15_000_000, 30_000_000), abs=300)


@pytest.mark.tflm
@emulated
def test_more_instructions_than_systick_holds_are_counted(folder):
    """24 bits of 40 ns are 671 million: here are 900 million and 1.8 thousand million."""
    looping(folder, 300_000_000)
    (found,) = cortex_m4.measure(folder, n_samples=1).by_sample
    assert found == pytest.approx((900_000_000, 1_800_000_000), abs=300)


@pytest.mark.tflm
@emulated
def test_an_answer_that_differs_on_the_cortex_m4_is_an_error(folder):
    golden = (folder / "golden_data.c").read_text()
    place = golden.rindex("-128")
    (folder / "golden_data.c").write_text(f"{golden[:place]}-127{golden[place + 4 :]}")
    with pytest.raises(
        ExportError, match=r"Cortex-M4 failed with exit status 1; it said: differs: sample 3, exit 2"
    ):
        cortex_m4.measure(folder, n_samples=4)


@pytest.mark.tflm
@emulated
def test_a_network_that_never_ends_is_stopped(folder):
    looping(folder, 0)  # the loop counts down from zero, through all of 32 bits
    with pytest.raises(ExportError, match="took longer than 2 s; try a smaller network"):
        cortex_m4.measure(folder, n_samples=1, timeout_s=2)


@pytest.mark.tflm
@emulated
def test_a_network_that_is_larger_than_the_board_is_an_error(folder):
    header = folder / "trecx_network.h"
    text = header.read_text().replace("ARENA_BYTES ", "ARENA_BYTES 5000000 + ", 1)
    header.write_text(text)
    with pytest.raises(ExportError, match=r"the Arm compiler failed .*(overflow|will not fit)"):
        cortex_m4.measure(folder)


def test_missing_tools_are_named_with_their_packages(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    packages = "gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm"
    with pytest.raises(
        ExportError, match=f"arm-none-eabi-gcc, .*qemu-system-arm.*apt-get install {packages}"
    ):
        cortex_m4.count_instructions(tmp_path)


@emulated
def test_a_missing_c_library_is_named(monkeypatch):
    assert cortex_m4.missing_emulator() == []
    monkeypatch.setattr(cortex_m4, "LIBRARY", "no-such.specs")
    assert cortex_m4.missing_emulator() == ["no-such.specs"]
