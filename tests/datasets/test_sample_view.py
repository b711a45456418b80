"""One sample at a time: read by its name, shown as a picture or a sound."""

import io
import itertools
import os
import pickle
import wave

import numpy as np
import pytest
from PIL import Image

from trecx.datasets import cifar_pickles, digits, single_sample
from trecx.datasets.mfcc import mfccs
from trecx.datasets.sample_view import as_png, as_wav, envelope, is_sound
from trecx.datasets.single_sample import find_single_samples
from trecx.datasets.sources import load_sources
from trecx.datasets.training_sets import SMALL_KWS_TITLE
from trecx.errors import DatasetError
from trecx.figures.sample import MOST_CLASSES, largest_alone, mfcc_figure, softmax_figure, waveform_figure
from trecx.files import paths

KWS = load_sources().find_dataset("kws", "speech-commands-test-v0.02")


@pytest.fixture
def downloads(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path)
    return tmp_path


def clip(n_frames=16_000):
    return np.random.default_rng(0).integers(-20_000, 20_000, n_frames).astype(np.int16)


def write_clip(path, frames):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_wav(frames))


@pytest.mark.parametrize("title", [KWS.title, SMALL_KWS_TITLE])
def test_a_clip_is_read_by_its_name_as_the_network_hears_it(downloads, title):
    singles = find_single_samples("kws", title)
    assert not singles.there
    write_clip(downloads / KWS.folder / "yes" / "a.wav", clip(9_000))
    assert singles.there
    heard = singles.read("yes/a.wav")
    assert is_sound(heard)
    assert np.array_equal(heard[:9_000], clip(9_000))
    assert heard.shape == (16_000,)
    assert not heard[9_000:].any()


def test_a_sample_that_is_missing_or_broken_says_so(downloads):
    singles = find_single_samples("kws", KWS.title)
    write_clip(downloads / KWS.folder / "yes" / "a.wav", clip())
    broken = downloads / KWS.folder / "yes" / "b.wav"
    broken.write_bytes((downloads / KWS.folder / "yes" / "a.wav").read_bytes()[:1000])
    for name, words in (("yes/c.wav", "No such file"), ("yes/b.wav", "truncated"), ("yes", "cannot be read")):
        with pytest.raises(DatasetError, match=words):
            singles.read(name)


@pytest.mark.parametrize("name", ["../secret.wav", "/etc/passwd", "yes/../../../x", "a\0b"])
def test_a_name_never_leads_out_of_the_dataset(downloads, name):
    write_clip(downloads / "kws" / "secret.wav", clip())
    write_clip(downloads / KWS.folder / "yes" / "a.wav", clip())
    with pytest.raises(DatasetError, match="not a file of this dataset"):
        find_single_samples("kws", KWS.title).read(name)


def test_a_link_out_of_the_dataset_is_not_followed(downloads):
    write_clip(downloads / "secret.wav", clip())
    (downloads / KWS.folder).mkdir(parents=True)
    os.symlink(downloads / "secret.wav", downloads / KWS.folder / "link.wav")
    with pytest.raises(DatasetError, match="not a file of this dataset"):
        find_single_samples("kws", KWS.title).read("link.wav")


def test_silence_of_the_full_archive_is_cut_from_its_noise(downloads, monkeypatch):
    source = load_sources().find_dataset("kws", "speech-commands-v0.02")
    noise = {"rain.wav": clip(40_000)}
    monkeypatch.setattr(single_sample, "_noise", lambda folder: noise)
    singles = find_single_samples("kws", source.title)
    silence = singles.read("_silence_/0003 rain.wav from 700 at 0.250")
    assert np.array_equal(silence, (noise["rain.wav"][700:16_700] * 0.25).astype(np.int16))
    with pytest.raises(DatasetError, match="no second of noise"):
        singles.read("_silence_/0003 rain.wav from 30000 at 0.250")
    write_clip(downloads / source.folder / "bed" / "a.wav", clip())
    assert np.array_equal(singles.read("bed/a.wav"), clip())


def test_scans_are_there_without_a_download(downloads):
    singles = find_single_samples("digits", digits.TITLE)
    assert singles.there
    scan = singles.read("0004")
    assert scan.shape == (8, 8, 1)
    assert not is_sound(scan)
    found = digits.find_scans("test", lambda *_: None)
    assert np.array_equal(scan, found.raw[list(found.names).index("0004")])
    with pytest.raises(DatasetError, match="no"):
        singles.read("4")


def test_images_are_read_by_their_names(downloads):
    sources = load_sources()
    image = np.random.default_rng(1).integers(0, 256, (96, 96, 3)).astype(np.uint8)
    vww = sources.find_dataset("vww", "mlperf-tiny-vww01")
    (downloads / vww.folder).mkdir(parents=True)
    image.tofile(downloads / vww.folder / "a.bin")
    assert np.array_equal(find_single_samples("vww", vww.title).read("a.bin"), image)
    jpeg = sources.find_dataset("ic", "cifar10-jpeg")
    (downloads / jpeg.folder / "test" / "cat").mkdir(parents=True)
    Image.fromarray(image[:32, :32]).save(downloads / jpeg.folder / "test" / "cat" / "1.jpg", quality=100)
    assert find_single_samples("ic", jpeg.title).read("test/cat/1.jpg").shape == (32, 32, 3)
    with pytest.raises(DatasetError, match="download the dataset again"):
        find_single_samples("ic", jpeg.title).read("test/cat/2.jpg")


def test_images_of_a_pickled_batch_are_read_by_their_place(downloads):
    source = load_sources().find_dataset("ic", "cifar10")
    rows = np.random.default_rng(2).integers(0, 256, (3, 3072)).astype(np.uint8)
    (downloads / source.folder).mkdir(parents=True)
    path = downloads / source.folder / "test_batch"
    path.write_bytes(pickle.dumps({b"data": rows, b"labels": [0, 1, 2]}, protocol=4))
    singles = find_single_samples("ic", source.title)
    assert np.array_equal(singles.read("test/00002"), cifar_pickles.read_batch(path)[0][2])
    for name in ("test/00003", "train/00001", "test/-1", "x"):
        with pytest.raises(DatasetError, match="no"):
            singles.read(name)


def test_samples_of_a_dataset_that_nobody_knows_have_no_pictures():
    assert find_single_samples("kws", "mine.csv") is None
    assert find_single_samples("digits", "mine.csv") is None
    assert find_single_samples("vww", KWS.title) is None
    assert find_single_samples("another task", KWS.title) is None


def test_a_picture_is_enlarged_without_blur():
    image = np.random.default_rng(3).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(as_png(image)))), image)
    large = np.asarray(Image.open(io.BytesIO(as_png(image, 60))))
    assert np.array_equal(large, image.repeat(8, axis=0).repeat(8, axis=1))


def test_a_scan_is_dark_ink_on_white():
    scan = np.array([[0, 16], [8, 0]], np.uint8)[..., None]
    assert np.asarray(Image.open(io.BytesIO(as_png(scan)))).tolist() == [[255, 0], [127, 255]]


def test_a_sound_is_a_wav_file_of_its_frames():
    with wave.open(io.BytesIO(as_wav(clip(500)))) as reader:
        assert (reader.getframerate(), reader.getnchannels(), reader.getsampwidth()) == (16_000, 1, 2)
        assert np.array_equal(np.frombuffer(reader.readframes(500), "<i2"), clip(500))


@pytest.mark.parametrize("n_parts", [1, 7, 160, 500])
def test_an_envelope_holds_the_extremes_of_each_part(n_parts):
    frames = clip(500)
    edges = np.arange(n_parts + 1) * 500 // n_parts
    expected = [
        [frames[low:high].min() / 32768, frames[low:high].max() / 32768]
        for low, high in itertools.pairwise(edges)
    ]
    assert np.array_equal(envelope(frames, n_parts), expected)


def test_the_wave_and_the_mfccs_are_drawn_over_time():
    extremes, features = envelope(clip(), 100), mfccs(clip()[None])[0, :, :, 0]
    (band,) = waveform_figure(extremes, 1.0).data
    assert np.array_equal(band.y[:100], extremes[:, 0])
    assert np.array_equal(band.y[100:], extremes[::-1, 1])
    figure = mfcc_figure(features, 1.0)
    (picture,) = figure.data
    assert np.array_equal(picture.customdata, features.T)
    assert np.allclose(picture.z.mean(axis=1), 0, atol=1e-4)
    assert np.allclose(picture.z.std(axis=1), 1, atol=1e-4)
    assert figure.layout.xaxis.title.text == "time (s)"
    silent = mfcc_figure(np.zeros((49, 10), np.float32), 1.0)
    assert not np.any(silent.data[0].z)
    assert waveform_figure(np.zeros((0, 2)), 1.0).layout.yaxis.title.text == "amplitude"


def test_scores_of_all_exits_stand_side_by_side():
    scores = np.array([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.0, 0.9, 0.1]], np.float32)
    figure = softmax_figure(["a", "<b>", "c"], 1, scores, 0.6)
    assert [bars.name for bars in figure.data] == ["exit 1", "exit 2", "final exit"]
    for bars, row in zip(figure.data, scores, strict=True):
        assert np.array_equal(bars.y, row)
    assert figure.layout.xaxis.ticktext == ("a", "<b>&lt;b&gt;</b>", "c")
    assert figure.layout.shapes[0].y0 == 0.6
    assert not softmax_figure(["a", "b", "c"], 1, scores, np.inf).layout.shapes


def test_a_trace_shows_the_largest_score_of_each_exit_alone():
    known = largest_alone(np.array([2, 0]), np.array([0.5, 0.75], np.float32), 3)
    assert np.array_equal(known, [[np.nan, np.nan, 0.5], [0.75, np.nan, np.nan]], equal_nan=True)
    figure = softmax_figure(["a", "b", "c"], 0, known, 0.6)
    assert [np.flatnonzero(~np.isnan(bars.y)).tolist() for bars in figure.data] == [[2], [0]]


def test_of_many_classes_the_likeliest_and_the_true_one_are_shown():
    scores = np.random.default_rng(4).dirichlet(np.ones(100), 2).astype(np.float32)
    scores[:, 7] = 0
    figure = softmax_figure([f"class {k}" for k in range(100)], 7, scores, 0.5)
    likeliest = np.argsort(-scores.max(axis=0))[: MOST_CLASSES - 1]
    shown = [f"class {k}" for k in sorted({7, *likeliest.tolist()})]
    assert [name.removeprefix("<b>").removesuffix("</b>") for name in figure.layout.xaxis.ticktext] == shown
    assert "of 100" in figure.layout.xaxis.title.text
