"""Model files of Keras: read by Keras 3 and, if it cannot, by `tf_keras`, which reads those of Keras 2."""

import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from trecx.errors import ModelError
from trecx.nn import keras, tf
from trecx.nn.hdf5_trial import read_hdf5_in_process
from trecx.nn.legacy_keras import config_in_hdf5, read_legacy
from trecx.nn.network import Network
from trecx.nn.networks.layers import FirstChannels
from trecx.nn.reasons import whole_reason

_EXPORT = (
    "in the environment where the model was made, write it with model.export('folder'), and score this folder"
)
_AGAIN = "copy it again, or save it again with model.save('name.keras') or model.export('folder')"
_COPY = "If it may be damaged or incomplete, copy it again; otherwise"
_HDF5 = b"\x89HDF\r\n\x1a\n"


def read_keras(path: Path) -> Network:
    """Read a `.keras`, `.h5` or `.hdf5` file.

    Raises:
        ModelError: neither Keras 3 nor `tf_keras` can read it; the message has the reason of both.
    """
    _check_container(path)
    try:
        return network_of(_read_keras_3(path))
    except Exception as error:  # damaged files raise errors of many types
        reason = f"Keras {keras.__version__}: {whole_reason(error)}"
    try:
        return network_of(read_legacy(path))
    except Exception as error:
        raise unreadable(path, reason, error) from error


def network_of(model: Any) -> Network:
    """Return the content of a Keras model, of Keras 3 or of `tf_keras`."""
    return Network(
        run=lambda batch: list(tf.nest.flatten(model(batch, training=False))),
        inputs=tuple(
            (tuple(tensor.shape), str(getattr(tensor.dtype, "name", tensor.dtype))) for tensor in model.inputs
        ),
        parameters=int(model.count_params()),
    )


def unreadable(path: Path, reason: str, error: Exception) -> ModelError:
    """Return the error for a model that nothing can read.

    Args:
        path: the model's file or folder.
        reason: why the first reader cannot read it, with the reader's name.
        error: what `tf_keras` raised.
    """
    refused = isinstance(error, ModelError)  # on purpose: another copy of the file would be refused as well
    legacy = str(error) if refused else whole_reason(error)
    return ModelError(
        f"{path} cannot be read as a model. {reason.rstrip('.')}. tf_keras {_installed('tf_keras')}, for "
        f"models of Keras 2: {legacy.rstrip('.')}. {'To score it' if refused else _COPY}, {_EXPORT}"
    )


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"


def _check_container(path: Path) -> None:
    """Check that a file is an archive or HDF5, whole, and that it holds a network.

    Raises:
        ModelError: it is another file, damaged, or holds weights only.
    """
    is_archive = zipfile.is_zipfile(path)
    with path.open("rb") as file:
        if not is_archive and file.read(len(_HDF5)) != _HDF5:
            raise ModelError(
                f"{path} cannot be read as a model: it is neither a Keras archive nor an HDF5 file, so it is "
                f"damaged, incomplete or something else; {_AGAIN}"
            )
    if damage := read_hdf5_in_process(path):
        raise ModelError(f"{path} cannot be read as a model: it is damaged ({damage}); {_AGAIN}")
    if not is_archive and config_in_hdf5(path) is None:
        raise ModelError(
            f"{path} holds weights only, not the network; in the environment where it was made, save the "
            "whole model with model.save('name.keras') or model.export('folder')"
        )


def _read_keras_3(path: Path) -> Any:
    ours: dict[str, Any] = {"trecx>FirstChannels": FirstChannels}
    if path.suffix != ".keras":
        ours["DepthwiseConv2D"] = _SavedDepthwiseConv2D
    return keras.models.load_model(path, custom_objects=ours, compile=False)


class _SavedDepthwiseConv2D(keras.layers.DepthwiseConv2D):  # type: ignore[misc]  # keras is untyped
    """Accepts the argument `groups`, which TF 2 wrote to every .h5 file (always 1) and Keras 3 rejects."""

    def __init__(self, *args: Any, groups: int = 1, **options: Any) -> None:
        super().__init__(*args, **options)
