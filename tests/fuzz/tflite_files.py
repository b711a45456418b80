"""Spoilt `.tflite` files, each run in a fork: `python -m tests.fuzz.tflite_files SECONDS FILE…`.

Prints how often each end was met. Fails if Python raised anything but a `ModelError` before TensorFlow Lite
saw the file, or took long. TensorFlow Lite may crash: that is why `trecx.nn.tflite.trial` is a process.
"""

import os
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from trecx.errors import ModelError
from trecx.nn.tflite.flops import check_operators, count_exit_flops, parameter_count
from trecx.nn.tflite.graph import read_operators
from trecx.nn.tflite.interpreter import Interpreter

FILES = 300
WORK_S, MEMORY_BYTES = 20, 4 * 1024**3
NUMBERS = (0, 1, 100, 255, 2**16, 2**31 - 1, 2**32 - 1)


def spoilt(content: bytes, draw: random.Random) -> bytes:
    """Return a file with some bytes changed, mostly of its tables, which lie around the weights."""
    data = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 4, 8, 30))):
        at = draw.choice((draw.randrange(len(data)), draw.randrange(min(len(data), 4_000))))
        kind = draw.random()
        if kind < 0.4:
            data[at] = draw.randrange(256)
        elif kind < 0.7:
            data[at : at + 4] = draw.choice(NUMBERS).to_bytes(4, "little")
        elif kind < 0.9:
            data[at] ^= 1 << draw.randrange(8)
        else:
            del data[at : at + draw.randrange(1, 9)]
    return bytes(data)


def run_in_fork(content: bytes) -> str:
    """Run a file as the trial does, and return how that ended."""
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status):
            return f"crashed (signal {os.WTERMSIG(status)})"
        return {0: "ran", 1: "refused", 2: "refused by TensorFlow Lite"}[os.WEXITSTATUS(status)]
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (WORK_S, WORK_S))
    try:
        graph, network = read_operators(content), Interpreter(content)
        for sample in np.random.default_rng(0).normal(size=(3, *network.input_shape)):
            network.run(sample.astype(np.float32))
        shapes = network.shapes()
        count_exit_flops(graph, shapes, range(len(graph.outputs)))
        parameter_count(graph, shapes)
    except ModelError:
        os._exit(1)
    except BaseException:
        os._exit(2)
    os._exit(0)


def main(seconds: float, seeds: list[bytes]) -> int:
    """Run the same files every time, or others for so long; return 1 if one is not read as promised."""
    draw, ends = random.Random(time.time() if seconds else 0), Counter[str]()
    end = time.time() + seconds
    while ends.total() < FILES or time.time() < end:
        content = spoilt(draw.choice(seeds), draw)
        started = time.process_time()
        try:
            check_operators(read_operators(content))
        except ModelError:
            ends["refused before it was run"] += 1
        except Exception as error:
            print(f"raised {error!r}")
            return 1
        else:
            ends[run_in_fork(content)] += 1
        if time.process_time() - started > WORK_S:
            print("took long")
            return 1
    print("\n".join(f"{count:,} {name}" for name, count in ends.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), [Path(name).read_bytes() for name in sys.argv[2:]]))
