"""Calibration samples: training samples where there are any, and every class in proportion."""

from dataclasses import replace

import numpy as np
import pytest

from trecx.datasets.samples import SampleSet, open_samples
from trecx.deploy.calibration import CalibrationChoice, calibration_source, choose_calibration
from trecx.errors import DatasetError


def sample_set(n, split="test", dataset="Numbers", first=0):
    labels = np.arange(n) % 4
    raw = (np.arange(n, dtype=np.uint8) + first)[:, None, None, None]
    names = tuple(f"{k}.png" for k in range(n))
    return SampleSet("digits", dataset, split, tuple("0123"), names, labels, raw)


TEST, TRAIN = open_samples("digits"), open_samples("digits", split="train")


def test_every_class_is_chosen_in_proportion_and_the_choice_is_recorded():
    chosen = choose_calibration(sample_set(100, "train"), sample_set(40, first=200), CalibrationChoice(20))
    assert np.bincount(chosen.samples.labels).tolist() == [5, 5, 5, 5]
    record = chosen.record
    assert (record.n_samples, record.dataset, record.split, record.seed) == (20, "Numbers", "train", 0)
    assert not record.scored


def test_a_seed_gives_its_own_choice_every_time():
    def names(seed):
        return choose_calibration(TRAIN, TEST, CalibrationChoice(50, seed)).samples.names

    assert names(1) == names(1)
    assert names(1) != names(2)


def test_fewer_samples_than_asked_for_are_all_taken():
    chosen = choose_calibration(sample_set(8, "train"), sample_set(40, first=99), CalibrationChoice(200))
    assert chosen.record.n_samples == 8


def test_less_than_one_sample_is_no_choice():
    with pytest.raises(ValueError, match="n_samples must be at least 1, got 0"):
        choose_calibration(TRAIN, TEST, CalibrationChoice(0))


def test_samples_that_are_scored_too_are_said_to_be():
    tested = sample_set(40)
    assert choose_calibration(tested, tested, CalibrationChoice(10)).record.scored


def test_the_same_name_in_another_split_is_another_sample_unless_its_content_is_the_same():
    tested = sample_set(40)
    other = sample_set(40, "train", first=100)
    assert not choose_calibration(other, tested, CalibrationChoice(10)).record.scored
    again = sample_set(40, "train", "The same numbers under another title")
    assert choose_calibration(again, tested, CalibrationChoice(10)).record.scored


def test_training_samples_come_first(monkeypatch):
    assert calibration_source(TEST).split == "train"
    assert set(calibration_source(TEST).names) & set(TEST.names) == set()


def test_the_tested_samples_are_taken_where_there_are_no_others(monkeypatch):
    def nothing(*_, **__):
        raise DatasetError("no samples to train on")

    monkeypatch.setattr("trecx.deploy.calibration.open_training", nothing)
    assert calibration_source(TEST) is TEST


def test_a_training_split_that_was_cut_from_the_tested_samples_is_not_taken(monkeypatch):
    class Cut:
        train = replace(TEST, split="train", dataset="A part of the test set")

    monkeypatch.setattr("trecx.deploy.calibration.open_training", lambda *_, **__: Cut)
    assert calibration_source(TEST) is TEST


def test_samples_that_the_user_gives_come_before_all_others():
    own = sample_set(10, "calibration")
    assert calibration_source(TEST, own=own) is own
