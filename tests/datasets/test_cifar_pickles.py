"""The original CIFAR-10 is read from its pickles, and no pickle runs anything."""

import hashlib
import os
import pickle
import struct

import numpy as np
import pytest

from trecx.datasets.cifar_pickles import read_batch
from trecx.datasets.download import fetch_dataset
from trecx.datasets.samples import open_samples
from trecx.datasets.single_sample import find_single_samples
from trecx.datasets.training_sets import open_training
from trecx.errors import DatasetError
from trecx.files import paths

ROWS = np.random.default_rng(0).integers(0, 256, (20, 3072), np.uint8)


def fault(folder, split="test"):
    with pytest.raises(DatasetError) as raised:
        open_samples("ic", folder, split=split)
    return str(raised.value)


def python2_batch(rows, labels):
    """A batch in the very opcodes in which Python 2 wrote CIFAR-10."""
    content = rows.tobytes()
    shape = b"M" + struct.pack("<H", len(rows)) + b"M" + struct.pack("<H", 3072) + b"\x86"
    array = b"cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85U\x01b\x87Rq\x09"
    dtype = b"cnumpy\ndtype\nq\nU\x02u1K\x00K\x01\x87Rq\x0b(K\x03U\x01|NNN" + 2 * b"J\xff\xff\xff\xff"
    state = b"(K\x01" + shape + dtype + b"K\x00tb\x89T" + struct.pack("<i", len(content)) + content + b"tb"
    listed = b"]q\x05(" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    about = b"U\x0bbatch_labelq\x02U\x0dtesting batchq\x03"
    return (
        b"\x80\x02}q\x01(" + about + b"U\x06labelsq\x04" + listed + b"U\x04dataq\x06" + array + state + b"u."
    )


def write_pickles(folder):
    folder.mkdir()
    for name in (
        "data_batch_1",
        "data_batch_2",
        "data_batch_3",
        "data_batch_4",
        "data_batch_5",
        "test_batch",
    ):
        (folder / name).write_bytes(python2_batch(ROWS, [number % 10 for number in range(20)]))
    return folder


@pytest.fixture
def pickles(tmp_path):
    return write_pickles(tmp_path / "pickles")


def test_pickled_images_are_unfolded_and_say_that_they_are_the_original(pickles):
    data = open_training("ic", pickles)
    assert (data.dataset, data.test.dataset) == ("CIFAR-10", "CIFAR-10 test")
    assert len(data.train.names) == 100 and data.test.names[:2] == ("test/00000", "test/00001")
    assert data.test.labels.tolist() == list(range(10)) * 2
    red, green, blue = ROWS[3, 5], ROWS[3, 1024 + 5], ROWS[3, 2048 + 5]
    assert data.test.raw[3:4][0, 0, 5].tolist() == [red, green, blue]
    assert data.train.raw[:].shape == (100, 32, 32, 3)


def test_what_numpy_writes_today_is_read_too(tmp_path):
    (tmp_path / "batch").write_bytes(pickle.dumps({b"data": ROWS, b"labels": [1] * 20}, protocol=4))
    images, labels = read_batch(tmp_path / "batch")
    assert np.array_equal(images.transpose(0, 3, 1, 2).reshape(20, -1), ROWS) and labels == [1] * 20


class Hostile:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("place", ["alone", "label", "data"])
def test_a_hostile_pickle_is_refused_before_it_runs(pickles, tmp_path, protocol, place):
    mark = tmp_path / "it ran"
    attack = Hostile(os.mkdir, str(mark))
    content = {"alone": attack, "label": {"labels": [attack]}, "data": {"data": attack}}[place]
    (pickles / "test_batch").write_bytes(pickle.dumps(content, protocol=protocol))
    text = fault(pickles)
    assert "test_batch: refers to " in text and "mkdir, which no array needs" in text
    assert not mark.exists()
    pickle.loads((pickles / "test_batch").read_bytes())
    assert mark.exists()  # so it was an attack


@pytest.mark.parametrize(
    "name", ["os system", "builtins getattr", "numpy load", "numpy ndarray.tofile", "_codecs encode"]
)
def test_no_other_name_is_admitted(tmp_path, name):
    (tmp_path / "batch").write_bytes(b"c" + name.replace(" ", "\n").encode() + b"\n.")
    with pytest.raises(DatasetError, match=f"refers to {name.replace(' ', '.')}"):
        read_batch(tmp_path / "batch")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([1, 2], "no array"),
        ({b"data": ROWS}, "no array"),
        ({b"data": ROWS, b"labels": [1]}, "no array"),
        ({b"data": ROWS.astype(np.int64), b"labels": [1] * 20}, "no array"),
        ({b"data": np.array([[{}]], object), b"labels": [1]}, "no array"),
        ({b"data": ROWS[:, :100].copy(), b"labels": [1] * 20}, "no array"),
        ({b"data": ROWS, b"labels": [10] * 20}, r"label outside 0\.\.9"),
        ({b"data": ROWS, b"labels": [None] * 20}, r"label outside 0\.\.9"),
    ],
)
def test_a_pickle_of_something_else_is_refused(tmp_path, content, expected):
    (tmp_path / "batch").write_bytes(pickle.dumps(content, protocol=4))
    with pytest.raises(DatasetError, match=expected):
        read_batch(tmp_path / "batch")


def test_a_batch_cut_short_or_broken_anywhere_gives_no_other_error(tmp_path):
    whole = python2_batch(ROWS[:2], [0, 1])
    random = np.random.default_rng(0)
    path = tmp_path / "batch"
    for size in [*range(200), *random.integers(200, len(whole), 100)]:
        path.write_bytes(whole[:size])
        with pytest.raises(DatasetError):
            read_batch(path)
    for _ in range(500):
        content = bytearray(whole)
        content[random.integers(250)] = random.integers(256)
        path.write_bytes(content)
        try:
            assert read_batch(path)[0].shape[1:] == (32, 32, 3)
        except DatasetError:
            pass


def test_missing_batches_are_all_named(pickles):
    (pickles / "data_batch_2").unlink()
    (pickles / "data_batch_4").unlink()
    text = fault(pickles, "train")
    assert (
        "2 faults" in text and "data_batch_2: cannot be read (No such file" in text and "data_batch_4" in text
    )


def test_a_folder_with_the_test_batch_alone_has_the_same_test_samples_and_nothing_to_train_on(pickles):
    of_archive = open_samples("ic", pickles)
    for number in range(1, 6):
        (pickles / f"data_batch_{number}").unlink()
    alone = open_samples("ic", pickles)
    assert (alone.dataset, alone.names) == (of_archive.dataset, of_archive.names)
    with pytest.raises(DatasetError, match=r"is only a test set(.|\n)*data fetch ic --key cifar10"):
        open_training("ic", pickles)


@pytest.mark.mirror
def test_the_test_batch_is_the_published_one_bit_for_bit(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path)
    folder = fetch_dataset("ic", folder=tmp_path)
    content = (folder / "test_batch").read_bytes()
    assert hashlib.md5(content).hexdigest() == "40351d587109b95175f43aff81a1287e"
    samples = open_samples("ic")
    assert (samples.dataset, samples.raw[:].shape) == ("CIFAR-10 test", (10_000, 32, 32, 3))
    assert np.bincount(samples.labels).tolist() == [1000] * 10
    image = find_single_samples("ic", "CIFAR-10 test").read("test/04321")
    assert np.array_equal(image, samples.raw[4321])
    position = content.index(samples.raw[:1, :, :, 0].tobytes()) + 1000  # a pixel of the first image
    (folder / "test_batch").write_bytes(content[:position] + b"\0" + content[position + 1 :])
    with pytest.raises(DatasetError, match=r"test_batch: its md5 is(.|\n)*data fetch ic"):
        open_samples("ic")
