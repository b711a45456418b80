"""Training, validation and test share no sample, no speaker and no second of noise; augmentation is told."""

import hashlib
import io
import re
import tarfile

import numpy as np
import pytest

from tests.datasets.test_samples import wav
from trecx.datasets.augmentation import WaveformAugmentation
from trecx.datasets.download import fetch_dataset
from trecx.datasets.halves import speaker_of
from trecx.datasets.kws import CLASS_FOLDERS, CLIP_FRAMES
from trecx.datasets.samples import open_samples
from trecx.datasets.speech_commands import WORDS, read_noise
from trecx.datasets.training_sets import open_training
from trecx.errors import DatasetError, UnknownNameError
from trecx.files import paths

NOISE_SECONDS = 11
SOURCE = """
model = []
published = {{ url = "" }}

[[dataset]]
key = "speech-commands-test-v0.02"
task = "kws"
title = "the test set"
licence = "none"
url = "https://example.org/test.tar.gz"
archive = "test.tar.gz"
root = "."
folder = "test"
n_samples = 1
accepted = [{{ sha256 = "00", bytes = 1 }}]

[[dataset]]
key = "speech-commands-v0.02"
task = "kws"
title = "Speech Commands v0.02"
licence = "none"
url = "https://example.org/all.tar.gz"
archive = "all.tar.gz"
root = "."
folder = "all"
n_samples = {{}}
accepted = [{{ sha256 = "{sha256}", bytes = {bytes} }}]
"""


def commands():
    """The files of a tiny full archive: 3 speakers × 12 clips a word, 2 other words, 2 noises."""
    clips = {
        f"{word}/{speaker}_nohash_{number}.wav": wav(10 + number)
        for word in (*WORDS, "bed", "cat")
        for speaker in ("aaaa", "bbbb", "cccc")
        for number in range(4)
    }
    lists = {
        "validation_list.txt": "\n".join(name for name in clips if "/bbbb_" in name).encode(),
        "testing_list.txt": "\n".join(name for name in clips if "/cccc_" in name).encode(),
    }
    noises = {f"_background_noise_/{name}.wav": wav(16_000 * NOISE_SECONDS) for name in ("pink", "white")}
    return clips | lists | noises | {"_background_noise_/README.md": b"not a noise", "LICENSE": b"CC BY"}


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A mirror that has the tiny archive, and a sources.toml that promises it."""
    folder = tmp_path_factory.mktemp("mirror")
    (folder / "example.org").mkdir()
    with tarfile.open(folder / "example.org" / "all.tar.gz", "w:gz") as archive:
        for name, content in commands().items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    content = (folder / "example.org" / "all.tar.gz").read_bytes()
    text = SOURCE.format(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    (folder / "sources.toml").write_text(text)
    return folder


@pytest.fixture
def full(packed, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "SOURCES", packed / "sources.toml")
    monkeypatch.setenv("TRECX_MIRROR", str(packed))
    return fetch_dataset("kws", folder=tmp_path, key="speech-commands-v0.02")


@pytest.fixture
def clips(tmp_path):
    """A test set of 30 speakers, who say every word; unknown clips have their word before the speaker."""
    for name in CLASS_FOLDERS:
        (tmp_path / name).mkdir()
        for speaker in range(30):
            clip = {"_silence_": f"{speaker}", "_unknown_": f"bed_{speaker:08x}_nohash_0.wav"}
            (tmp_path / name / (clip.get(name, f"{speaker:08x}_nohash_0") + ".wav")).write_bytes(wav(20))
    return tmp_path


def parts(data):
    return data.train, data.validation, data.test


def fault(task, folder):
    with pytest.raises(DatasetError) as raised:
        open_training(task, folder)
    return str(raised.value)


def test_the_test_set_is_split_by_speaker_and_says_so(clips):
    data = open_training("kws", clips)
    assert data.dataset == "Speech Commands v0.02 test set, split by speaker (kws small data)"
    assert {part.dataset for part in parts(data)} == {data.dataset}
    assert [part.split for part in parts(data)] == ["train", "validation", "test"]
    assert sorted(name for part in parts(data) for name in part.names) == sorted(
        open_samples("kws", clips).names
    )
    speakers = [set(re.findall(r"([0-9a-f]{8})_nohash_", " ".join(part.names))) for part in parts(data)]
    assert sum(map(len, speakers)) == 30
    assert not (speakers[0] & speakers[1] or speakers[0] & speakers[2] or speakers[1] & speakers[2])
    for part, share in zip(parts(data), (0.7, 0.1, 0.2), strict=True):
        assert abs(len(part.names) / 360 - share) < 0.03
        assert [CLASS_FOLDERS[label] for label in part.labels] == [name.split("/")[0] for name in part.names]
    assert not len(data.noise)


def test_the_whole_test_set_stays_what_published_models_are_scored_on(clips):
    samples = open_samples("kws", clips)
    assert samples.dataset == "Speech Commands v0.02 test" and len(samples.names) == 360


def test_a_part_reads_its_own_clips(clips):
    (clips / "down" / f"{3:08x}_nohash_0.wav").write_bytes(wav(CLIP_FRAMES))
    for part in parts(open_training("kws", clips)):
        lengths = (part.raw[:] != 0).sum(1)
        longer = [name for name, length in zip(part.names, lengths, strict=True) if length > 20]
        assert longer == [name for name in part.names if name == f"down/{3:08x}_nohash_0.wav"]
        assert part.raw[np.array([1, 0])].shape == (2, CLIP_FRAMES)


def test_the_hash_tells_names_and_labels_and_splits(clips):
    first = open_training("kws", clips).sha256
    assert open_training("kws", clips).sha256 == first
    (clips / "down" / f"{3:08x}_nohash_0.wav").rename(clips / "up" / "other_nohash_0.wav")
    assert open_training("kws", clips).sha256 != first


def test_the_full_archive_is_split_by_its_lists(full):
    data = open_training("kws", full)
    assert data.dataset == "Speech Commands v0.02"
    for part, speaker in zip(parts(data), ("aaaa", "bbbb", "cccc"), strict=True):
        spoken = [name for name in part.names if not name.startswith("_")]
        assert {speaker_of(name) for name in spoken} == {speaker}
        assert np.bincount(part.labels).tolist() == [4] * 10 + [4, 4]  # forty clips of the ten words
        words = {
            name.split("/")[0] for name, label in zip(part.names, part.labels, strict=True) if label == 11
        }
        assert words <= {"bed", "cat"}
        assert part.raw[:].shape == (48, CLIP_FRAMES)
    assert open_samples("kws", full).names == data.test.names


def test_silence_is_a_quieter_second_of_the_noise_of_its_split(full):
    for part, (first, last) in zip(
        parts(open_training("kws", full)), ((0, 0.8), (0.8, 0.9), (0.9, 1)), strict=True
    ):
        names = [name for name in part.names if name.startswith("_silence_")]
        for name, clip in zip(names, part.raw[np.flatnonzero(part.labels == 10)], strict=True):
            start, volume = int(name.split(" ")[3]), float(name.split(" ")[5])
            edge = round(first * 16_000 * NOISE_SECONDS)
            assert 0 <= volume <= 1 and edge + start + CLIP_FRAMES <= round(last * 16_000 * NOISE_SECONDS)
            noise = np.arange(1, 16_000 * NOISE_SECONDS + 1).astype("<i2")[edge + start :][:CLIP_FRAMES]
            np.testing.assert_allclose(clip, noise * volume, atol=0.0006 * 32_768 + 1)
        assert len({tuple(clip) for clip in part.raw[np.flatnonzero(part.labels == 10)]}) == len(names) == 4


def test_noise_to_train_with_is_not_that_of_the_other_splits(full):
    data = open_training("kws", full)
    assert data.noise.dtype == np.int16 and len(data.noise) == 2 * round(0.8 * 16_000 * NOISE_SECONDS)
    assert {len(noise) for noise in read_noise(full, "test").values()} == {round(1.1 * 16_000)}


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (lambda folder: (folder / "validation_list.txt").unlink(), "validation_list.txt: cannot be read"),
        (
            lambda folder: (folder / "yes" / "cccc_nohash_0.wav").unlink(),
            "is listed in testing_list.txt, but the file is missing",
        ),
        (
            lambda folder: (folder / "yes" / "aaaa_nohash_0.wav").write_bytes(b""),
            "yes/aaaa_nohash_0.wav: not a",
        ),
        (lambda folder: (folder / "_background_noise_").rename(folder / "_other_"), "contains no .wav file"),
        (
            lambda folder: (folder / "_background_noise_" / "pink.wav").write_bytes(wav(16_000)),
            "_background_noise_/pink.wav: less than a second is left for the train set",
        ),
        (
            lambda folder: (folder / "_background_noise_" / "pink.wav").write_bytes(b"RIFF"),
            "_background_noise_/pink.wav: not a 16-bit PCM WAV file",
        ),
        (
            lambda folder: (folder / "testing_list.txt").write_bytes(
                (folder / "validation_list.txt").read_bytes()
            ),
            "is in both lists",
        ),
    ],
    ids=["list", "listed", "clip", "no noise", "short noise", "broken noise", "both lists"],
)
def test_damage_to_the_full_archive_is_named(full, break_it, expected):
    break_it(full)
    assert expected in fault("kws", full)


def test_what_nobody_can_train_on_is_refused_with_what_helps(tmp_path):
    (tmp_path / "1.bin").write_bytes(bytes(96 * 96 * 3))
    (tmp_path / "y_labels.csv").write_text("1.bin,2,1\n")
    assert "folder with JPEG images in person/ and non_person/" in fault("vww", tmp_path)
    with pytest.raises(UnknownNameError, match="unknown task 'speech'"):
        open_training("speech")


def test_a_validation_share_is_for_datasets_without_a_validation_split(clips):
    with pytest.raises(ValueError, match="validation_share must be 0 for Speech Commands v0.02 test"):
        open_training("kws", clips, validation_share=0.1)
    with pytest.raises(ValueError, match=r"must be in \[0, 1\), got 1"):
        open_training("digits", validation_share=1)


def test_augmentation_says_whether_there_was_noise(full, clips):
    with_noise = WaveformAugmentation(open_training("kws", full).noise)
    assert with_noise.config() == {
        "shift_ms": 100,
        "background_noise": "17.6 s of recordings",
        "noise_share": 0.8,
        "noise_volume": 0.1,
    }
    without = WaveformAugmentation(np.zeros(0, np.int16))
    assert without.config() == {
        "shift_ms": 100,
        "background_noise": "none: the dataset has no background noise",
    }
    waves = np.full((50, 16_000), 100, np.int16)
    changed = with_noise(waves, np.random.default_rng(0))
    assert set(np.unique(without(waves, np.random.default_rng(0)))) == {0, 100}
    assert len(np.unique(changed)) > 100
    assert np.array_equal(with_noise(waves, np.random.default_rng(0)), changed)


@pytest.mark.mirror
def test_kws_small_data_shares_no_speaker_and_covers_every_clip_once(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path)
    fetch_dataset("kws", folder=tmp_path)
    data = open_training("kws")
    assert sorted(name for part in parts(data) for name in part.names) == sorted(open_samples("kws").names)
    assert sum(len(part.names) for part in parts(data)) == 4890
    speakers = [{speaker_of(name) for name in part.names} for part in parts(data)]
    assert sum(map(len, speakers)) == len(set().union(*speakers))
    spoken = {speaker for speaker in set().union(*speakers) if not speaker.startswith("_silence_")}
    assert {len(speaker) for speaker in spoken} == {8}
    for part, share in zip(parts(data), (0.7, 0.1, 0.2), strict=True):
        assert abs(len(part.names) / 4890 - share) < 0.01
        assert np.bincount(part.labels, minlength=12).min() > 0.5 * len(part.names) / 12
    assert data.sha256[:16] == "dcdb9a294122da7a"
