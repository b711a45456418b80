"""CIFAR-10 is read from JPEG files, decoded once, and says that it is not the original."""

import hashlib
import io
import tarfile

import numpy as np
import pytest
from PIL import Image

from trecx.datasets import cifar
from trecx.datasets.download import choose_dataset, fetch_dataset
from trecx.datasets.jpeg import read_jpeg
from trecx.datasets.samples import open_samples
from trecx.datasets.sources import load_sources
from trecx.datasets.tasks import TASKS
from trecx.datasets.training_sets import open_training
from trecx.errors import DatasetError, FetchError, UnknownNameError
from trecx.files import paths
from trecx.progress import silent

CLASSES = TASKS["ic"].class_names


def jpeg(grey, side=32):
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), (grey, grey, grey)).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def write_jpegs(folder):
    """One test image a class, as grey as ten times its label, and two training images."""
    for split, count in (("train", 2), ("test", 1)):
        for label, name in enumerate(CLASSES):
            (folder / split / name).mkdir(parents=True)
            for number in range(count):
                (folder / split / name / f"{number:04d}.jpg").write_bytes(jpeg(10 * label + number))
    return folder


@pytest.fixture
def jpegs(tmp_path):
    return write_jpegs(tmp_path / "jpegs")


@pytest.fixture
def downloaded(tmp_path, monkeypatch):
    """The JPEG folder where `fetch_dataset` would put it, in the sizes that sources.toml promises."""
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path / "downloads")
    sources = paths.SOURCES.read_text(encoding="utf-8")
    (tmp_path / "sources.toml").write_text(
        sources.replace("train = 50_000, test = 10_000", "train = 20, test = 10")
    )
    (tmp_path / "vww01.sha256").write_text("")
    monkeypatch.setattr(paths, "SOURCES", tmp_path / "sources.toml")
    return write_jpegs(tmp_path / "downloads" / "ic" / "cifar10_images")


def open_jpegs(folder, split="test", progress=silent):
    return open_samples("ic", folder, progress, split=split)


def fault(folder, split="test"):
    with pytest.raises(DatasetError) as raised:
        open_samples("ic", folder, split=split)
    return str(raised.value)


def test_jpegs_come_by_class_then_name_and_say_that_they_are_jpegs(jpegs):
    samples = open_samples("ic", jpegs)
    assert samples.dataset == "CIFAR-10 (JPEG)" and samples.split == "test"
    assert samples.names == tuple(f"test/{name}/0000.jpg" for name in CLASSES)
    assert samples.labels.tolist() == list(range(10)) and samples.class_names == CLASSES
    (images,) = samples.batches(100)
    assert images.shape == (10, 32, 32, 3) and images.dtype == np.uint8
    assert np.abs(images.reshape(10, -1).mean(1) - 10 * np.arange(10)).max() < 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not a JPEG file"),
        (b"GIF89a and so on", "not a JPEG file"),
        (jpeg(0, side=31), "31×31 pixels instead of 32×32"),
        (jpeg(0)[:-200], "cannot be read"),
    ],
)
def test_a_damaged_image_is_named(jpegs, content, expected):
    (jpegs / "test" / "dog" / "0000.jpg").write_bytes(content)
    text = fault(jpegs)
    assert text.startswith("1 fault in ") and "test/dog/0000.jpg: " in text and expected in text


def test_no_image_however_broken_gives_another_error(tmp_path):
    random = np.random.default_rng(0)
    path, whole = tmp_path / "image.jpg", jpeg(100)
    refused = 0
    for number in range(1000):
        content = bytearray(whole)
        content[random.integers(len(whole))] = random.integers(256)
        path.write_bytes(content)
        try:
            assert read_jpeg(path, 32, resize=number % 2 == 1).shape == (32, 32, 3)
        except DatasetError:
            refused += 1
    assert refused > 100


def test_folders_that_are_missing_or_too_many_are_named(jpegs, tmp_path):
    (jpegs / "test" / "dog").rename(jpegs / "test" / "wolf")
    text = fault(jpegs)
    assert "test/dog/: the folder is missing" in text and "test/wolf/: the folder is not a class" in text
    assert "10 faults" in fault(tmp_path / "jpegs" / "train")


def test_images_are_decoded_once_and_then_mapped(downloaded):
    decoded = open_jpegs(downloaded)
    steps = []
    mapped = open_jpegs(downloaded, progress=lambda *step: steps.append(step))
    assert steps == [] and isinstance(mapped.raw, np.memmap)
    assert np.array_equal(decoded.raw[:], mapped.raw[:])
    assert sorted(file.name for file in downloaded.parent.iterdir()) == [
        "cifar10_images",
        "cifar10_images.test.npy",
    ]


@pytest.mark.parametrize("damage", ["cut", "empty", "other", "pickled"])
def test_decoded_images_that_are_not_right_are_decoded_anew(downloaded, damage):
    right = open_jpegs(downloaded).raw[:].copy()
    kept = downloaded.with_name("cifar10_images.test.npy")
    if damage == "other":
        np.save(kept, np.zeros((9, 32, 32, 3), np.uint8))
    elif damage == "pickled":
        np.save(kept, np.array([{}], object))
    else:
        kept.write_bytes(kept.read_bytes()[: 1000 if damage == "cut" else 0])
    assert np.array_equal(open_jpegs(downloaded).raw[:], right)
    assert np.load(kept).shape == (10, 32, 32, 3)


def test_where_nothing_can_be_written_images_are_decoded_each_time(downloaded, monkeypatch):
    def refuse(handle, array):
        handle.write(b"half of it")
        raise OSError("no space left")

    monkeypatch.setattr(cifar.np, "save", refuse)
    assert open_jpegs(downloaded).raw[:].shape == (10, 32, 32, 3)
    assert [file.name for file in downloaded.parent.iterdir()] == ["cifar10_images"]


def test_nothing_is_written_beside_a_folder_of_the_users(jpegs):
    open_samples("ic", jpegs)
    assert [file.name for file in jpegs.parent.iterdir()] == ["jpegs"]


def test_damaged_images_are_not_kept(downloaded):
    (downloaded / "test" / "dog" / "0000.jpg").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"test/dog(.|\n)*data fetch ic --key cifar10-jpeg"):
        open_jpegs(downloaded)
    assert [file.name for file in downloaded.parent.iterdir()] == ["cifar10_images"]


def test_a_fetched_split_must_be_whole(downloaded):
    (downloaded / "train" / "dog" / "0001.jpg").unlink()
    with pytest.raises(DatasetError, match=r"19 samples instead of the 20 of CIFAR-10 \(JPEG\)"):
        open_jpegs(downloaded, "train")
    assert len(open_jpegs(downloaded).names) == 10


SOURCE = """
[[dataset]]
key = "{key}"
task = "ic"
title = "{key}"
licence = "none"
{url}
archive = "{key}.tar.gz"
root = "."
folder = "{key}"
{more}
accepted = [{{ sha256 = "{sha256}", bytes = {bytes} }}]
"""


BATCH = b"the published batch"
MD5 = hashlib.md5(BATCH).hexdigest()


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A mirror with the original, and at archives/ its test batch and its JPEG copy; and a sources.toml."""
    return write_mirror(tmp_path, monkeypatch)


def write_mirror(tmp_path, monkeypatch, batch=BATCH):
    text = 'model = []\npublished = { url = "" }\n'
    for key, url, place, more in (
        ("original", "https://example.org/original.tar.gz", "example.org", "n_samples = { train = 1 }"),
        ("batch", "", "archives", f'n_samples = 1\nmd5 = {{ test_batch = "{MD5}" }}'),
        ("jpeg", "", "archives", "n_samples = { train = 1 }\nonly_by_key = true"),
    ):
        file = tmp_path / "mirror" / place / f"{key}.tar.gz"
        file.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(file, "w:gz") as archive:
            member = tarfile.TarInfo("./test_batch")
            member.size = len(batch)
            archive.addfile(member, io.BytesIO(batch))
        content = file.read_bytes()
        text += SOURCE.format(
            key=key,
            url=f'url = "{url}"' if url else "",
            more=more,
            sha256=hashlib.sha256(content).hexdigest(),
            bytes=len(content),
        )
    (tmp_path / "sources.toml").write_text(text)
    monkeypatch.setattr(paths, "SOURCES", tmp_path / "sources.toml")
    monkeypatch.setenv("TRECX_MIRROR", str(tmp_path / "mirror"))
    return tmp_path / "mirror"


def test_the_first_original_that_is_near_is_fetched_and_never_the_jpegs(mirror, tmp_path, monkeypatch):
    assert fetch_dataset("ic", folder=tmp_path / "one").name == "original"
    (mirror / "example.org" / "original.tar.gz").unlink()
    assert fetch_dataset("ic", folder=tmp_path / "two").name == "batch"
    assert fetch_dataset("ic", folder=tmp_path / "one").name == "original"  # it is there
    monkeypatch.delenv("TRECX_MIRROR")
    assert choose_dataset("ic", tmp_path / "three").key == "original"
    assert choose_dataset("ic", tmp_path / "two").key == "batch"


def test_a_dataset_asked_for_by_its_key_is_fetched_beside_the_other(mirror, tmp_path):
    fetch_dataset("ic", folder=tmp_path, key="jpeg")
    assert fetch_dataset("ic", folder=tmp_path).name == "original"
    assert fetch_dataset("ic", folder=tmp_path, key="jpeg").name == "jpeg"
    with pytest.raises(UnknownNameError, match=r"unknown dataset of ic 'png'; known: original, batch, jpeg"):
        fetch_dataset("ic", folder=tmp_path, key="png")
    with pytest.raises(FetchError, match="no public address"):
        (mirror / "archives" / "jpeg.tar.gz").unlink()
        fetch_dataset("ic", folder=tmp_path / "other", key="jpeg")


def test_training_takes_the_original_where_it_is_at_hand_and_else_the_jpegs(mirror, tmp_path):
    sources = load_sources()
    fetch_dataset("ic", folder=tmp_path, key="batch")
    assert sources.to_test_on("ic", tmp_path).key == "batch"
    assert (
        sources.to_train_on("ic", tmp_path).key == "original"
    )  # to be downloaded: the batch has no such split
    fetch_dataset("ic", folder=tmp_path, key="jpeg")
    assert sources.to_train_on("ic", tmp_path).key == "jpeg"
    fetch_dataset("ic", folder=tmp_path, key="original")
    assert sources.to_train_on("ic", tmp_path).key == "original"


def test_a_batch_that_is_not_the_published_one_is_not_unpacked(tmp_path, monkeypatch):
    write_mirror(tmp_path, monkeypatch, BATCH + b"!")
    with pytest.raises(FetchError, match=f"test_batch: its md5 is .* instead of the published {MD5}"):
        fetch_dataset("ic", folder=tmp_path, key="batch")
    assert not (tmp_path / "ic" / "batch").exists()


@pytest.mark.mirror
def test_the_mirror_has_all_of_cifar10_as_jpegs(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path)
    fetch_dataset("ic", folder=tmp_path, key="cifar10-jpeg")
    data = open_training("ic", validation_share=0.1)
    assert [len(part.names) for part in (data.train, data.validation, data.test)] == [45_000, 5_000, 10_000]
    counts = [np.bincount(part.labels).tolist() for part in (data.train, data.validation, data.test)]
    assert counts == [[4500] * 10, [500] * 10, [1000] * 10]
    assert data.dataset == "CIFAR-10 (JPEG)" and data.test.names[0] == "test/airplane/0000.jpg"
    means = data.test.raw[:].mean((0, 1, 2))
    np.testing.assert_allclose(means, [126.0, 123.7, 114.8], atol=0.1)
    assert sum(len(batch) for batch in open_training("ic").train.batches(4096)) == 50_000
