"""Processes that start at the same moment."""

import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any

FORKED = multiprocessing.get_context("fork")


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do each work in a process of its own, all at once; return what each returned, or its exception."""
    said, gate = FORKED.SimpleQueue(), FORKED.Barrier(len(works))

    def take_part(number: int) -> None:
        gate.wait()
        try:
            said.put((number, works[number]()))
        except Exception as error:
            said.put((number, type(error)(str(error))))  # without what caused it, which may not be sent

    processes = [FORKED.Process(target=take_part, args=(number,)) for number in range(len(works))]
    for process in processes:
        process.start()
    heard = dict(said.get() for _ in processes)
    for process in processes:
        process.join()
    return [heard[number] for number in range(len(works))]
