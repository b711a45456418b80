"""Samples some at a time, on several cores: the same as one after the other."""

import subprocess
import sys
import threading

import pytest

from tests.conftest import ROOT
from trecx.scores import sample_blocks
from trecx.scores.sample_blocks import each_block


def test_blocks_are_worked_at_in_several_threads_and_come_back_in_order(monkeypatch):
    monkeypatch.setattr(sample_blocks, "BLOCK", 10)
    monkeypatch.setattr(sample_blocks.os, "cpu_count", lambda: 2)
    sample_blocks._cores.cache_clear()
    both = threading.Barrier(2, timeout=60)  # nobody passes it alone

    def work(part, name):
        both.wait()
        return part.start, part.stop, name

    assert each_block(work, 40, "abcd") == [(0, 10, "a"), (10, 20, "b"), (20, 30, "c"), (30, 40, "d")]
    sample_blocks._cores.cache_clear()


FORKED = """
import os
from trecx.scores import sample_blocks

sample_blocks.BLOCK = 1
assert sample_blocks.each_block(lambda part: part.stop, 3) == [1, 2, 3]
child = os.fork()
if not child:
    os._exit(sample_blocks.each_block(lambda part: part.stop, 3) != [1, 2, 3])
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


def test_a_forked_process_has_threads_of_its_own():
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORKED], check=True, timeout=60, cwd=ROOT)


def test_one_block_starts_no_thread(monkeypatch):
    monkeypatch.setattr(sample_blocks, "_cores", None)
    assert each_block(lambda part: part.stop, 10) == [10]
    assert each_block(lambda part: part.stop, 0) == []


def test_an_error_in_a_block_is_the_callers(monkeypatch):
    monkeypatch.setattr(sample_blocks, "BLOCK", 1)
    with pytest.raises(ZeroDivisionError):
        each_block(lambda part: 1 / (part.start - 1), 2)
