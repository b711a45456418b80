"""The document that compares with the paper: checked against the store."""

import csv
import io

import numpy as np
import pytest

from tests.comparison.synthetic import FLOPS, save_synthetic, scores_of
from tests.conftest import ROOT
from tests.int8_runs import save_int8
from trecx.cli import main
from trecx.datasets.training_sets import SMALL_KWS_TITLE
from trecx.reproduction import reproduction_of, write
from trecx.reproduction.estimates import (
    standalone,
)
from trecx.reproduction.evidence import gather
from trecx.reproduction.paper import TABLE_1
from trecx.store import Store
from trecx.threshold.benefit_curve import operating_point

DOCS = ROOT / "docs"
SEEDS = range(3)


def records(reproduction, name):
    return list(csv.DictReader(io.StringIO(reproduction.csvs[name])))


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A store of synthetic runs: digits with three seeds, kws and ic with one."""
    store = Store(str(tmp_path_factory.mktemp("filled") / "scores.sqlite"))
    for system in FLOPS:
        for seed in SEEDS:
            save_synthetic(store, "digits", system, seed)
        save_synthetic(store, "kws", system, 0, dataset=SMALL_KWS_TITLE)
        save_synthetic(store, "ic", system, 0, dataset="CIFAR-10 (JPEG)")
    return store


@pytest.fixture(scope="module")
def made(filled):
    return reproduction_of(filled)


def test_the_committed_document_and_numbers_are_what_the_shipped_store_gives(shipped):
    made = reproduction_of(Store(shipped))
    assert (DOCS / "reproduction.md").read_text(encoding="utf-8") == made.markdown
    for name, text in made.csvs.items():
        assert (DOCS / "reproduction" / name).read_text(encoding="utf-8") == text, name
    there = {path.name for path in (DOCS / "reproduction").iterdir()}
    assert there == {*made.csvs, *made.figures}


def test_the_papers_row_for_kws_holds(shipped):
    rows = records(reproduction_of(Store(shipped)), "comparisons.csv")
    ours = {
        row["what"]: float(row["ours"])
        for row in rows
        if (row["setting"], row["number"], row["unit"]) == ("kws-published-models", "grid of 101", "MFLOPs")
    }
    assert [round(value, 3) for value in ours.values()] == [3.864, 3.453, 3.305, 3.180]
    published = [row for row in rows if row["setting"] == "kws-published-models"]
    assert {row["verdict"] for row in published if "MFLOPs at" in row["what"]} == {"holds"}


ON_ORIGINAL_PIXELS = {
    "baseline": [87.19],
    "trecx": [73.42, 87.40],
    "trecx-noev": [73.91, 86.73],
    "sdn": [63.30, 75.04, 86.36],
    "branchynet": [72.46, 79.70, 85.73],
}


@pytest.mark.parametrize("system", ON_ORIGINAL_PIXELS)
def test_the_published_image_models_have_the_accuracy_of_the_reference(shipped, system):
    store = Store(shipped)
    run = store.find_run(f"ic/{system}")
    assert (run.source, run.dataset, run.n_samples) == ("published", "CIFAR-10 test", 10_000)
    accuracy = 100 * store.load_scores(run).standalone_accuracy
    assert accuracy == pytest.approx(ON_ORIGINAL_PIXELS[system], abs=0.02)
    ours = store.find_run(f"ic/{system}", "trained here")
    assert ours.dataset == "CIFAR-10 (JPEG)"
    assert ours.sample_set_id != run.sample_set_id


def test_all_that_the_paper_says_of_the_published_image_models_holds(shipped):
    made = reproduction_of(Store(shipped))
    rows = [row for row in records(made, "comparisons.csv") if row["setting"] == "ic-published-models"]
    compared = [row for row in rows if row["part"] in ("Table 1", "Table 2")]
    assert len(compared) > 30
    assert {row["verdict"] for row in compared} == {"holds"}
    assert {row["part"] for row in rows} == {"Table 1", "Table 2", "Figure 4", "Figure 7", "Text INT8"}
    assert {f"figure-{number}-ic-published-models.svg" for number in (4, 7)} <= set(made.figures)


def test_the_mean_saving_is_that_of_the_three_published_models(shipped):
    made = reproduction_of(Store(shipped))
    rows = records(made, "comparisons.csv")
    (mean,) = [row for row in rows if row["setting"] == "all-tasks"]
    savings = {
        row["setting"]: float(row["ours"])
        for row in rows
        if row["what"] == "T-RECX: MFLOPs at −1 pt" and row["number"] == "grid of 101, saving"
    }
    each = [savings[f"{task}-published-models"] for task in ("ic", "kws", "vww")]
    assert float(mean["ours"]) == pytest.approx(np.mean(each), rel=1e-5)
    assert (float(mean["paper"]), mean["verdict"]) == (31.58, "holds")
    sources = {run.run_id: run.source for run in Store(shipped).runs()}
    assert {sources[run] for run in mean["runs"].split()} == {"published"}
    first = made.markdown.split("T-RECX at 1 pt below")[1].split("\n- ")[1]
    assert first.startswith("ic, kws and vww, published models: ")


def test_the_first_picture_has_the_papers_points_of_all_three_tasks(shipped):
    made = reproduction_of(Store(shipped))
    assert made.markdown.index("(reproduction/all-tasks.svg)") == made.markdown.index("(reproduction/")
    figure = made.figures["all-tasks.svg"]
    drawn = {trace.name: trace for trace in figure.data}
    for name, row in (("ic, 10,000 images", "ic"), ("kws, 4,890 clips", "kws"), ("vww, 1,000 images", "vww")):
        said = drawn[f"{name}, in the paper"]
        assert said.y.tolist() == [0, -1, -2, -3]
        assert said.x[1:].tolist() == pytest.approx(
            [100 * mflops / TABLE_1[row].baseline_mflops for mflops in TABLE_1[row].mflops]
        )
        curve = drawn[name]
        assert (np.diff(curve.x) > 0).all()
    final = drawn["ic, 10,000 images"]
    assert (final.x[-1], final.y[-1]) == pytest.approx((100 * 26_459_416 / 25_271_004, 87.40 - 87.19))


def test_what_the_document_says_of_other_rules_is_what_its_table_has(shipped):
    made = reproduction_of(Store(shipped))
    values = {}
    for row in records(made, "table-1-by-other-rules.csv"):
        values.setdefault((row["setting"][:3].strip("-"), row["rule"]), []).append(float(row["value"]))
    ic = {rule: np.array(values["ic", rule]) for task, rule in values if task == "ic"}
    names = list(ic)
    said, usual, above, authors, _, relative, own, scaled, needed, accuracy = (ic[name] for name in names)
    assert "ic it gives 0.4 to 1.3 % fewer MFLOPs" in made.markdown
    less = 100 * (1 - usual / said)
    assert (less.min(), less.max()) == pytest.approx((0.4, 1.3), abs=0.05)
    assert np.array_equal(above, usual)
    assert 100 * abs(authors / usual - 1)[:2] == pytest.approx([2.7, 0.1], abs=0.05)
    assert abs(authors[0] - said[0]) > abs(usual[0] - said[0])
    assert 100 * (scaled / usual - 1) == pytest.approx([0.04] * 4, abs=0.005)
    assert needed.max() - needed.min() > 0.4
    higher = accuracy - (87.2 - np.arange(4))
    assert (higher.min(), higher.max()) == pytest.approx((0.03, 0.26), abs=0.005)
    assert not np.allclose(relative, said, rtol=0.01)
    assert not np.allclose(own, said, rtol=0.01)
    assert "and the published weights have 73.42 and 87.40 %" in made.markdown
    kws = [np.array(values["kws", name]) for name in names[:2]]
    assert np.abs(kws[0] - kws[1]).max() < 0.01  # one unit of the paper's last digit


def test_an_extra_class_is_compared_with_the_same_samples_without_it(filled, made):
    rows = {row["what"]: row for row in records(made, "comparisons.csv") if row["part"] == "Text"}
    for name, exit_, paper in (("early", 0, 0.54), ("final", 1, 0.75)):
        row = rows[f"The {name} exit is less accurate with an extra class"]
        one, other = (
            scores_of(system, "ic", 0, 200).standalone_accuracy[exit_]
            for system in ("trecx", "trecx-extra-class")
        )
        assert float(row["ours"]) == pytest.approx(100 * (one - other), rel=1e-5)
        assert float(row["paper"]) == paper
    store = Store(filled.name)
    assert store.find_run("ic/trecx").sample_set_id != store.find_run("ic/trecx-extra-class").sample_set_id


def test_an_extra_class_on_other_samples_is_not_compared():
    save_synthetic(Store(), "ic", "trecx", 0, 60)
    save_synthetic(Store(), "ic", "trecx-extra-class", 0, 50)
    assert "with an extra class |" not in reproduction_of(Store()).markdown


def test_an_empty_store_gives_a_document_that_names_what_is_missing_and_its_command():
    made = reproduction_of(Store())
    assert made.figures == {}
    assert made.csvs == {}
    for part in ("Table 1", "Table 2", "Figure 2", "Figure 4", "Figure 5", "Figure 6", "Figure 7", "Text"):
        text = made.markdown.split(f"## {part}:")[1].split("\n## ")[0]
        assert "*Missing: " in text, part
        assert "python -m trecx train" in text, part
    assert "`python -m trecx models fetch kws`" in made.markdown
    assert "kws (small data), trained here: no run of trecx, trecx-notransfer" in made.markdown


def test_a_part_fills_itself_and_names_only_what_it_still_wants():
    save_synthetic(Store(), "ic", "trecx", 0)
    text = reproduction_of(Store()).markdown.split("## Figure 5:")[1].split("\n## ")[0]
    assert "![Figure 5" in text
    assert "no run of baseline-ee. To make one: `python -m trecx train ic baseline-ee`.*" in text


def test_everything_has_a_place_once_all_runs_are_there(made):
    settings = (
        "digits-trained-here-short-12",
        "kws-small-data-trained-here-short-12",
        "ic-trained-here-short-12",
    )
    assert {f"figure-4-{setting}.svg" for setting in settings} <= set(made.figures)
    assert {name.split("-")[1] for name in made.figures} == {"2", "4", "5", "6", "7"}
    assert "no run of" in made.markdown  # the published ones
    assert "trained here: no run of" not in made.markdown
    for name in made.figures:
        assert f"(reproduction/{name})" in made.markdown


def test_published_and_trained_here_never_share_a_line():
    for source in ("published", "trained here"):
        for system in ("baseline", "trecx"):
            save_synthetic(Store(), "kws", system, 0, source=source, dataset=SMALL_KWS_TITLE)
    sources = {run.run_id: run.source for run in Store().runs()}
    made = reproduction_of(Store())
    for name in made.csvs:
        for record in records(made, name):
            assert len({sources[run_id] for run_id in record["runs"].split()}) == 1
    assert {one.setting.source for one in gather(Store())} == {"published", "trained here"}


def test_int8_runs_change_no_number_of_the_reproduction():
    runs = [save_synthetic(Store(), "digits", system, 0) for system in ("baseline", "trecx", "sdn")]
    before = reproduction_of(Store())
    for run in runs:
        save_int8(Store(), run)
    assert reproduction_of(Store()).csvs == before.csvs
    assert [one.runs["trecx"] for one in gather(Store())] == [[runs[1]]]


def test_no_line_of_the_shipped_store_mixes_datasets_or_sources(shipped):
    origins = {run.run_id: (run.source, run.dataset) for run in Store(shipped).runs()}
    made = reproduction_of(Store(shipped))
    lines = [record for name in made.csvs for record in records(made, name)]
    mixed = [line for line in lines if len({origins[run_id] for run_id in line["runs"].split()}) > 1]
    assert {line["setting"] for line in mixed} == {"all-tasks"}
    assert {line["what"] for line in mixed} == {"T-RECX: mean saving of FLOPs at −1 pt"}


def test_of_one_seed_the_newest_run_counts_and_another_recipe_is_another_setting():
    store = Store()
    for attempt in range(2):
        newest = save_synthetic(store, "ic", "trecx", 0, attempt=attempt)
    save_synthetic(store, "ic", "trecx", 0, recipe="paper")
    short, paper = sorted(gather(store), key=lambda one: one.setting.recipe, reverse=True)
    assert [run.run_id for run in short.runs["trecx"]] == [newest.run_id]
    assert [one.setting.slug for one in (short, paper)] == [
        "ic-trained-here-short-12",
        "ic-trained-here-paper-12",
    ]


def test_of_settings_that_differ_in_samples_only_the_largest_counts():
    for n_samples in (40, 60, 50):
        save_synthetic(Store(), "ic", "trecx", 0, n_samples)
    assert [one.setting.n_samples for one in gather(Store())] == [60]


def test_of_published_models_the_papers_own_samples_count():
    for dataset, n_samples in (("CIFAR-10 test, from mine", 60), ("CIFAR-10 test", 50)):
        save_synthetic(Store(), "ic", "trecx", 0, n_samples, "published", dataset)
    assert [one.setting.dataset for one in gather(Store())] == ["CIFAR-10 test"]


def test_several_seeds_give_mean_and_standard_deviation(made):
    drawn = [
        record
        for record in records(made, "figure-4.csv")
        if (record["setting"], record["system"]) == ("digits-trained-here-short-12", "trecx")
    ]
    runs = [scores_of("trecx", "digits", seed, 200) for seed in SEEDS]
    assert {record["n_runs"] for record in drawn} == {"3"}
    for record in drawn[::20]:
        reached = [most_expensive_step(scores, 1e6 * float(record["mflops"])) for scores in runs]
        assert float(record["accuracy"]) == pytest.approx(np.mean(reached), rel=1e-5)
        assert float(record["sd"]) == pytest.approx(np.std(reached, ddof=1), rel=1e-5)
    finals = [scores.standalone_accuracy[-1] for scores in runs]
    assert f"{100 * np.mean(finals):.1f} % (sd" in made.markdown
    assert standalone(runs, -1).spread == pytest.approx(np.std(finals, ddof=1))


def most_expensive_step(scores, budget):
    """Return the accuracy of the dearest threshold that costs no more than `budget`, by trying each one."""
    thresholds = [*np.unique(scores.confidence[:, :-1]).astype(float), np.inf]
    points = [operating_point(scores, threshold) for threshold in thresholds]
    return max((point.flops, point.accuracy) for point in points if point.flops <= budget + 1e-6)[1]


def test_a_band_is_drawn_around_several_seeds_and_none_around_one(made):
    several = made.figures["figure-4-digits-trained-here-short-12.svg"]
    one = made.figures["figure-4-ic-trained-here-short-12.svg"]
    assert "T-RECX, spread" in {trace.name for trace in several.data}
    assert not any("spread" in trace.name for trace in one.data)


def test_no_violin_reaches_beyond_its_band_and_its_numbers_are_counted(made):
    for name, figure in made.figures.items():
        if name.startswith("figure-5"):
            heights = np.concatenate([np.asarray(trace.y, float) for trace in figure.data])
            assert heights.min() >= 0.65
            assert heights.max() <= 0.9
    row = next(one for one in records(made, "figure-5.csv") if one["setting"].startswith("ic"))
    confidence = scores_of("trecx", "ic", 0, 200).confidence[:, 0].astype(float)
    inside = confidence[(confidence >= 0.65) & (confidence < 0.9)]
    assert int(row["n_in_band"]) == len(inside)
    assert float(row["median"]) == pytest.approx(np.median(inside), rel=1e-5)


def test_without_chromium_all_but_the_pictures_is_written(monkeypatch, tmp_path, capsys, filled, made):
    picture = tmp_path / "reproduction" / "figure-5-ic-trained-here-short-12.svg"
    picture.parent.mkdir()
    picture.write_text("as it was", encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TRECX_CHROMIUM", raising=False)
    with pytest.raises(SystemExit) as end:
        main(["reproduce", "--out", str(tmp_path), "--db", filled.name])
    out, err = capsys.readouterr()
    assert not end.value.code
    assert "comparisons.csv: " in out
    assert "figure-5-ic-trained-here-short-12.svg" in err
    assert "Chromium was not found" in err
    assert picture.read_text(encoding="utf-8") == "as it was"
    assert (tmp_path / "reproduction.md").read_text(encoding="utf-8") == made.markdown


def test_a_folder_that_cannot_be_written_to_ends_with_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        main(["reproduce", "--out", str(tmp_path / "file")])
    assert end.value.code == 1
    assert "choose another folder with --out" in capsys.readouterr().err


@pytest.mark.browser
def test_pictures_are_drawn_in_the_light_colours_the_same_each_time(tmp_path):
    save_synthetic(Store(), "ic", "trecx", 0)
    made = reproduction_of(Store())
    written, left = write(made, tmp_path)
    assert left is None
    assert set(made.figures) <= set(written)
    svg = written["figure-5-ic-trained-here-short-12.svg"].read_text(encoding="utf-8")
    assert "<svg" in svg
    assert "var(" not in svg
    assert 'id="defs-figure"' in svg
    assert "median" in svg


def test_the_size_of_the_int8_network_is_beside_the_papers_and_says_what_is_counted(shipped):
    rows = records(reproduction_of(Store(shipped)), "comparisons.csv")
    sizes = {(row["setting"], row["number"]): row for row in rows if row["part"] == "Text INT8"}
    deployment = Store(shipped).find_run("vww/trecx:int8", "published").deployment
    saved = 100 * (1 - deployment.whole_bytes / deployment.float_bytes)
    row = sizes["vww-published-models", "whole network"]
    assert (float(row["paper"]), row["verdict"]) == (-70.4, "less than the paper")
    assert float(row["ours"]) == pytest.approx(-saved, abs=0.01)
    assert f"float32 {deployment.float_bytes:,} bytes" in (ROOT / "docs" / "reproduction.md").read_text()
    assert {setting for setting, _ in sizes} == {f"{task}-published-models" for task in ("ic", "kws", "vww")}
