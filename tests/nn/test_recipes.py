"""Recipes are the paper's where they say so; schedules, augmentation and what is kept of samples."""

import json

import numpy as np
import pytest

from tests.needs_tensorflow import TENSORFLOW
from trecx.datasets.samples import SampleSet
from trecx.errors import UnknownNameError
from trecx.nn.networks import describe, systems_of
from trecx.nn.training import TrainingPlan, find_recipe
from trecx.nn.training.batches import Inputs, TrainingBatches
from trecx.nn.training.images import ImageAugmentation
from trecx.nn.training.recipes import RECIPES
from trecx.nn.training.waveforms import SpeechAugmentation

pytestmark = [TENSORFLOW, pytest.mark.filterwarnings("ignore")]
SILENT, NOISE = np.zeros(0, np.int16), np.full(32_000, 9000, np.int16)


def rates(recipe, *epochs):
    return [recipe.schedule.rate(epoch, recipe.epochs) for epoch in epochs]


def pictures(n, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, 32, 32, 3)).astype(np.uint8)


# REFERENCE section 3.
@pytest.mark.parametrize(
    ("task", "epochs", "batch_size", "early_weight", "expected"),
    [
        ("ic", 500, 32, 0.5, {0: 0.001, 1: 0.00099, 2.5: 0.001 * 0.99**2, 499: 0.001 * 0.99**499}),
        ("kws", 36, 100, 0.3, {0: 0.0005, 11.9: 0.0005, 12: 0.0001, 24: 0.00002, 35: 0.00002}),
        ("vww", 50, 32, 0.4, {0: 0.001, 19.9: 0.001, 20: 0.0005, 29: 0.0005, 30: 0.00025, 49: 0.00025}),
    ],
)
def test_the_papers_recipes_are_the_papers(task, epochs, batch_size, early_weight, expected):
    recipe = find_recipe(task, "paper")
    assert (recipe.epochs, recipe.batch_size, recipe.early_weight) == (epochs, batch_size, early_weight)
    assert recipe.transfer_share == 0.8
    assert rates(recipe, *expected) == pytest.approx(list(expected.values()))
    assert find_recipe(task, "short").early_weight == early_weight


def test_the_papers_images_turn_shift_and_flip_as_it_says():
    assert find_recipe("ic", "paper").augmentation == ImageAugmentation(0.1, rotation_degrees=15, flip=True)


def test_every_task_has_both_recipes_and_a_third_one_is_refused_with_their_names():
    assert set(RECIPES) == {"ic", "kws", "vww", "digits"}
    assert all(sorted(recipes) == ["paper", "short"] for recipes in RECIPES.values())
    with pytest.raises(UnknownNameError, match="unknown recipe 'long'; known: paper, short"):
        find_recipe("kws", "long")


@pytest.mark.parametrize("name", ["paper", "short"])
@pytest.mark.parametrize("task", RECIPES)
def test_a_config_is_the_same_after_json_so_that_a_training_knows_its_own(task, name):
    config = find_recipe(task, name).config(NOISE)
    assert json.loads(json.dumps(config)) == config
    # The paper has nothing on digits: by either name it is the same training, which goes on where it stood.
    assert config["name"] == ("short" if task == "digits" else name)


@pytest.mark.parametrize("task", RECIPES)
def test_a_schedule_follows_another_number_of_epochs(task):
    paper, shorter = find_recipe(task, "paper"), find_recipe(task, "paper", 10)
    if task == "ic":  # decays by epoch, however many there are
        assert rates(shorter, 9) == rates(paper, 9)
    else:
        assert rates(shorter, 0, 5, 9.99) == rates(paper, 0, 0.5 * paper.epochs, 0.999 * paper.epochs)


@pytest.mark.parametrize("name", ["paper", "short"])
def test_a_short_run_ends_with_a_small_rate(name):
    for task in RECIPES:
        recipe = find_recipe(task, name)
        steps = np.linspace(0, recipe.epochs, 500, endpoint=False)
        each = rates(recipe, *steps)
        assert min(each) > 0
        assert each[-1] < max(each) / 3


def test_what_speech_training_says_of_noise_is_what_the_dataset_has():
    assert SpeechAugmentation().with_noise(NOISE).config() == {
        "shift_ms": 100,
        "background_noise": "2.0 s of recordings",
        "noise_share": 0.8,
        "noise_volume": 0.1,
    }
    without = find_recipe("kws", "paper").config(SILENT)["augmentation"]
    assert without == {"shift_ms": 100, "background_noise": "none: the dataset has no background noise"}


@pytest.mark.parametrize("augment", [ImageAugmentation(0.125), ImageAugmentation(0.1, rotation_degrees=15)])
def test_augmented_images_stay_images_and_follow_from_the_seed(augment):
    images = pictures(20)
    before = images.copy()
    changed = augment(images, np.random.default_rng(1))
    assert (changed.shape, changed.dtype) == (images.shape, np.uint8)
    assert np.array_equal(images, before)
    assert np.array_equal(changed, augment(images, np.random.default_rng(1)))
    assert not np.array_equal(changed, augment(images, np.random.default_rng(2)))
    grey = np.full((5, 32, 32, 3), 77, np.uint8)
    assert (augment(grey, np.random.default_rng(0)) == 77).all()


def test_half_of_the_images_are_mirrored():
    images = pictures(400)
    flipped = ImageAugmentation(0.0)(images, np.random.default_rng(0))
    mirrored = (flipped == images[:, :, ::-1]).all((1, 2, 3))
    assert np.array_equal(flipped[~mirrored], images[~mirrored])
    assert 160 < mirrored.sum() < 240


@pytest.mark.parametrize("degrees", [0.0, 1e-9])
def test_images_shift_up_to_the_limit_in_both_directions_and_repeat_their_edge(degrees):
    dots = np.zeros((300, 32, 32, 3), np.uint8)
    dots[:, 14:18, 14:18] = 240
    moved = ImageAugmentation(0.125, degrees, flip=False)(dots, np.random.default_rng(0))
    weights = moved[..., 0] / moved[..., 0].sum((1, 2), keepdims=True)
    for centres in ((weights.sum(axis) @ np.arange(32)) - 15.5 for axis in (1, 2)):
        assert np.abs(centres).max() <= 4.05
        assert centres.min() < -3.5 and centres.max() > 3.5
    edge = np.zeros((50, 32, 32, 3), np.uint8)
    edge[:, 0] = 200
    lower = ImageAugmentation(0.125, degrees, flip=False)(edge, np.random.default_rng(0))
    assert set(lower[:, 0].ravel().tolist()) <= set(range(201)) and lower[:, 31].max() == 0


def test_images_turn_up_to_the_limit_either_way():
    bar = np.zeros((200, 32, 32, 3), np.uint8)
    bar[:, 15:17, 4:28] = 250
    turned = ImageAugmentation(0.0, rotation_degrees=15, flip=False)(bar, np.random.default_rng(0))
    left, right = turned[:, :, 6, 0].argmax(1), turned[:, :, 25, 0].argmax(1)
    degrees = np.rad2deg(np.arctan2(left - right, 19))
    assert 11 < degrees.max() < 18 and -18 < degrees.min() < -11


class Counted:
    """Waveforms that count how often one was read."""

    def __init__(self, n):
        self.waves = np.random.default_rng(0).integers(-9000, 9000, (n, 16_000)).astype(np.int16)
        self.read = 0

    def __len__(self):
        return len(self.waves)

    def __getitem__(self, chosen):
        self.read += len(self.waves[chosen])
        return self.waves[chosen]


@pytest.fixture
def spoken():
    names = tuple(map(str, range(10)))
    return SampleSet("kws", "tiny", "train", names, names, np.arange(10), Counted(10))


def test_speech_is_read_once_unless_it_is_augmented(spoken):
    inputs = Inputs(spoken)
    first = [inputs.batch(np.array([3, 1]))[0] for _ in range(3)]
    assert spoken.raw.read == 10
    assert np.array_equal(first[0], first[2]) and first[0].shape == (2, 49, 10, 1)
    augmented = Inputs(spoken, SpeechAugmentation().with_noise(SILENT))
    changed = [augmented.batch(np.array([3, 1]), (0, epoch))[0] for epoch in (0, 0, 1)]
    assert spoken.raw.read == 16
    assert np.array_equal(changed[0], changed[1]) and not np.array_equal(changed[0], changed[2])


def test_batches_of_an_epoch_are_the_same_again_and_hold_each_sample_at_most_once(spoken):
    batches = TrainingBatches(Inputs(spoken), 4, seed=5)
    labels = [np.concatenate([y for _, y in batches.of_epoch(epoch)]) for epoch in (0, 0, 1)]
    assert len(batches) == 2
    assert np.array_equal(labels[0], labels[1]) and not np.array_equal(labels[0], labels[2])
    assert len(set(labels[0].tolist())) == 8


@pytest.mark.parametrize("task", RECIPES)
@pytest.mark.parametrize("name", ["paper", "short"])
def test_every_system_of_a_task_has_a_plan_with_a_weight_for_each_exit(task, name):
    for system in systems_of(task):
        plan = TrainingPlan(describe(task, system), find_recipe(task, name))
        for epoch in (0, plan.recipe.epochs - 1):
            weights = plan.weights_in(epoch)
            assert len(weights) == len(plan.description.exits)
            assert weights[-1] == 1 and all(0 < weight <= 1 for weight in weights)
