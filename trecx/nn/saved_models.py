"""SavedModel folders: read by TensorFlow and, if it cannot run them, by `tf_keras`."""

from pathlib import Path
from typing import Any

from trecx.errors import ModelError
from trecx.nn import tf
from trecx.nn.keras_files import network_of, unreadable
from trecx.nn.legacy_keras import read_legacy
from trecx.nn.network import Network
from trecx.nn.reasons import whole_reason

SIGNATURE = "serving_default"


def read_saved_model(path: Path) -> Network:
    """Read a SavedModel folder.

    Raises:
        ModelError: neither TensorFlow nor `tf_keras` can run it; the message has the reason of both.
    """
    try:
        return _signature_of(path)
    except Exception as error:  # damaged files raise errors of many types
        cause = str(error) if isinstance(error, ModelError) else whole_reason(error)
        reason = f"TensorFlow {tf.__version__}: {cause}"
    try:
        return network_of(read_legacy(path))
    except Exception as error:
        raise unreadable(path, reason, error) from error


def _signature_of(path: Path) -> Network:
    loaded = tf.saved_model.load(str(path))
    if SIGNATURE not in loaded.signatures:
        raise ModelError(f"the folder has no signature {SIGNATURE!r}, so it cannot run")
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
