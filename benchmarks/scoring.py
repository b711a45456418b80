"""Scoring and storing kws/trecx against Keras predicting on features computed before."""

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.measure import Row, median_ms
from trecx.datasets.download import fetch_dataset, fetch_models
from trecx.datasets.samples import open_samples
from trecx.store import Provenance, Store


def rows() -> list[Row]:
    """Measure scoring with storing but without features, and the features."""
    from trecx.nn import keras
    from trecx.nn.features import features
    from trecx.nn.models import load_model
    from trecx.nn.scoring import score_model

    fetch_dataset("kws")
    path = fetch_models("kws")["trecx"]
    samples, model = open_samples("kws"), load_model(path)
    ready = np.concatenate([features("kws", raw) for raw in samples.batches(128)])
    inputs = keras.Input(model.input_shape)
    bare = keras.Model(inputs, keras.layers.TFSMLayer(str(path), call_endpoint="serving_default")(inputs))

    with tempfile.TemporaryDirectory() as folder:
        store = Store(str(Path(folder) / "scores.sqlite"))
        about = Provenance("kws", "trecx", "published", "benchmark", "test", "trecx", model.sha256, None, {})

        def ours() -> None:
            store.save_run(about, score_model(model, samples), again=True)

        def of_features() -> None:
            for raw in samples.batches(128):
                features("kws", raw)

        whole, reading, predict = median_ms(
            ours, of_features, lambda: bare.predict(ready, batch_size=128, verbose=0), repeats=5
        )
    peer = "keras predict of the same model on features computed before, batches of 128"
    return [
        Row(
            "score kws/trecx and store",
            peer,
            len(ready),
            whole - reading,
            predict,
            "clips; without their features, which are the next row",
        ),
        Row(
            "reading clips and their features",
            peer,
            len(ready),
            reading,
            predict,
            "not included in the row above",
        ),
    ]
