"""TensorFlow Lite Micro in processes of its own: its bytes, its memory, and what if it cannot go on."""

import io
import json
import sys

import numpy as np
import pytest

from tests.deploy.networks import digits_features, staged_digits
from trecx.deploy import tflm
from trecx.deploy.quantization import int8_exits, int8_input
from trecx.deploy.stages import Stage, StagedNetwork
from trecx.deploy.tflm import ArenaUse, StagedInterpreter, StagePart, arena_use, serve
from trecx.deploy.tflm_processes import arena_uses, run_stages
from trecx.errors import ModelError

pytestmark = [pytest.mark.tensorflow, pytest.mark.tflm]


def parts(staged):
    return [StagePart(stage.content, stage.takes, stage.gives, stage.n_exits) for stage in staged.stages]


def test_processes_give_in_order_what_one_interpreter_gives():
    staged, levels = staged_digits(), int8_input(staged_digits(), digits_features()[:100])
    here = StagedInterpreter(parts(staged))
    expected = np.array([here.exits(sample) for sample in levels])
    found = list(run_stages(staged, [levels[:70], levels[70:]]))
    assert [len(batch) for batch in found] == [70, 30]
    assert np.array_equal(np.concatenate(found), expected)


def test_the_served_process_answers_on_its_output():
    staged, levels = staged_digits(), int8_input(staged_digits(), digits_features()[:3])
    asked = {
        "stages": [(len(part.content), *part[1:]) for part in parts(staged)],
        "shape": staged.input_shape,
        "memory": False,
    }
    stages = b"".join(stage.content for stage in staged.stages)
    sink = io.BytesIO()
    serve(io.BytesIO(json.dumps(asked).encode() + b"\n" + stages + levels.tobytes()), sink)
    line, _, answers = sink.getvalue().partition(b"\n")
    assert json.loads(line) == {"memory": []}
    found = np.frombuffer(answers, np.int8).reshape(3, 2, 10)
    assert np.array_equal(found, np.concatenate(list(run_stages(staged, [levels]))))


def test_the_arena_is_the_smallest_that_a_stage_starts_with():
    for stage, use in zip(staged_digits().stages, arena_uses(staged_digits()), strict=True):
        assert use == arena_use(stage.content)
        assert 0 < use.kept_bytes < use.arena_bytes
        tflm._interpreter(stage.content, use.arena_bytes)
        with pytest.raises(RuntimeError), tflm._native_output():
            tflm._interpreter(stage.content, use.arena_bytes - 16)


def test_the_arena_does_not_depend_on_the_machine_s_load():
    assert arena_uses(staged_digits()) == arena_uses(staged_digits())
    assert all(isinstance(use, ArenaUse) for use in arena_uses(staged_digits()))


def test_a_hostile_file_ends_its_own_process_only():
    """Bytes all over the file are changed: it may run, or be refused, but never crash this process."""
    staged = staged_digits("baseline")
    content, random = staged.stages[0].content, np.random.default_rng(7)
    sample = np.zeros((1, 8, 8, 1), np.int8)
    refused = 0
    for _ in range(12):
        damaged = bytearray(content)
        for place in random.integers(0, len(content), 40):
            damaged[place] = random.integers(0, 256)
        network = StagedNetwork(staged.whole, staged.order, (Stage(bytes(damaged), (0,), ()),))
        network.__dict__.update(input=staged.input, softmax=staged.softmax)  # read from the sound file
        try:
            list(run_stages(network, [sample]))
        except ModelError as error:
            refused += 1
            assert "TensorFlow Lite Micro" in str(error)
    assert refused > 0


def test_without_it_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tflite_micro", None)
    with pytest.raises(ModelError, match=r"pip install -e '.\[deploy\]'"):
        tflm._interpreter(staged_digits().stages[0].content)


def test_many_samples_are_shared_among_the_processes_and_none_is_lost():
    staged = staged_digits()
    samples = np.concatenate([digits_features()] * 3)
    found = int8_exits(staged, [samples[:1000], samples[1000:]])
    assert np.array_equal(found[:500], found[500:1000])
    assert len(found) == len(samples)
