"""Models of Keras 2, read by `tf_keras`: it is loaded only if Keras 3 or TensorFlow cannot read a file."""

import json
import zipfile
from pathlib import Path
from typing import Any

from trecx.errors import ModelError
from trecx.nn.legacy_config import check_config, known_classes

METADATA, METRIC = "keras_metadata.pb", "_tf_keras_metric"


def read_legacy(path: Path) -> Any:
    """Return the model of a file or SavedModel folder that Keras 2 wrote, as an object of `tf_keras`.

    Its configuration is checked first; bytecode in it is never run.

    Raises:
        ModelError: `tf_keras` is not installed, or the configuration has a part that could run code.
        Exception: of any type, if `tf_keras` cannot read the model.
    """
    try:
        import tf_keras
        from tf_keras.src.saving.serialization_lib import SafeModeScope
    except ModuleNotFoundError as error:
        raise ModelError(f"it is not installed ({error}); to install it, run 'make backend'") from error
    for config in _configs(path):
        check_config(config, known_classes())
    with SafeModeScope(True):  # its own argument is without effect in an .h5 file and in a folder
        model = tf_keras.models.load_model(str(path), compile=False)
    if not getattr(model, "inputs", None):
        raise ModelError("the shape of its input is not stored")
    return model


def _configs(path: Path) -> list[Any]:
    """Return the configurations in a model file, or in the metadata of a SavedModel's layers."""
    if path.is_dir():
        return [json.loads(text) for text in _layer_metadata(path)]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return [json.loads(archive.read("config.json"))]
    return [json.loads(config_in_hdf5(path) or "null")]


def config_in_hdf5(path: Path) -> str | None:
    """Return the configuration in an HDF5 file, as JSON; None if it holds weights only."""
    import h5py

    with h5py.File(path) as file:
        config = file.attrs.get("model_config")
    return config.decode("utf-8") if isinstance(config, bytes) else config


def _layer_metadata(folder: Path) -> list[str]:
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
    from tf_keras.protobuf.saved_metadata_pb2 import SavedMetadata

    if (folder / METADATA).is_file():
        nodes = SavedMetadata.FromString((folder / METADATA).read_bytes()).nodes
    else:  # as TensorFlow 2.4 and older wrote it
        saved = SavedModel.FromString((folder / "saved_model.pb").read_bytes())
        nodes = [node.user_object for graph in saved.meta_graphs for node in graph.object_graph_def.nodes]
    layers = [node.metadata for node in nodes if node.metadata and node.identifier != METRIC]
    if not layers:
        raise ModelError("the folder was not written by Keras 2")
    return layers
