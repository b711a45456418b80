"""The figure of the random splits: one point per split, the limit, the shares and the savings."""

from dataclasses import replace

import numpy as np
import pytest

from tests.threshold.resampling.synthetic import GRID, scores
from trecx.figures import light_colours, random_splits_figure, with_colours
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.limits import Limits
from trecx.threshold.resampling.random_splits import random_splits

P90 = Guarantee(0.9)


def simulated(limits, guarantee=P90, **setting):
    run = scores(400)
    return random_splits(run, run.sample_names, GRID, None, limits, guarantee, n_splits=20, **setting)


def trace(figure, name):
    return next(trace for trace in figure.data if trace.name == name)


def words(figure):
    return [note.text for note in figure.layout.annotations]


def test_every_split_is_a_point_of_each_choice_with_its_loss_and_its_saving():
    found = simulated(Limits(max_lost=0.04), baseline_flops=250.0)
    figure = random_splits_figure(found)
    for name, choice in (("naive", found.naive), ("guaranteed", found.guaranteed)):
        known = ~np.isnan(choice.loss)
        assert trace(figure, f"{name} loss").x.tolist() == (100 * choice.loss[known]).tolist()
        saving = trace(figure, f"{name} saving")
        assert (saving.x.tolist(), saving.xaxis) == ((100 * choice.saving[known]).tolist(), "x2")
        assert saving.customdata.tolist() == (1 + np.flatnonzero(known)).tolist()
    assert trace(figure, "naive loss").y.min() > trace(figure, "guaranteed loss").y.max()
    assert figure.layout.shapes[0].x0 == figure.layout.shapes[0].x1 == 4
    assert "limit 4 %" in words(figure)
    naive = found.naive
    assert f"above the limit in <b>{100 * naive.share_broken:.3g} %</b> of 20 splits" in words(figure)
    assert f"mean <b>{100 * naive.mean_saving:.1f} %</b>" in words(figure)


@pytest.mark.parametrize(
    ("limits", "guarantee", "title", "limit"),
    [
        (Limits(max_lost=0.04), P90, "samples lost, of all samples (%)", "limit 4 %"),
        (
            Limits(max_drop=0.04, against="final"),
            Guarantee(0.9),
            "accuracy drop vs final exit, all samples (pt)",
            "limit 4 pt",
        ),
        (Limits(min_accuracy=0.8), P90, "wrong predictions, of all samples (%)", "limit 20 %"),
        (
            Limits(max_lost=0.08),
            Guarantee(0.9, each_class=True),
            "samples lost, of all samples (%), worst class",
            "limit 8 %",
        ),
    ],
)
def test_the_axes_say_which_loss_in_which_unit(limits, guarantee, title, limit):
    figure = random_splits_figure(simulated(limits, guarantee))
    assert figure.layout.xaxis.title.text == title
    assert figure.layout.xaxis2.title.text == "FLOPs saved vs final exit (%)"
    assert figure.layout.yaxis.ticktext == ("naive ρ", "guaranteed ρ<br>(90 %)")
    assert limit in words(figure)
    assert figure.layout.xaxis.domain[1] < figure.layout.xaxis2.domain[0]


def test_splits_without_a_guaranteed_threshold_are_left_out_and_counted():
    found = simulated(Limits(max_lost=0.001))
    figure = random_splits_figure(found)
    assert len(trace(figure, "guaranteed loss").x) == 0
    assert "no ρ in any split" in words(figure)
    half = replace(found.naive, **{"thresholds": np.where(np.arange(20) < 5, np.nan, found.naive.thresholds)})
    assert any("no ρ in 5 splits" in text for text in words(random_splits_figure(replace(found, naive=half))))


def test_without_splits_the_figure_has_axes_with_titles_only():
    figure = random_splits_figure(None)
    assert len(figure.data) == 0
    assert figure.layout.xaxis.title.text == "loss on all samples (%)"
    assert figure.layout.xaxis2.title.text == "FLOPs saved (%)"


def test_all_colours_are_those_of_the_theme():
    figure = with_colours(random_splits_figure(simulated(Limits(max_lost=0.04))), light_colours())
    assert "var(" not in figure.to_json()
