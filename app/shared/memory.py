"""Memory of the server: what is no longer used goes back to the system."""

import ctypes
import gc
import sys

_M_MMAP_THRESHOLD = -3  # of malloc.h
_LARGE = 256 * 1024  # bytes


def map_large_blocks() -> None:
    """Let glibc return every large block to the system when it is freed.

    By itself, it raises the limit to 32 MB as blocks are freed, and keeps them in a pool per thread.
    Streamlit runs each page in a new thread: over 300 changes of page, the pools grow to twice the memory
    that is used. Another C library has no such setting.
    """
    _of_glibc("mallopt", _M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Free what nothing refers to, and return the pages that Arrow's pool and glibc keep for later.

    Without it, the memory of a large upload stays with the server.
    """
    gc.collect()
    if arrow := sys.modules.get("pyarrow"):
        arrow.default_memory_pool().release_unused()
    _of_glibc("malloc_trim", 0)


def _of_glibc(function: str, *numbers: int) -> None:
    try:
        getattr(ctypes.CDLL(None), function)(*numbers)
    except (AttributeError, OSError, TypeError):  # macOS, musl; Windows, which has no library of this name
        return
