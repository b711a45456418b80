"""Tasks that are not of the paper: task files, their samples, and a model of one's own scored on them."""

import wave

import numpy as np
import pytest
from PIL import Image

from trecx.datasets.custom_samples import open_custom_samples
from trecx.datasets.mfcc import mfccs
from trecx.datasets.task_file import read_task_file
from trecx.datasets.tasks import TASKS, checked_name, system_title, task_of
from trecx.errors import DatasetError, UnknownNameError
from trecx.importing.examples import TASK_FILES

IMAGES = """
name = "pets"
title = "Pets of our street"
samples = "images"
[preprocess]
size = [8, 6]
"""


@pytest.fixture
def task(tmp_path):
    def write(text):
        (tmp_path / "task.toml").write_text(text, encoding="utf-8")
        return read_task_file(tmp_path / "task.toml")

    return write


@pytest.fixture
def pictures(tmp_path):
    """Two classes of four images, 8 pixels high and 6 wide, of formats and modes of their own."""
    random = np.random.default_rng(0)
    for label in ("cat", "dog"):
        (tmp_path / "pictures" / label).mkdir(parents=True)
        for k, (mode, ending) in enumerate([("RGB", "png"), ("L", "png"), ("RGBA", "png"), ("RGB", "jpg")]):
            shape = (8, 6, len(mode)) if len(mode) > 1 else (8, 6)
            image = Image.fromarray(random.integers(0, 256, shape, np.uint8), mode)
            image.save(tmp_path / "pictures" / label / f"{k}.{ending}")
    return tmp_path / "pictures"


def write_wav(path, frames, rate=16_000, channels=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(np.asarray(frames, "<i2").tobytes())


@pytest.mark.parametrize("name", TASK_FILES)
def test_every_example_of_a_task_file_is_one(task, name):
    assert task(TASK_FILES[name]).name not in TASKS


def test_class_folders_are_the_labels_in_the_files_order_or_as_sorted(task, pictures):
    samples = open_custom_samples(task(IMAGES), pictures)
    assert samples.class_names == ("cat", "dog")
    assert (samples.task, samples.dataset) == ("pets", "Pets of our street")
    assert samples.labels.tolist() == [0] * 4 + [1] * 4
    assert samples.names[0] == "cat/0.png"
    turned = task('classes = ["dog", "cat"]\n' + IMAGES)
    assert open_custom_samples(turned, pictures).names[0] == "dog/0.png"


def test_images_of_any_mode_become_what_the_task_file_says(task, pictures):
    samples = open_custom_samples(task(IMAGES + "scale = 0.5\noffset = -1"), pictures)
    raw = next(samples.batches(8))
    assert (raw.shape, raw.dtype) == ((8, 8, 6, 3), np.uint8)
    with Image.open(pictures / "cat" / "0.png") as image:
        assert np.array_equal(raw[0], np.asarray(image))
    assert np.array_equal(samples.own.prepare(raw), raw.astype(np.float32) * 0.5 - 1)
    grey = open_custom_samples(task(IMAGES + 'colour = "grey"'), pictures)
    assert next(grey.batches(8)).shape == (8, 8, 6, 1)
    with Image.open(pictures / "cat" / "1.png") as image:
        assert np.array_equal(grey.raw[1:2][0, ..., 0], np.asarray(image))


def test_another_size_is_an_error_unless_it_is_to_be_resized(task, pictures):
    smaller = IMAGES.replace("[8, 6]", "[4, 3]")
    with pytest.raises(DatasetError, match="(?s)8 faults.*8×6 pixels instead of 4×3.*resize = true"):
        open_custom_samples(task(smaller), pictures)
    assert open_custom_samples(task(smaller + "resize = true"), pictures).raw[:].shape == (8, 4, 3, 3)


def test_wavs_are_checked_padded_or_cut_and_made_into_features(task, tmp_path):
    tone = (8_000 * np.sin(np.arange(16_000) / 9)).astype(np.int16)
    write_wav(tmp_path / "clips" / "bell" / "short.wav", tone[:10_000])
    write_wav(tmp_path / "clips" / "other" / "long.wav", np.tile(tone, 2))
    bells = 'name = "bells"\nsamples = "wavs"\n[preprocess]\n'
    samples = open_custom_samples(task(bells + 'features = "mfcc"'), tmp_path / "clips")
    assert np.array_equal(samples.raw[:], [[*tone[:10_000], *[0] * 6_000], tone])
    assert np.array_equal(samples.own.prepare(samples.raw[:]), mfccs(samples.raw[:]))
    waves = task(bells + "seconds = 0.5\nscale = 0.25")
    assert waves.prepare(open_custom_samples(waves, tmp_path / "clips").raw[:]).shape == (2, 8_000)
    with pytest.raises(DatasetError, match="16000 Hz, 1 channel.* instead of 8000 Hz"):
        open_custom_samples(task(bells + "sample_rate = 8000"), tmp_path / "clips")


def test_arrays_bring_their_labels(task, tmp_path):
    arrays = {"samples": np.arange(24.0).reshape(4, 3, 2), "labels": [0, 1, 1, 0]}
    np.savez(tmp_path / "x.npz", **arrays)
    gestures = 'name = "gestures"\nsamples = "npz"\n'
    samples = open_custom_samples(task(gestures), tmp_path / "x.npz")
    assert samples.class_names == ("0", "1")
    assert np.array_equal(samples.own.prepare(samples.raw[1:3]), arrays["samples"][1:3])
    np.savez(tmp_path / "y.npz", **arrays, names=["a", "b", "c", "d"])
    assert open_custom_samples(task(gestures), tmp_path / "y.npz").names == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"labels": [0, 1, 1]}, "4 samples need as many labels"),
        ({"labels": [0, 1, 2, 0]}, r"labels\[2\]: 2 is not one of the 2 classes"),
        ({"labels": [0.5, 1, 1, 0]}, "whole numbers"),
        ({"samples": np.array([{}] * 4, object)}, "Python objects, which are never loaded"),
        ({"samples": np.full((4, 2), np.nan)}, r"samples\[0\]: has a number that is not finite"),
        ({"samples": np.zeros(4)}, "one row per sample"),
    ],
)
def test_broken_arrays_are_told(task, tmp_path, changes, words):
    np.savez(tmp_path / "x.npz", **{"samples": np.zeros((4, 2)), "labels": [0, 1, 1, 0]} | changes)
    with pytest.raises(DatasetError, match=words):
        open_custom_samples(task('name = "g"\nsamples = "npz"\nclasses = ["a", "b"]'), tmp_path / "x.npz")


def test_every_fault_of_a_folder_is_counted_and_named(task, pictures):
    (pictures / "cat" / "notes.txt").write_text("no image")
    whole = (pictures / "dog" / "0.png").read_bytes()
    (pictures / "dog" / "0.png").write_bytes(whole[: len(whole) // 2])
    (pictures / "bird").mkdir()
    with pytest.raises(DatasetError, match="(?s)3 faults.*bird/: contains no image.*notes.txt.*dog/0.png"):
        open_custom_samples(task(IMAGES), pictures)
    named = task('classes = ["cat", "cow"]\n' + IMAGES)
    with pytest.raises(
        DatasetError, match="(?s)cow/: the folder is missing.*dog/: the folder is not a class"
    ):
        open_custom_samples(named, pictures)
    with pytest.raises(DatasetError, match="there is no folder"):
        open_custom_samples(task(IMAGES), pictures / "no")
    with pytest.raises(DatasetError, match="has 0 class folders"):
        open_custom_samples(task(IMAGES), pictures / "bird")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "cannot be read as a task file"),
        ('samples = "images"', "needs a name"),
        ('name = "pets"\nsamples = "videos"', "samples = one of images, wavs, npz"),
        ('name = "kws"\nsamples = "wavs"', "kws is a task of the paper"),
        (IMAGES + 'color = "rgb"', "'color' is not a setting for images; known: size, colour"),
        (IMAGES.replace("[8, 6]", "8"), r"preprocess.size must be \[height, width\]"),
        (IMAGES.replace("[8, 6]", "[8, true]"), "preprocess.size must be"),
        (IMAGES + "scale = nan", "preprocess.scale must be a number"),
        ('classes = ["cat", "../dog"]\n' + IMAGES, "a list of folder names"),
        ('classes = ["cat", "cat"]\n' + IMAGES, "two or more different names"),
        ('noun = "<b>"\n' + IMAGES, "noun must be a word or two"),
        ("colour = 1\n" + IMAGES, "unknown key 'colour'.*example --out"),
        (
            'name = "b"\nsamples = "wavs"\n[preprocess]\nfeatures = "mfcc"\nseconds = 2',
            "mfcc needs sample_rate = 16000 and seconds = 1",
        ),
    ],
)
def test_a_broken_task_file_is_told_with_its_key(task, text, words):
    with pytest.raises(DatasetError, match=f"(?s)task.toml.*{words}"):
        task(text)


def test_a_task_or_system_of_ones_own_has_a_plain_name():
    assert task_of("kws") is TASKS["kws"]
    assert (task_of("door-bell").title, task_of("door-bell").noun) == ("door-bell", "sample")
    assert task_of("door-bell", "clip").noun == "clip"
    assert (system_title("trecx"), system_title("mine-2")) == ("T-RECX", "mine-2")
    assert checked_name("task", "door-bell") == "door-bell"
    for name in ("", "a" * 41, "Door", "a b", "a/b", "é"):
        with pytest.raises(UnknownNameError, match="is not a valid name for a design"):
            checked_name("system", name)
