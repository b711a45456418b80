"""A deployment's folder, compiled against a stand-in for TensorFlow Lite Micro that replays its samples."""

import subprocess
from pathlib import Path

from tests.conftest import compilers
from tests.deploy.deployments import KEPT
from trecx.deploy.folder import write_folder
from trecx.deploy.folder.interface import interface_of

STUB = Path(__file__).with_name("tflm_stub")
STRICT = ("-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-O1", "-fno-exceptions")
SANITIZED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
NETWORK = """\
// What the stand-in replays; written by tests/deploy/firmware.py, not by what is tested.
#pragma once
#include <cstddef>
#include <cstdint>
namespace stub {{
constexpr int kStages = {stages}, kSamples = {samples}, kClasses = {classes}, kInputBytes = {input_bytes};
constexpr int kPrefix = {prefix}, kMost = {most};
constexpr size_t kKept = {kept};
constexpr unsigned kOperators = {operators};
struct Tensor {{ int slot; size_t bytes; }};
struct Stage {{ uint32_t hash; int n_takes; Tensor takes[kMost]; int n_gives; Tensor gives[kMost]; }};
static const Stage kStage[kStages] = {{{table}}};
static const int8_t kInput[kSamples][kInputBytes] = {{{inputs}}};
static const int8_t kSoftmax[kSamples][kStages][kClasses] = {{{exits}}};
inline int invoked[kStages];
}}
"""
DRIVER = """\
#include <stdio.h>
#include "golden.h"
#include "staged_inference.h"
#include "stub_network.h"
int main() {
  int8_t softmax[TRECX_N_CLASSES];
  printf("%d\\n", trecx::RunStage(0, trecx_golden_input[0], softmax) == trecx::Status::kNotReady);
  if (trecx::Initialize() != trecx::Status::kOk || trecx::Initialize() != trecx::Status::kOk) return 2;
  const trecx::Status beyond = trecx::RunStage(TRECX_N_EXITS, trecx_golden_input[0], softmax);
  printf("%d\\n", beyond == trecx::Status::kBadArgument);
  printf("%d\\n", trecx::Infer(nullptr, nullptr) == trecx::Status::kBadArgument);
  for (int sample = 0; sample < TRECX_N_GOLDEN; ++sample) {
    trecx::Result result;
    if (trecx::Infer(trecx_golden_input[sample], &result) != trecx::Status::kOk) return 3;
    printf("%d %d %d", result.exit, result.class_index, result.confidence);
    for (int stage = 0; stage < TRECX_N_EXITS; ++stage) printf(" %d", stub::invoked[stage]);
    printf("\\n");
  }
  return 0;
}
"""


def fnv(data):
    value = 2166136261
    for byte in data:
        value = (value ^ byte) * 16777619 % 2**32
    return value


def braced(values):
    return "{" + ", ".join(map(str, values)) + "}"


def stub_network(content):
    """Return the header that tells the stand-in the tensors, the inputs and the outputs."""
    golden, stages = content.golden, content.network.stages
    slots = dict(enumerate(interface_of(content.network).slots, start=1))
    sizes = {0: golden.inputs[0].size} | {slot: value.n_bytes for slot, value in slots.items()}
    prefix = min(len(stage.content) for stage in stages)

    def tensors(numbers):
        return braced(braced((slot, sizes[slot])) for slot in numbers) if numbers else "{}"

    table = (
        braced((fnv(s.content[:prefix]), len(s.takes), tensors(s.takes), len(s.gives), tensors(s.gives)))
        for s in stages
    )
    return NETWORK.format(
        stages=len(stages),
        samples=len(golden.inputs),
        classes=golden.exits.shape[2],
        input_bytes=sizes[0],
        prefix=prefix,
        most=max(max(len(stage.takes), len(stage.gives)) for stage in stages) + 1,
        kept=KEPT,
        operators=len({operator.name for stage in stages for operator in stage.network().operators}),
        table=", ".join(table),
        inputs=", ".join(braced(sample.reshape(-1)) for sample in golden.inputs),
        exits=", ".join(braced(map(braced, sample)) for sample in golden.exits),
    )


class Firmware:
    """The folder of a deployment and programs that are built from it."""

    def __init__(self, path, content):
        self.folder, self.path = path / "deployment", path
        write_folder(content, self.folder)
        (path / "stub_network.h").write_text(stub_network(content))

    def run(self, source="main_example.cc", *sanitized):
        """Compile a source with the folder's own, and return what the program says and its exit status."""
        sources = [self.folder / name for name in ("model_data.cc", "staged_inference.cc")]
        includes = [f"-I{place}" for place in (STUB, self.folder, self.path)]
        program = self.path / "program"
        command = [
            compilers()[1],
            *STRICT,
            *sanitized,
            *includes,
            *sources,
            self.folder / source,
            "-o",
            program,
        ]
        subprocess.run(command, check=True)
        done = subprocess.run([program], capture_output=True, text=True, check=False)
        assert not done.stderr
        return done.stdout.splitlines(), done.returncode

    def decisions(self, *sanitized):
        """Return exit, class, confidence, and the stages run so far, of each golden sample."""
        (self.path / "driver.cc").write_text(DRIVER)
        lines, status = self.run(self.path / "driver.cc", *sanitized)
        assert (lines[:3], status) == (["1"] * 3, 0)
        return [tuple(map(int, line.split())) for line in lines[3:]]
