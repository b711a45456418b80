"""Models, features and scoring, on tiny networks made here and on the published ones."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.needs_tensorflow import TENSORFLOW
from trecx.datasets.download import fetch_dataset
from trecx.datasets.samples import SampleSet, open_samples
from trecx.datasets.tasks import TASKS
from trecx.errors import ModelError, TrecxError, UnknownNameError, missing_tensorflow
from trecx.nn import keras, tf
from trecx.nn.features import FEATURE_SHAPES, features
from trecx.nn.models import ExitModel, load_model, require_exits
from trecx.nn.scoring import score_model, versions

# Keras' own, on reading a variable with NumPy 2.
pytestmark = [TENSORFLOW, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]
layers = keras.layers
SHAPE = (8, 8, 1)
AUTHORS = "raw.githubusercontent.com/nikhilghanathe/t-recx/934a4e9f500f0051bad5ee32a7cde0a492aec174"


def conv(tensor: Any, filters: int = 3) -> Any:
    return layers.Conv2D(filters, 3, padding="same", activation="relu")(tensor)


def head(tensor: Any, name: str | None = None, classes: int = 4, activation: str = "softmax") -> Any:
    return layers.Dense(classes, activation=activation, name=name)(layers.Flatten()(tensor))


def two_exits(shape: tuple[int, ...] = SHAPE, classes: int = 4) -> Any:
    """Named so that alphabetical order is wrong; the final exit comes first."""
    keras.utils.set_random_seed(1)
    image = keras.Input(shape)
    maps = conv(image)
    early = head(maps, "zz_early", classes)
    return keras.Model(image, [head(conv(maps), "aa_final", classes), early])


def saved(model: Any, path: Path) -> Path:
    if path.suffix:
        model.save(path)
    else:
        model.export(path, verbose=False)
    return path


def load(model: Any, folder: Path) -> ExitModel:
    return load_model(saved(model, folder / "model.keras"))


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "exported"])
def test_every_format_gives_the_networks_own_scores_early_exit_first(name: str, tmp_path: Path) -> None:
    network = two_exits()
    batch = np.random.default_rng(0).random((5, *SHAPE), dtype=np.float32)
    final, early = (np.asarray(output) for output in network(batch))
    model = load_model(saved(network, tmp_path / name))
    np.testing.assert_allclose(model.predict(batch), np.stack([early, final], axis=1), atol=1e-6)
    assert (model.name, model.input_shape, model.n_exits, model.n_classes) == (name, SHAPE, 2, 4)
    assert model.parameters == network.count_params()


def test_exit_flops_are_the_same_in_every_format(tmp_path: Path) -> None:
    network = two_exits()
    paths = [saved(network, tmp_path / name) for name in ("m.keras", "m.h5", "m")]
    assert len({tuple(load_model(path).exit_flops.tolist()) for path in paths}) == 1


def test_exits_are_in_the_order_of_the_network_however_long_a_head_is(tmp_path: Path) -> None:
    image = keras.Input(SHAPE)
    first = conv(image)
    second = conv(first)
    outputs = {
        "b": head(conv(conv(conv(conv(conv(first, 8), 8), 8))), classes=4),
        "c": head(second),
        "a": head(conv(second)),
    }
    order = ["a", "b", "c"]
    network = keras.Model(image, [outputs[name] for name in order])
    batch = np.random.default_rng(0).random((2, *SHAPE), dtype=np.float32)
    scores = dict(zip(order, map(np.asarray, network(batch)), strict=True))
    expected = np.stack([scores[name] for name in "bca"], axis=1)
    np.testing.assert_allclose(load(network, tmp_path).predict(batch), expected, atol=1e-6)


def test_a_smaller_last_batch_is_not_traced_anew(tmp_path: Path) -> None:
    model = load(two_exits(), tmp_path)
    for size in (4, 1, 3):
        assert model.predict(np.zeros((size, *SHAPE))).shape == (size, 2, 4)
    assert model._run.experimental_get_tracing_count() == 1  # type: ignore[attr-defined]


def test_a_batch_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"batch must have shape \(n, \*\(8, 8, 1\)\), got \(2, 9, 9, 1\)"):
        load(two_exits(), tmp_path).predict(np.zeros((2, 9, 9, 1)))


def test_sha256_follows_contents_and_paths_of_a_folder(tmp_path: Path) -> None:
    folder = saved(two_exits(), tmp_path / "exported")
    before = load_model(folder).sha256
    assert load_model(folder.rename(tmp_path / "moved")).sha256 == before
    (tmp_path / "moved" / "note.txt").write_text("one more file")
    assert load_model(tmp_path / "moved").sha256 != before


def one_input(outputs: Any) -> Any:
    image = keras.Input(SHAPE)
    return keras.Model(image, outputs(image))


def two_inputs() -> Any:
    images = [keras.Input(SHAPE), keras.Input(SHAPE)]
    return keras.Model(images, head(layers.Add()(images)))


@pytest.mark.parametrize(
    ("network", "complaint"),
    [
        (two_inputs, "takes 2 inputs"),
        (lambda: one_input(lambda image: [head(image), head(conv(image), classes=5)]), "of 4, 5 classes"),
        (lambda: one_input(conv), r"output of shape \(1, 8, 8, 3\) for one sample"),
        (
            lambda: one_input(lambda image: head(image, classes=1, activation="sigmoid")),
            r"output of shape \(1, 1\)",
        ),
        (lambda: one_input(lambda image: head(image, activation="linear")), "apply softmax"),
        (lambda: one_input(lambda image: [head(image)] * 2), "separate exit"),
        (lambda: one_input(lambda image: layers.Activation("softmax")(layers.Flatten()(image))), None),
        (lambda: keras.Model(image := keras.Input((8, 8, 1), 2), head(image)), "a variable batch size"),
        (lambda: keras.Model(i := keras.Input((9,), dtype="int32"), head(layers.Rescaling(1.0)(i))), "int32"),
    ],
)
def test_what_is_no_classifier_with_exits_is_refused_at_once(
    network: Any, complaint: str | None, tmp_path: Path
) -> None:
    path = saved(network(), tmp_path / "model.keras")
    if complaint is None:
        assert load_model(path).n_exits == 1
        return
    with pytest.raises(ModelError, match=complaint):
        load_model(path)


def test_what_is_no_model_is_refused_with_the_way_on(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "saved_model.pb").write_bytes(b"not a protobuf")
    for name in ("text.txt", "text.h5", "text.keras", "text.tflite"):
        (tmp_path / name).write_text("hello")
    expected = {
        "nowhere": "there is no model at .*; give a SavedModel folder",
        "empty": "is not a SavedModel folder: it has no saved_model.pb; give the folder",
        "damaged": r"cannot be read as a model. TensorFlow 2.*tf_keras 2.* copy it again; .*model\.export",
        "text.txt": "none of the file extensions .keras, .h5, .hdf5, .tflite; give",
        "text.h5": "neither a Keras archive nor an HDF5 file, .*; copy it again, or save it again",
        "text.keras": "neither a Keras archive nor an HDF5 file, .*; copy it again, or save it again",
        "text.tflite": "lacks the identifier of a .tflite file, .*; copy it again, or convert it again",
    }
    for name, complaint in expected.items():
        with pytest.raises(ModelError, match=complaint):
            load_model(tmp_path / name)


def test_a_saved_model_without_a_serving_signature_is_refused(tmp_path: Path) -> None:
    tf.saved_model.save(tf.Module(), str(tmp_path / "bare"))
    with pytest.raises(ModelError, match=r"no signature 'serving_default', .*model\.export"):
        load_model(tmp_path / "bare")


def test_a_baseline_has_one_exit_and_every_other_system_more(tmp_path: Path) -> None:
    one = load(one_input(head), tmp_path)
    two = load(two_exits(), tmp_path)
    require_exits(one, "baseline")
    require_exits(two, "sdn")
    with pytest.raises(ModelError, match="one output, but 'trecx' needs an early exit too; score it as"):
        require_exits(one, "trecx")
    with pytest.raises(ModelError, match="has 2 exits, but a baseline has one; score it as"):
        require_exits(two, "baseline")


class MadeUpSamples(SampleSet):
    """Random images in place of a dataset on disk."""

    def batches(self, size: int) -> Iterator[Any]:
        images = np.random.default_rng(0).integers(0, 256, (len(self.names), 32, 32, 3), np.uint8)
        for start in range(0, len(images), size):
            yield images[start : start + size]


def made_up_samples(n_samples: int, task: str = "ic") -> SampleSet:
    labels = np.arange(n_samples) % 10
    names = tuple(f"image {number}" for number in range(n_samples))
    return MadeUpSamples(task, "made up", "test", TASKS[task].class_names, names, labels, Path())


def test_scores_do_not_depend_on_the_batch_size_and_progress_reaches_the_end(tmp_path: Path) -> None:
    model, samples = load(two_exits((32, 32, 3), 10), tmp_path), made_up_samples(7)
    steps: list[tuple[str, int, int | None]] = []
    scores = score_model(model, samples, lambda *step: steps.append(step), batch_size=3)
    at_once = score_model(model, samples, batch_size=100)
    np.testing.assert_allclose(scores.probabilities, at_once.probabilities, atol=1e-4)
    assert steps == [("scoring", done, 7) for done in (0, 3, 6, 7)]
    assert scores.exit_flops.tolist() == model.exit_flops.tolist()
    assert (scores.class_names, scores.sample_names) == (samples.class_names, samples.names)
    assert scores.labels.tolist() == samples.labels.tolist()


def test_a_model_of_another_task_is_refused_before_scoring(tmp_path: Path) -> None:
    samples = made_up_samples(3)
    with pytest.raises(ModelError, match=r"shape \(8, 8, 1\), but .* 'ic' have shape \(32, 32, 3\)"):
        score_model(load(two_exits(), tmp_path), samples)
    with pytest.raises(ModelError, match="has 4 classes, but task 'ic' has 10"):
        score_model(load(two_exits((32, 32, 3)), tmp_path), samples)


def test_features_of_clips_without_a_positive_maximum_are_finite() -> None:
    clips = np.zeros((4, 16_000), np.int16)
    clips[1] = -1
    clips[2, ::40] = -32_768  # 400 Hz below zero
    clips[3, 5] = 1
    mfccs = features("kws", clips)
    assert mfccs.shape == (4, *FEATURE_SHAPES["kws"])
    assert mfccs.dtype == np.float32
    assert np.isfinite(mfccs).all()
    assert np.abs(mfccs[2] - mfccs[0]).max() > 1, "a clip below zero is no silence"


def test_kws_features_do_not_hear_loudness_and_follow_the_maximum_not_the_amplitude() -> None:
    clip = np.random.default_rng(0).integers(-8_000, 2_000, (1, 16_000)).astype(np.int16)
    clip[0, 0] = 2_000
    louder = features("kws", 2 * clip)
    np.testing.assert_allclose(louder, features("kws", clip), atol=1e-3)
    clip[0, 1] = 16_000  # eight times the maximum: the first MFCC falls by log 8 · √(2 · 40)
    fall = (louder - features("kws", clip))[0, 1:, 0, 0]
    np.testing.assert_allclose(fall, np.log(8) * np.sqrt(80), rtol=0.01)


def test_pixels_are_scaled_for_vww_and_not_for_ic() -> None:
    image = np.full((1, 2, 2, 3), 255, np.uint8)
    assert features("vww", image).max() == 1
    assert features("ic", image).max() == 255
    with pytest.raises(UnknownNameError, match="unknown task 'mnist'; known: kws, ic, vww"):
        features("mnist", image)


def test_versions_name_what_scores_depend_on() -> None:
    assert versions()["tensorflow"] == tf.__version__
    assert set(versions()) == {"python", "tensorflow", "keras", "numpy"}


def test_tensorflow_starts_without_a_word() -> None:
    code = "from trecx.nn.features import features; import numpy as np; features('kws', np.ones((1, 16000)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_missing_tensorflow_is_said_with_the_remedy() -> None:
    code = "import sys; sys.modules['tensorflow'] = None; import trecx.nn"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.endswith(f"{TrecxError.__module__}.ModelError: {missing_tensorflow()}\n")


PUBLISHED_ACCURACY = {
    ("kws", "keyword_spotting/trained_models/kws_ref_model"): [92.17],
    ("kws", "keyword_spotting/trained_models/model_with_ev_assist"): [88.59, 92.43],
    ("ic", "image_classification/trained_models/pretrainedResnet.h5"): [87.19],
    ("ic", "image_classification/trained_models/model_with_ev_assist"): [73.42, 87.40],
    ("ic", "image_classification/trained_models/model_without_ev_assist"): [73.91, 86.73],
    ("ic", "image_classification/trained_models/model_sdn"): [63.30, 75.04, 86.36],
    ("ic", "image_classification/trained_models/model_branchynet"): [72.46, 79.70, 85.73],
    ("vww", "visual_wake_words/trained_models/vww_96.h5"): [85.3],
    ("vww", "visual_wake_words/trained_models/model_with_ev_assist"): [82.0, 86.6],
}


@pytest.fixture(scope="module")
def test_sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SampleSet]:
    folder = tmp_path_factory.mktemp("samples")
    return {task: open_samples(task, fetch_dataset(task, folder=folder)) for task in ("kws", "ic", "vww")}


@pytest.mark.mirror
@pytest.mark.parametrize(("task", "path"), PUBLISHED_ACCURACY)
def test_a_published_model_has_the_accuracy_of_the_reference(
    task: str, path: str, test_sets: dict[str, SampleSet]
) -> None:
    model = load_model(Path(os.environ["TRECX_MIRROR"]) / AUTHORS / path)
    accuracy = 100 * score_model(model, test_sets[task]).standalone_accuracy
    assert accuracy == pytest.approx(PUBLISHED_ACCURACY[task, path], abs=0.02)


@pytest.mark.mirror
def test_jpegs_cost_a_published_image_model_about_eleven_points(tmp_path: Path) -> None:
    jpegs = open_samples("ic", fetch_dataset("ic", folder=tmp_path, key="cifar10-jpeg"))
    path = "image_classification/trained_models/model_with_ev_assist"
    model = load_model(Path(os.environ["TRECX_MIRROR"]) / AUTHORS / path)
    final = 100 * score_model(model, jpegs).standalone_accuracy[-1]
    assert PUBLISHED_ACCURACY["ic", path][-1] - final == pytest.approx(11, abs=0.5)
