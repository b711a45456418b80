"""A process that reads an HDF5 file, or the one in a `.keras` archive, from end to end: `python FILE MODEL`.

The HDF5 library is C. A damaged file can make it crash or loop forever, where nothing in Python can stop it:
then this process ends, and not the one that asked. It is run by its path: `trecx.nn` takes seconds to load.
"""

import io
import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import h5py

_WAIT_S, _WORK_S = 300, 60
_MEMORY_BYTES = 8 * 1024**3
_WEIGHTS = "model.weights.h5"
_SAID = 300


def read_hdf5_in_process(path: Path) -> str:
    """Read a model's HDF5 file in another process; return why that is not possible, and nothing if it is."""
    command = [sys.executable, "-P", __file__, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_WAIT_S, check=False)
    except subprocess.TimeoutExpired:
        return f"the HDF5 library did not finish in {_WAIT_S} s"
    if done.returncode < 0:
        return f"the HDF5 library crashed or did not end (signal {-done.returncode})"
    return done.stdout.decode("utf-8", "replace").strip()[:_SAID] if done.returncode else ""


def _read_all(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        with h5py.File(path) as file:
            _visit("/", file)
            file.visititems(_visit)
        return
    with zipfile.ZipFile(path) as archive:
        if _WEIGHTS in archive.namelist():
            with h5py.File(io.BytesIO(archive.read(_WEIGHTS))) as file:
                file.visititems(_visit)


def _visit(_: str, item: Any) -> None:
    for name in item.attrs:
        item.attrs[name]
    if isinstance(item, h5py.Dataset):
        item[()]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (_WORK_S, _WORK_S))
    if sys.platform == "linux":  # elsewhere, this limit cannot always be set
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    try:
        _read_all(Path(sys.argv[1]))
    except Exception as error:  # h5py raises errors of many types on a damaged file
        print(f"{type(error).__name__}: {error}")
        sys.exit(1)
