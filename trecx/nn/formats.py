"""The model files that can be read, and what each of them is."""

import hashlib
from pathlib import Path

from trecx.errors import ModelError
from trecx.nn.keras_files import read_keras
from trecx.nn.network import Network
from trecx.nn.saved_models import read_saved_model

KERAS_SUFFIXES = (".keras", ".h5", ".hdf5")
TFLITE_SUFFIX = ".tflite"
FORMATS = "a SavedModel folder, a .keras file, a .h5 file or a .tflite file"


def check_format(path: Path) -> None:
    """Check that a path may be a model.

    Raises:
        ModelError: the path does not exist, or is none of the formats.
    """
    if not path.exists():
        raise ModelError(f"there is no model at {path}; give {FORMATS}")
    if path.is_dir() and not (path / "saved_model.pb").is_file():
        raise ModelError(
            f"{path} is not a SavedModel folder: it has no saved_model.pb; give the folder that "
            f"model.export(…) wrote, or {FORMATS}"
        )
    if path.is_file() and path.suffix not in (*KERAS_SUFFIXES, TFLITE_SUFFIX):
        raise ModelError(
            f"{path} has none of the file extensions {', '.join((*KERAS_SUFFIXES, TFLITE_SUFFIX))}; "
            f"give {FORMATS}"
        )


def read_network(path: Path) -> Network:
    """Read a Keras file or a SavedModel folder.

    Loading such a model can run code: read only files that you trust. Keras' safe mode stays on.

    Raises:
        ModelError: it cannot be read as a model.
    """
    try:
        return read_saved_model(path) if path.is_dir() else read_keras(path)
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror or error}); check its permissions"
        ) from error


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, or of a folder: its files' relative paths and contents, sorted by path."""
    if path.is_file():
        return _file_digest(path)
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*"), key=lambda file: file.relative_to(path).as_posix()):
        if file.is_file():
            digest.update(f"{file.relative_to(path).as_posix()}\0{_file_digest(file)}\n".encode())
    return digest.hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
