"""Halves of the samples: the same on every machine, with classes in proportion, and no speaker in both."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trecx.datasets.halves import CALIBRATION, HELD_OUT, Half, speaker_of, split_in_halves
from trecx.scores.names import NumberedNames

CALIBRATED, HELD = Half(CALIBRATION), Half(HELD_OUT)


def named(n):
    return [f"image {position}.png" for position in range(n)]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(0, 5))
def test_every_sample_is_in_one_half_and_every_class_in_proportion(labels, seed):
    split = split_in_halves(named(len(labels)), np.array(labels), seed)
    assert np.array_equal(split.members(CALIBRATED), ~split.members(HELD))
    assert (split.seed, split.kept_together) == (seed, "")
    for label in set(labels):
        members = np.array(labels) == label
        assert abs(split.calibration[members].sum() - members.sum() / 2) <= 0.5


@given(st.lists(st.integers(0, 2), min_size=2, max_size=40), st.randoms())
def test_the_order_of_the_samples_does_not_matter(labels, random):
    names, order = named(len(labels)), list(range(len(labels)))
    random.shuffle(order)
    split = split_in_halves(names, np.array(labels))
    again = split_in_halves([names[k] for k in order], np.array(labels)[order])
    assert np.array_equal(split.calibration[order], again.calibration)


@st.composite
def clips(draw):
    """Speakers with one to five clips each, of any words, in any order, and clips of silence."""
    clips = [
        (f"{word}/{speaker:08x}_nohash_{clip}.wav", "abc".index(word))
        for speaker in range(draw(st.integers(1, 25)))
        for clip in range(draw(st.integers(1, 5)))
        for word in [draw(st.sampled_from("abc"))]
    ]
    clips += [(f"_silence_/{k}.wav", 3) for k in range(draw(st.integers(0, 8)))]
    return draw(st.permutations(clips))


@given(clips(), st.integers(0, 3))
def test_all_clips_of_a_speaker_are_in_one_half(clips, seed):
    names, labels = zip(*clips, strict=True)
    split = split_in_halves(names, np.array(labels), seed)
    assert split.kept_together == "speaker"
    halves = {}
    for name, calibrated in zip(names, split.calibration.tolist(), strict=True):
        assert halves.setdefault(speaker_of(name), calibrated) == calibrated


@given(clips(), st.randoms())
def test_nor_does_the_order_of_clips(clips, random):
    split = split_in_halves([name for name, _ in clips], np.array([label for _, label in clips]))
    of_name = dict(zip([name for name, _ in clips], split.calibration.tolist(), strict=True))
    random.shuffle(clips)
    again = split_in_halves([name for name, _ in clips], np.array([label for _, label in clips]))
    assert [of_name[name] for name, _ in clips] == again.calibration.tolist()


def test_one_name_of_a_speaker_among_many_is_found():
    names = [*named(5000), "bed/022cd682_nohash_0.wav", "cat/022cd682_nohash_0.wav"]
    assert split_in_halves(names, np.zeros(5002, np.int64)).kept_together == "speaker"


def test_classes_of_speakers_are_in_proportion_approximately():
    random = np.random.default_rng(0)
    speakers = random.integers(0, 600, 4000)
    labels = random.integers(0, 12, 4000)
    names = [
        f"{label}/{speaker:08x}_nohash_{k}.wav"
        for k, (label, speaker) in enumerate(zip(labels, speakers, strict=True))
    ]
    calibration = split_in_halves(names, labels).calibration
    assert abs(calibration.mean() - 0.5) < 0.02
    for label in range(12):
        assert abs(calibration[labels == label].mean() - 0.5) < 0.12


def test_another_seed_gives_another_split():
    splits = [split_in_halves(named(200), np.zeros(200, np.int64), seed).calibration for seed in range(4)]
    for one in range(4):
        for other in range(one):
            assert 0.3 < np.mean(splits[one] == splits[other]) < 0.7


def test_the_split_is_the_same_on_every_machine():
    """A literal: halves that are stored with saved points must not change with a version."""
    split = split_in_halves(named(12), np.array([0] * 6 + [1] * 6))
    assert split.calibration.astype(int).tolist() == LITERAL


LITERAL = [1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0]


def test_numbered_names_are_names():
    labels = np.arange(100) % 2
    numbered, written = (
        split_in_halves(names, labels) for names in (NumberedNames(100), [str(k) for k in range(100)])
    )
    assert np.array_equal(numbered.calibration, written.calibration)


@pytest.mark.parametrize("name", ["a.png", "a/0123_nohash_0.wav"])
def test_one_sample_is_in_one_half(name):
    split = split_in_halves([name], np.array([3]))
    assert split.members(CALIBRATED).sum() + split.members(HELD).sum() == 1


def test_a_half_has_a_title():
    assert Half(HELD_OUT, 3).title == "held-out half (seed 3)"
