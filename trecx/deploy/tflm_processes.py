"""Stages run by TensorFlow Lite Micro in processes of their own, one for each processor core."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

import trecx
from trecx.deploy.stages import StagedNetwork
from trecx.deploy.tflm import ArenaUse, Levels
from trecx.errors import ModelError

_ROOT = Path(trecx.__file__).parents[1]
_SAMPLES_AT_ONCE = 32


class _Worker:
    """One process that runs the stages of a network."""

    def __init__(self, staged: StagedNetwork) -> None:
        self._staged = staged
        self._shape = staged.input_shape
        self._exits = (staged.n_exits, staged.n_classes)
        self._errors = tempfile.TemporaryFile()  # closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "trecx.deploy.tflm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=_ROOT,
        )

    def load(self, memory: bool) -> list[ArenaUse]:
        """Load the stages; return the memory of each, if it is asked for.

        Raises:
            ModelError: TensorFlow Lite Micro cannot run the stages, or crashed; the message says why.
        """
        staged = self._staged
        asked = {
            "stages": [(len(part.content), part.takes, part.gives, part.n_exits) for part in staged.stages],
            "shape": self._shape,
            "memory": memory,
        }
        self._send(json.dumps(asked).encode() + b"\n", *(stage.content for stage in staged.stages))
        told = self._read_line()
        if "error" in told:
            raise ModelError(f"TensorFlow Lite Micro cannot run it: {self._reason(told['error'])}")
        return [ArenaUse(*use) for use in told["memory"]]

    def exits(self, samples: Levels) -> Levels:
        """Return every exit's softmax, of shape (n, n_exits, n_classes)."""
        n_bytes = int(np.prod(self._exits))
        found = bytearray()
        for sample in samples:
            self._send(np.ascontiguousarray(sample).tobytes())
            found += self._read(n_bytes)
        return np.frombuffer(bytes(found), np.int8).reshape(len(samples), *self._exits)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _send(self, *parts: bytes) -> None:
        assert self._process.stdin is not None
        try:
            for part in parts:
                self._process.stdin.write(part)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._crash() from error

    def _read(self, n_bytes: int) -> bytes:
        assert self._process.stdout is not None
        content = self._process.stdout.read(n_bytes)
        if len(content) < n_bytes:
            raise self._crash()
        return content

    def _read_line(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._crash()
        return json.loads(line)

    def _crash(self) -> ModelError:
        status = self._process.wait()
        how = f"signal {-status}" if status < 0 else f"status {status}"
        operators = sorted({each.name for part in self._staged.stages for each in part.network().operators})
        return ModelError(
            f"TensorFlow Lite Micro stopped ({how}): {self._reason('it gave no reason')}; the network is "
            f"damaged, or it lacks one of the operators {', '.join(operators)}. Replace the layer that needs "
            "it, and convert the network again"
        )

    def _reason(self, otherwise: str) -> str:
        """Return the last line that the kernels wrote to standard error."""
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else otherwise


@contextmanager
def _started(staged: StagedNetwork) -> Iterator[_Worker]:
    worker = _Worker(staged)
    try:
        yield worker
    finally:
        worker.close()


def arena_uses(staged: StagedNetwork) -> list[ArenaUse]:
    """Return the memory of each stage.

    Raises:
        ModelError: TensorFlow Lite Micro cannot run a stage, or is not installed.
    """
    with _started(staged) as worker:
        return worker.load(memory=True)


def run_stages(staged: StagedNetwork, batches: Iterable[Levels]) -> Iterator[Levels]:
    """Run the stages, and yield every exit's softmax of each batch, of shape (n, n_exits, n_classes).

    Args:
        staged: the network.
        batches: the network's input, int8 of shape (n, *input_shape), a part of the samples at a time.

    Raises:
        ModelError: TensorFlow Lite Micro cannot run a stage, or is not installed.
    """
    with ExitStack() as stack:
        workers: SimpleQueue[_Worker] = SimpleQueue()
        n_workers = os.cpu_count() or 1
        for _ in range(n_workers):
            worker = stack.enter_context(_started(staged))
            worker.load(memory=False)
            workers.put(worker)
        pool = stack.enter_context(ThreadPoolExecutor(n_workers))

        def run(samples: Levels) -> Levels:
            worker = workers.get()
            try:
                return worker.exits(samples)
            finally:
                workers.put(worker)

        for batch in batches:
            parts = [batch[k : k + _SAMPLES_AT_ONCE] for k in range(0, len(batch), _SAMPLES_AT_ONCE)]
            yield np.concatenate(list(pool.map(run, parts)))
