"""Limits of a process that reads what it cannot trust."""

import resource
from pathlib import Path


def limit_process(memory_bytes: int, work_s: int | None = None) -> None:
    """Let this process take only so much memory more than it has, and so much of the processor's time.

    Args:
        memory_bytes: to allocate from now on; not limited where the system does not tell what is taken.
        work_s: seconds of processor time; None: as many as needed.
    """
    if work_s is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (work_s, work_s))
    taken = Path("/proc/self/statm")
    if taken.exists():  # Linux
        pages = int(taken.read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
