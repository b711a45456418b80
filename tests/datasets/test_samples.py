"""Samples are read in a fixed order, and damage is named before anything is scored."""

import io
import wave

import numpy as np
import pytest

from trecx.datasets.download import fetch_dataset
from trecx.datasets.kws import CLASS_FOLDERS, read_clips
from trecx.datasets.samples import open_samples
from trecx.datasets.tasks import TASKS
from trecx.datasets.vww import IMAGE_BYTES
from trecx.errors import DatasetError, UnknownNameError
from trecx.files import paths


def wav(frames, rate=16_000, channels=1, width=2):
    """The bytes of a wav file of `frames` frames that count upward from 1."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        values = np.arange(1, frames * channels + 1)
        writer.writeframes((values.astype("<i2") if width == 2 else values.astype("u1")).tobytes())
    return buffer.getvalue()


@pytest.fixture
def clips(tmp_path):
    """Two clips a class, one of them shorter than a second."""
    for class_folder in CLASS_FOLDERS:
        (tmp_path / class_folder).mkdir()
        (tmp_path / class_folder / "b.wav").write_bytes(wav(16_000))
        (tmp_path / class_folder / "a.wav").write_bytes(wav(5))
    (tmp_path / "LICENSE").write_text("not a clip")
    (tmp_path / "README.md").write_text("not a clip")
    return tmp_path


@pytest.fixture
def images(tmp_path):
    """Three images, listed in another order than their names'; and one that is not listed."""
    for number, name in enumerate(("2.bin", "1.bin", "3.bin", "unlisted.bin")):
        (tmp_path / name).write_bytes(bytes([number]) * IMAGE_BYTES)
    (tmp_path / "y_labels.csv").write_text("2.bin,2,1\n1.bin, 2, 0\n3.bin,2,1\n")
    return tmp_path


def fault(task, folder):
    with pytest.raises(DatasetError) as raised:
        open_samples(task, folder)
    return str(raised.value)


def test_clips_come_by_class_then_name_with_their_labels(clips):
    samples = open_samples("kws", clips)
    assert samples.names[:3] == ("down/a.wav", "down/b.wav", "go/a.wav")
    assert samples.names[-4:] == ("_silence_/a.wav", "_silence_/b.wav", "_unknown_/a.wav", "_unknown_/b.wav")
    assert samples.labels.tolist() == [label for label in range(12) for _ in range(2)]
    assert samples.labels.dtype == np.int64
    assert samples.class_names == TASKS["kws"].class_names
    assert (samples.task, samples.split, samples.folder) == ("kws", "test", clips)
    assert samples.dataset == "Speech Commands v0.02 test"


def test_clips_are_padded_or_cut_to_one_second(clips):
    (clips / "down" / "c.wav").write_bytes(wav(16_005))
    short, whole, long = next(open_samples("kws", clips).batches(3))
    assert short.dtype == np.int16
    assert short.shape == whole.shape == long.shape == (16_000,)
    assert short[:6].tolist() == [1, 2, 3, 4, 5, 0] and not short[5:].any()
    assert whole.tolist() == long.tolist() == np.arange(1, 16_001).tolist()


def test_batches_hold_every_sample_once_in_order(clips):
    samples = open_samples("kws", clips)
    sizes = [len(batch) for batch in samples.batches(7)]
    assert sizes == [7, 7, 7, 3]
    whole = np.concatenate(list(samples.batches(24)))
    assert np.array_equal(np.concatenate(list(samples.batches(7))), whole)
    with pytest.raises(ValueError, match="size must be at least 1, got 0"):
        next(samples.batches(0))


def test_images_come_in_the_order_of_their_table(images):
    samples = open_samples("vww", images)
    assert samples.names == ("2.bin", "1.bin", "3.bin")
    assert samples.labels.tolist() == [1, 0, 1]
    first, last = samples.batches(2)
    assert first.shape == (2, 96, 96, 3) and first.dtype == np.uint8
    assert last.shape == (1, 96, 96, 3)
    assert (first[0] == 0).all() and (first[1] == 1).all() and (last[0] == 2).all()


def test_pixels_are_read_row_by_row_as_red_green_blue(images):
    pixels = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
    (images / "2.bin").write_bytes(pixels.tobytes())
    assert np.array_equal(next(open_samples("vww", images).batches(1))[0], pixels)


def test_checking_tells_how_far_it_is(clips):
    steps = []
    open_samples("kws", clips, lambda *step: steps.append(step))
    assert steps[0] == ("checking clips", 1, 24) and steps[-1] == ("checking clips", 24, 24)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "truncated in its header"),
        (wav(100)[:-20], "truncated: 90 of the 100 frames in its header"),
        (wav(100)[:30], "not a 16-bit PCM WAV file"),
        (b"ID3\x04 this is an mp3 file, really, and a long one", "not a 16-bit PCM WAV file"),
        (wav(0), "contains no samples"),
        (wav(100, rate=8_000), "8000 Hz, 1 channel"),
        (wav(100, channels=2), "16000 Hz, 2 channel"),
        (wav(100, width=1), "8 bit"),
    ],
    ids=["empty", "truncated", "cut header", "mp3", "no frames", "rate", "channels", "width"],
)
def test_a_damaged_clip_is_named(clips, content, expected):
    (clips / "go" / "a.wav").write_bytes(content)
    text = fault("kws", clips)
    assert text.startswith("1 fault in ") and "go/a.wav: " in text and expected in text


def test_a_clip_cut_anywhere_is_found(clips):
    whole = wav(20)
    for size in range(len(whole)):
        (clips / "go" / "a.wav").write_bytes(whole[:size])
        with pytest.raises(DatasetError, match="changed while it was in use"):
            read_clips([clips / "go" / "a.wav"])


def test_no_header_however_broken_gives_another_error(clips):
    random = np.random.default_rng(0)
    path = clips / "go" / "a.wav"
    refused = 0
    for _ in range(500):
        content = bytearray(wav(20))
        content[random.integers(44)] = random.integers(256)
        path.write_bytes(content)
        try:
            assert read_clips([path]).shape == (1, 16_000)
        except DatasetError:
            refused += 1
    assert refused > 100


def test_all_damage_is_counted_and_the_first_five_named(clips):
    for class_folder in CLASS_FOLDERS:
        (clips / class_folder / "a.wav").write_bytes(b"")
    text = fault("kws", clips)
    assert "12 faults" in text and "and 7 more" in text
    named = [name for name in CLASS_FOLDERS if f"{name}/a.wav" in text]
    assert named == list(CLASS_FOLDERS[:5])


def test_a_folder_of_something_else_is_refused(clips):
    (clips / "bird").mkdir()
    assert "bird/: the folder is not a class" in fault("kws", clips)
    (clips / "bird").rename(clips / "go" / "bird.wav")
    assert "go/bird.wav: not a regular file" in fault("kws", clips)


def test_an_empty_folder_is_refused(tmp_path):
    assert "12 faults" in fault("kws", tmp_path)
    assert "y_labels.csv: cannot be read" in fault("vww", tmp_path)


def test_a_class_without_clips_is_refused(clips):
    for clip in (clips / "yes").iterdir():
        clip.unlink()
    assert "yes/: contains no clip" in fault("kws", clips)


@pytest.mark.parametrize("size", [0, IMAGE_BYTES - 1, IMAGE_BYTES + 1])
def test_an_image_of_the_wrong_size_is_named(images, size):
    (images / "1.bin").write_bytes(bytes(size))
    assert f"1.bin: {size:,} bytes instead of 27,648" in fault("vww", images)


def test_an_image_that_is_listed_but_missing_is_named(images):
    (images / "3.bin").unlink()
    assert "3.bin: cannot be read (No such file" in fault("vww", images)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1.bin,2", "2 columns"),
        ("", "0 columns"),
        ("1.bin,2,2", "label '2'"),
        ("1.bin,10,1", "'10' classes"),
        ("1.bin,2,person", "label 'person'"),
        ("../1.bin,2,1", "'../1.bin' is not the name"),
        ("y_labels.csv,2,1", "'y_labels.csv' is not the name"),
        ("2.bin,2,0", "2.bin occurs twice"),
    ],
)
def test_a_bad_row_is_named_by_its_number(images, row, expected):
    (images / "y_labels.csv").write_text(f"2.bin,2,1\n{row}\n3.bin,2,1\n")
    text = fault("vww", images)
    assert "y_labels.csv row 2: " in text and expected in text


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01"])
def test_a_table_that_is_none_is_refused(images, content):
    (images / "y_labels.csv").write_bytes(content)
    assert "y_labels.csv: " in fault("vww", images)


def test_damage_after_the_check_is_not_scored(clips):
    samples = open_samples("kws", clips)
    (clips / "down" / "a.wav").write_bytes(wav(100)[:-2])
    with pytest.raises(DatasetError, match=r"down/a\.wav changed while it was in use"):
        next(samples.batches(1))


def test_damaged_pixels_after_the_check_are_not_scored(images):
    samples = open_samples("vww", images)
    (images / "2.bin").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"2\.bin changed while it was in use"):
        next(samples.batches(1))


def test_without_data_the_command_that_fetches_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path)
    with pytest.raises(DatasetError, match=r"there is no folder.*python -m trecx data fetch kws"):
        open_samples("kws")
    with pytest.raises(DatasetError, match="give another folder"):
        open_samples("kws", tmp_path / "nowhere")


def test_the_fetched_dataset_must_be_whole(clips, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path / "downloads")
    place = tmp_path / "downloads" / "kws" / "speech_commands_test_set_v0.02"
    place.mkdir(parents=True)
    for class_folder in CLASS_FOLDERS:
        (clips / class_folder).rename(place / class_folder)
    with pytest.raises(DatasetError, match=r"24 samples instead of the 4,890(.|\n)*data fetch kws"):
        open_samples("kws")
    with pytest.raises(DatasetError, match="24 samples instead"):
        open_samples("kws", place)  # no other than the default
    assert len(open_samples("kws", place.rename(tmp_path / "mine")).names) == 24


def test_an_unknown_task_or_split_is_refused(clips):
    with pytest.raises(DatasetError, match=r"Speech Commands v0\.02 test has no split 'train'.*one of: test"):
        open_samples("kws", clips, split="train")
    with pytest.raises(UnknownNameError, match="unknown task 'speech'"):
        open_samples("speech")


@pytest.mark.mirror
@pytest.mark.parametrize(("task", "n_samples", "n_classes"), [("kws", 4890, 12), ("vww", 1000, 2)])
def test_the_whole_dataset_is_fetched_and_sound(tmp_path, monkeypatch, task, n_samples, n_classes):
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path)
    fetch_dataset(task, folder=tmp_path)
    samples = open_samples(task)
    assert len(samples.names) == len(set(samples.names)) == n_samples
    assert len(np.unique(samples.labels)) == n_classes
    assert sum(len(batch) for batch in samples.batches(256)) == n_samples
