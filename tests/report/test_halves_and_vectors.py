"""Report and slides of a point with a half, a guarantee or one threshold per exit."""

import math
from dataclasses import replace

import pytest

from tests.report.reports import CHEAP, Page, reported
from tests.saved_points.records import HELD_OUT, VECTOR, half_record, record_of
from trecx.console.labels import SAME_SAMPLES
from trecx.datasets.halves import Half
from trecx.errors import ExportError
from trecx.report import pictures_of, report_html, report_of, report_of_point
from trecx.report.slides import slides
from trecx.saved_points.record import Rule
from trecx.store import Store
from trecx.store.run_context import answers_of, load_context
from trecx.threshold.benefit_curve import operating_point

HALF_WORDS = "held-out half, 2,492 of 4,890 clips, by speaker, seed 0"
PER_EXIT = Rule(math.nan, per_exit=VECTOR)


def page_of_point(record, saved=()):
    store = Store()
    report = report_of_point(store, store.find_run(record.run.run_id), record)
    return Page(report_html(replace(report, saved=saved)))


def about(figure):
    return figure.layout.title.subtitle.text.replace("<br>", " ")


def trace(figure, name):
    (found,) = [one for one in figure.data if one.name == name]
    return found


def test_a_report_of_a_half_counts_and_names_its_samples_and_says_what_is_guaranteed(shipped):
    record = half_record("kws/sdn", lost=0.02)
    report = report_of_point(Store(), Store().find_run("kws/sdn"), record)
    assert report.context.table.n_samples == 2492
    assert report.context.half == HELD_OUT
    words = Page(report_html(report)).words
    assert words.count(HALF_WORDS) >= 2  # heading, and samples
    for said in (
        f"Every number is measured on the {HALF_WORDS}. ρ was chosen on the calibration half.",
        "For the chosen point (ρ = 0.88): at most 2.00 % of clips lost, with 95 % probability",
        "Basis: exact binomial test, 2,398 calibration clips, bound 1.98 %.",
        "Without a guarantee, the cheapest ρ within the limit is 0.854.",
        "guaranteed: at most 2.00 % of samples lost, with 95 % probability",
    ):
        assert said in words, said


def test_only_numbers_of_the_samples_that_rho_was_chosen_on_are_called_optimistic(shipped):
    optimistic = SAME_SAMPLES["sentence"]
    of_half = page_of_point(half_record("kws/trecx", half=HELD_OUT, title="Held out"))
    assert optimistic not in of_half.words
    assert optimistic in page_of_point(half_record("kws/trecx", half=Half("calibration"))).words
    of_all = page_of_point(half_record("kws/trecx", half=None))
    assert optimistic in of_all.words
    for absent in ("Guarantee", "calibration half", "held-out half"):
        assert absent not in of_all.words


def test_a_table_with_points_of_different_samples_says_which(shipped):
    store, of_half = Store(), half_record("kws/trecx", Rule(0.7), title="Half")
    of_all = record_of("kws/trecx", Rule(0.8), "All")

    class Saved:
        record = of_all

    words = page_of_point(of_half, [Saved]).words
    assert "· held-out half, 2,492 of 4,890 samples, by speaker, seed 0" in words
    assert "· all samples" in words
    run = store.find_run("kws/trecx")
    assert "all samples" not in Page(report_html(report_of_point(store, run, of_all))).words


def test_other_runs_are_compared_on_the_same_half(shipped):
    store, record = Store(), half_record("kws/sdn", half=HELD_OUT)
    from trecx.report import designs_beside

    run, context = store.find_run("kws/sdn"), load_context(store, Store().find_run("kws/sdn"), half=HELD_OUT)
    designs = designs_beside(store, run, context, ["kws/trecx"])
    expected = operating_point(answers_of(store, store.find_run("kws/trecx"), half=HELD_OUT), 0.69)
    assert designs[1].at(0.69).accuracy.value == expected.accuracy
    assert (
        "Comparison with other designs"
        in Page(report_html(report_of(store, run, context, record, designs))).words
    )


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_a_report_of_thresholds_per_exit_has_its_numbers_and_never_nan(shipped, precision):
    record = half_record("kws/sdn", replace(PER_EXIT, precision=precision), None, title="Three")
    page = page_of_point(record)
    assert page.data["begin"] == {
        "threshold": 0.75,
        "per_exit": [0.5, 0.75, None],
        "precision": precision,
    }
    assert "0.5 · 0.75 · never" in page.words
    assert "is ≥ its own threshold (ρ₁ = 0.5, ρ₂ = 0.75, ρ₃ never)" in page.words
    assert f"{100 * record.numbers['accuracy']:.2f} %" in page.words
    assert [mark["label"] for mark in page.data["views"]["FLOPs"]["marks"]].count("Three") == 0
    assert "nan" not in page.words.lower().split()
    assert "NaN" not in str(page.data)


def test_a_comparison_marks_the_point_of_the_thresholds_per_exit(shipped):
    record = half_record("kws/sdn", PER_EXIT, None)
    report = replace(reported("kws/sdn", compare=["kws/trecx"], **CHEAP), record=record)
    chosen = Page(report_html(report)).data["others"]
    assert f"{record.numbers['flops'] / 1e6:.6f}"[:6] in chosen
    assert "NaN" not in chosen


def test_a_vector_that_never_stops_begins_without_early_exits(shipped):
    never = half_record("kws/sdn", Rule(math.nan, per_exit=(math.inf,) * 3), None)
    assert page_of_point(never).data["begin"]["threshold"] is None
    assert never.numbers["exit_rate"] == 0


def test_samples_are_included_for_one_rho_only(shipped):
    store = Store()
    with pytest.raises(ExportError, match="(for one ρ only)|(not downloaded)"):
        pictures_of(store, store.find_run("kws/sdn"), PER_EXIT, 3)


def test_slides_of_thresholds_per_exit_show_the_numbers_of_the_record(shipped):
    store = Store()
    run, record = store.find_run("kws/sdn"), half_record("kws/sdn", PER_EXIT, None)
    figures = slides(run, load_context(store, run), record.rule.effective, record)
    chosen = trace(figures["benefit curve"], "chosen point")
    numbers = record.numbers
    assert [chosen.x[0], chosen.y[0]] == pytest.approx([numbers["flops"] / 1e6, 100 * numbers["accuracy"]])
    assert "one threshold per exit" in chosen.text[0]
    exits = [100 * count / 4890 for count in numbers["exit_samples"]]
    assert list(trace(figures["savings"], "exits").y) == pytest.approx(exits)
    for figure in figures.values():
        assert "ρ₁ = 0.5, ρ₂ = 0.75, ρ₃ never" in about(figure)
        assert "nan" not in f"{figure.layout.title.text} {about(figure)} {chosen.text[0]}".lower()


def test_slides_say_on_which_samples_and_with_which_guarantee(shipped):
    store, record = Store(), half_record("kws/sdn", lost=0.02)
    run = store.find_run("kws/sdn")
    context = load_context(store, run, half=HELD_OUT)
    for figure in slides(run, context, record.rule.effective, record).values():
        assert HALF_WORDS in about(figure)
        assert "(at most 2.00 % of clips lost, with 95 % probability)" in about(figure)
    without_record = slides(run, context, 0.88)["benefit curve"]
    assert "2,492 clips of the held-out half (seed 0)" in about(without_record)
