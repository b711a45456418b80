"""Memory that is freed leaves the server: measured in a process of its own, as others would disturb it."""

import ctypes
import subprocess
import sys

import pytest

from tests.conftest import ROOT

GLIBC = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim")
FREED = """
import os, sys
from pathlib import Path
import numpy as np
from app.shared.memory import give_back, map_large_blocks

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20

def taken(n_bytes, number):
    return [np.ones(n_bytes, np.uint8) for _ in range(number)]

if "map" in sys.argv:
    map_large_blocks()
first = taken(16 << 20, 2)
del first  # glibc raises its limit to 16 MB
before = resident()
held = taken(1 << 20 if "large" in sys.argv else 1 << 15, 64 if "large" in sys.argv else 2048)
last = held.pop()  # the end of the pool is in use
full = resident()
del held
if "give" in sys.argv:
    give_back()
print(before, full, resident())
"""


def left(*words):
    """Share of 64 MB that is still with a process after they are freed."""
    command = [sys.executable, "-W", "ignore", "-c", FREED, *words]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    before, full, after = (int(number) for number in ran.stdout.split())
    assert full - before > 50
    return (after - before) / (full - before)


@pytest.mark.skipif(not GLIBC, reason="of glibc")
def test_large_blocks_leave_with_the_last_reference_and_small_ones_when_they_are_given_back():
    assert left("large") > 0.5 > 0.1 > left("large", "map")
    assert left("small") > 0.5 > 0.1 > left("small", "give")


def test_where_the_c_library_has_no_such_function_nothing_happens(monkeypatch):
    from app.shared import memory

    monkeypatch.setattr(memory.ctypes, "CDLL", lambda _: object())
    memory.map_large_blocks()
    memory.give_back()
