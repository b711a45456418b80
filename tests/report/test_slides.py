"""The three slides of a point: their numbers are the library's, their titles say what is seen."""

import math
import struct

import numpy as np
import pytest

from tests.browser.hostile import TEXTS, save_hostile
from tests.cli.test_commands import document, run
from tests.saved_points.records import context_options
from trecx.errors import OutputError
from trecx.figures import light_colours, with_colours
from trecx.figures.slides import HEIGHT, WIDTH
from trecx.figures.static import must_write_pictures
from trecx.figures.style import LONGEST_LABEL
from trecx.report.slides import slides, write_slides
from trecx.store import Store

NAMES = ("benefit curve", "savings", "confusion")
UNKNOWN = {"device": None, "battery": None, "per_hour": None}


def drawn(name="kws/trecx", threshold=0.69, **setting):
    seen, _, context = context_options(name, **setting)
    return slides(seen, context, threshold), context, context.point(threshold)


def trace(figure, name):
    (found,) = [one for one in figure.data if one.name == name]
    return found


def title(figure):
    return figure.layout.title.text.removeprefix("<b>").removesuffix("</b>")


def about(figure):
    return figure.layout.title.subtitle.text.replace("<br>", " ")


@pytest.mark.parametrize("mix", [None, "even"])
def test_the_chosen_point_stands_on_the_exact_curve_beside_the_baseline(shipped, mix):
    figures, context, point = drawn(mix=mix)
    figure, reference = figures["benefit curve"], context.reference
    chosen, baseline = trace(figure, "chosen point"), trace(figure, "baseline")
    assert [chosen.x[0], chosen.y[0]] == pytest.approx([point.flops / 1e6, 100 * point.accuracy])
    assert [baseline.x[0], baseline.y[0]] == pytest.approx(
        [reference["flops"] / 1e6, 100 * reference["accuracy"]]
    )
    assert list(trace(figure, "benefit curve").y) == pytest.approx((100 * context.curve.accuracy).tolist())
    assert f"ρ = 0.69: {100 * point.accuracy:.1f} %, {point.flops / 1e6:.3g} MFLOPs" in chosen.text[0]


def test_the_savings_are_the_exit_shares_and_the_energy_against_the_baseline(shipped):
    figures, context, point = drawn("kws/sdn", 0.6)
    figure, costs = figures["savings"], context.conditions.costs
    assert list(trace(figure, "exits").y) == pytest.approx((100 * point.exit_counts / 4890).tolist())
    assert list(trace(figure, "exits").x) == ["exit 1", "exit 2", "exit 3", "final exit"]
    energy = [context.reference["energy_uj"] / 1000, point.expected(costs.energy_uj) / 1000]
    assert list(trace(figure, "costs").y) == pytest.approx(energy)
    assert figure.layout.yaxis2.title.text == "energy per inference (mJ, estimate by instructions)"
    assert context.device.title in about(figure)


def test_without_a_device_the_savings_are_flops(shipped):
    figures, context, point = drawn(**UNKNOWN)
    assert list(trace(figures["savings"], "costs").y) == pytest.approx(
        [context.reference["flops"] / 1e6, point.flops / 1e6]
    )
    assert figures["savings"].layout.yaxis2.title.text == "million FLOPs per inference"


@pytest.mark.parametrize("mix", [None, "even"])
def test_the_confusion_is_what_changes_against_the_baseline(shipped, mix):
    figures, context, point = drawn(mix=mix)
    baseline = context.baseline.operating_point(math.inf)
    if mix:
        baseline = baseline.weighted(context.class_weights)
    change = point.confusion - baseline.confusion
    cells = trace(figures["confusion"], "change").text
    shown = [[float((cell or "0").replace("−", "-")) for cell in row] for row in cells]
    assert np.abs(np.array(shown) - change).max() <= (0.5 + 1e-9 if mix else 0)


def test_each_title_is_a_message_with_the_numbers_of_the_library(shipped):
    figures, context, point = drawn()
    reference = context.reference
    saved, gain = point.flops / reference["flops"] - 1, point.accuracy - reference["accuracy"]
    assert title(figures["benefit curve"]) == (
        f"{100 * saved:.1f} % FLOPs, {100 * gain:.1f} pt accuracy".replace("-", "−")
    )
    energy = point.expected(context.conditions.costs.energy_uj) / reference["energy_uj"] - 1
    assert title(figures["savings"]) == (
        f"{100 * point.exit_rate:.1f} % of clips exit early: −{-100 * energy:.1f} % energy"
    )
    change = point.confusion - context.baseline.operating_point(math.inf).confusion
    wrong = change.sum(axis=0) - change.diagonal()
    most = context.table.class_names[int(wrong.argmax())]
    assert title(figures["confusion"]) == f"+{wrong.max()} clips wrongly predicted as {most}"
    for figure in figures.values():
        for said in ("T-RECX (published) on Speech Commands v0.02 test", "4,890 clips", "ρ = 0.69"):
            assert said in about(figure)
        assert "run kws-trecx-1bbb3c96" in about(figure)
        assert "baseline" in about(figure)


def test_without_a_baseline_the_final_exit_is_the_measure(tmp_path):
    store = Store()
    seen = save_hostile(store, "made")
    figures = slides(seen, context_options(seen.run_id, **UNKNOWN)[2], 0.5)
    assert all("final exit" in about(figure) for figure in figures.values())
    assert not [one for one in figures["benefit curve"].data if one.name == "baseline"]


def test_where_nobody_leaves_early_nothing_is_saved_and_nothing_changes_against_the_final_exit():
    seen = save_hostile(Store(), "made")
    figures = slides(seen, context_options(seen.run_id, **UNKNOWN)[2], math.inf)
    assert title(figures["benefit curve"]) == "0.0 % FLOPs, 0.0 pt accuracy"
    assert title(figures["confusion"]) == "No confusion is more frequent than with the final exit"
    assert "no early exits" in about(figures["savings"])


def test_hostile_names_are_text_that_fits():
    seen = save_hostile(Store())
    figures = slides(seen, context_options(seen.run_id, **UNKNOWN)[2], 0.5)
    for figure in figures.values():
        text = with_colours(figure, light_colours()).to_json()
        for markup in ("<script", "<img", "<a ", "<i>", "</title>"):
            assert markup not in text
        assert len(title(figure)) <= 4 * 72  # escaped
        assert figure.layout.title.subtitle.text.count("<br>") <= 2
    ticks = figures["confusion"].layout.xaxis.ticktext
    assert len(ticks) == len(TEXTS)
    assert max(len(tick.replace("&lt;", "<").replace("&gt;", ">")) for tick in ticks) <= LONGEST_LABEL + 4


@pytest.mark.browser
def test_the_command_writes_three_pictures_at_the_size_of_a_presentation(shipped, tmp_path, capsys):
    for ending in ("png", "svg"):
        out = tmp_path / f"slides.{ending}"
        told = document(capsys, "export", "vww/trecx", "--threshold", "0.8", "--out", str(out))
        assert list(told) == list(NAMES)
        assert sorted(file.name for file in tmp_path.glob(f"*.{ending}")) == [
            *(f"slides-benefit-curve.{ending}", f"slides-confusion.{ending}", f"slides-savings.{ending}"),
        ]
    png = (tmp_path / "slides-savings.png").read_bytes()
    assert struct.unpack(">II", png[16:24]) == (2 * WIDTH, 2 * HEIGHT)
    svg = (tmp_path / "slides-savings.svg").read_text(encoding="utf-8")
    assert f'width="{WIDTH}" height="{HEIGHT}"' in svg
    assert "54.1 % of images exit early" in svg
    assert "var(" not in svg


@pytest.mark.parametrize(
    ("out", "told"),
    [("nowhere/slides.png", "there is no folder"), ("slides.gif", "unknown file extension '.gif'")],
)
def test_slides_that_cannot_be_written_are_told_before_anything_is_drawn(
    shipped, tmp_path, monkeypatch, capsys, out, told
):
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, "export", "vww/trecx", "--threshold", "0.8", "--out", out)
    assert status == 1
    assert told in " ".join(err.split())
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_draw_that_is_told_with_the_remedy(shipped, tmp_path, monkeypatch):
    monkeypatch.setattr("trecx.figures.static.write_pictures", lambda figures: "there is no kaleido: pip …")
    seen, _, context = context_options("vww/trecx", **UNKNOWN)
    with pytest.raises(OutputError, match=r"slides-savings\.svg.*there is no kaleido"):
        write_slides(seen, context, 0.8, tmp_path / "slides.svg")
    with pytest.raises(OutputError, match=r"ends in \.svg or \.png"):
        must_write_pictures({tmp_path / "slides.pdf": None})
