"""Reading of model files that Keras and TensorFlow write."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trecx.errors import ModelError
from trecx.nn import keras, tf
from trecx.nn.networks.layers import FirstChannels

KERAS_SUFFIXES = (".keras", ".h5", ".hdf5")
SIGNATURE = "serving_default"
FORMATS = "a SavedModel folder, a .keras file or a .h5 file"


@dataclass(frozen=True, eq=False)
class Network:
    """The content of a model file, before its exits are identified.

    Attributes:
        run: takes a float32 batch, returns the outputs as a flat list of tensors.
        inputs: shape (batch first, None if not fixed) and type name of each input.
        parameters: number of weights, trained or not.
    """

    run: Callable[[Any], list[Any]]
    inputs: tuple[tuple[tuple[int | None, ...], str], ...]
    parameters: int


def read_network(path: Path) -> Network:
    """Read a model file or folder.

    Loading a model can run code: read only files that you trust. Keras' safe mode stays on.

    Raises:
        ModelError: the path does not exist, or it cannot be read as a model.
    """
    if not path.exists():
        raise ModelError(f"there is no model at {path}; give {FORMATS}")
    if path.is_dir() and not (path / "saved_model.pb").is_file():
        raise ModelError(
            f"{path} is not a SavedModel folder: it has no saved_model.pb; give the folder that "
            f"model.export(…) wrote, or {FORMATS}"
        )
    if path.is_file() and path.suffix not in KERAS_SUFFIXES:
        raise ModelError(
            f"{path} has none of the file extensions {', '.join(KERAS_SUFFIXES)}; give {FORMATS}"
        )
    try:
        return _read_saved_model(path) if path.is_dir() else _read_keras(path)
    except ModelError:
        raise
    except Exception as error:  # damaged files raise errors of many types
        raise ModelError(
            f"{path} cannot be read as a model ({cause_in_brief(error)}); "
            "save it again with model.save('name.keras') or model.export('folder')"
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


def cause_in_brief(error: Exception) -> str:
    """Return type and first line of an error of TensorFlow or Keras; their messages are long."""
    first_line = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {first_line[:200]}"


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_keras(path: Path) -> Network:
    ours: dict[str, Any] = {"trecx>FirstChannels": FirstChannels}
    if path.suffix != ".keras":
        ours["DepthwiseConv2D"] = _SavedDepthwiseConv2D
    model = keras.models.load_model(path, custom_objects=ours, compile=False)
    inputs = tuple((tuple(tensor.shape), str(tensor.dtype)) for tensor in model.inputs)
    return Network(
        run=lambda batch: list(tf.nest.flatten(model(batch, training=False))),
        inputs=inputs,
        parameters=int(model.count_params()),
    )


def _read_saved_model(path: Path) -> Network:
    loaded = tf.saved_model.load(str(path))
    if SIGNATURE not in loaded.signatures:
        raise ModelError(
            f"{path} has no signature {SIGNATURE!r}, so it cannot run; write it with model.export('folder')"
        )
    signature = loaded.signatures[SIGNATURE]
    specs = signature.structured_input_signature[1]
    name = next(iter(specs), "")

    def run(batch: Any) -> list[Any]:
        # Through `loaded`, to keep a reference to it: its variables are freed with it.
        return list(tf.nest.flatten(loaded.signatures[SIGNATURE](**{name: batch})))

    return Network(
        run=run,
        inputs=tuple((_shape(spec), spec.dtype.name) for spec in specs.values()),
        parameters=sum(int(variable.shape.num_elements()) for variable in signature.variables),
    )


def _shape(spec: Any) -> tuple[int | None, ...]:
    return tuple(spec.shape.as_list()) if spec.shape.rank is not None else ()


class _SavedDepthwiseConv2D(keras.layers.DepthwiseConv2D):  # type: ignore[misc]  # keras is untyped
    """Accepts the argument `groups`, which TF 2 wrote to every .h5 file (always 1) and Keras 3 rejects."""

    def __init__(self, *args: Any, groups: int = 1, **options: Any) -> None:
        super().__init__(*args, **options)


class _SavedOptimizer(tf.Module):  # type: ignore[misc]  # tensorflow is untyped
    """Replaces the optimizer in a SavedModel of TF 2.3, which newer versions of TensorFlow cannot read."""

    def add_slot(self, var: Any, slot_name: str) -> Any:
        """Return a variable for a slot of the optimizer's state; it is not used."""
        return tf.Variable(tf.zeros_like(var), trainable=False, name=slot_name)


def _register_saved_optimizer() -> None:
    loading = tf.__internal__.saved_model.load
    version = loading.VersionedTypeRegistration(
        object_factory=lambda proto: _SavedOptimizer(),
        version=1,
        min_producer_version=1,
        min_consumer_version=1,
    )
    loading.register_revived_type("optimizer", lambda candidate: False, versions=[version])


_register_saved_optimizer()
