"""The digits need no network, no file, and are split the same everywhere."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from trecx.datasets.download import fetch_dataset
from trecx.datasets.samples import open_samples
from trecx.datasets.training_sets import open_training
from trecx.errors import DatasetError, FetchError
from trecx.files import paths


@pytest.fixture(autouse=True)
def nothing_downloaded(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path / "nowhere")
    monkeypatch.delenv("TRECX_MIRROR", raising=False)


def test_every_scan_is_in_one_split_once_with_its_own_label():
    data, published = open_training("digits"), load_digits()
    names = data.train.names + data.test.names
    assert (len(data.train.names), len(data.validation.names), len(data.test.names)) == (1297, 0, 500)
    assert sorted(names) == [f"{position:04d}" for position in range(1797)]
    for part in (data.train, data.test):
        positions = [int(name) for name in part.names]
        assert np.array_equal(part.raw[:][..., 0], published.images[positions])
        assert np.array_equal(part.labels, published.target[positions])


def test_scans_are_bytes_of_sixteen_greys():
    samples = open_samples("digits")
    (scans,) = samples.batches(1000)
    assert scans.shape == (500, 8, 8, 1) and scans.dtype == np.uint8 and scans.max() == 16
    assert (samples.dataset, samples.split, samples.folder) == ("scikit-learn digits", "test", None)
    assert samples.class_names == tuple("0123456789") and samples.labels.dtype == np.int64


def test_classes_keep_their_shares():
    data = open_training("digits", validation_share=0.1)
    whole = np.bincount(load_digits().target)
    for part in (data.train, data.validation, data.test):
        expected = whole * len(part.labels) / 1797
        assert np.abs(np.bincount(part.labels) - expected).max() < 2


def test_the_split_is_the_same_on_every_machine():
    assert open_training("digits").sha256[:16] == "4349700c5bbae054"


def test_there_is_nothing_to_fetch_and_no_folder_to_give(tmp_path):
    with pytest.raises(FetchError, match="no dataset to download for digits: .*part of scikit-learn"):
        fetch_dataset("digits")
    with pytest.raises(DatasetError, match="part of scikit-learn.*give no folder"):
        open_samples("digits", tmp_path)
