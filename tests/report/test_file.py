"""The file of a report: how large it gets, what it may do, pictures, and what is told where there is none."""

import base64
import json
import zlib
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

import trecx
from tests.browser.hostile import ALL, TEXTS, save_hostile
from tests.report.reports import CHEAP, Page, made_run, page_of, report_of_made, reported
from tests.saved_points.records import context_options, record_of
from trecx.datasets.download import fetch_dataset
from trecx.errors import ExportError, OutputError
from trecx.report import MOST_BYTES, pictures_of, report_html, report_of, write_report
from trecx.report.compression import FEWEST_EDGES, ever_coarser
from trecx.saved_points.record import Rule
from trecx.scores import ExitScores
from trecx.store import Store
from trecx.threshold.exit_table import FIXED_EDGES, ExitTable


@pytest.mark.parametrize(("n_samples", "n_classes", "n_exits"), [(1_000_000, 12, 2), (150_000, 1000, 3)])
def test_many_samples_and_many_classes_fit_into_six_megabytes(n_samples, n_classes, n_exits):
    html = report_html(report_of_made(n_samples, n_classes, n_exits))
    assert len(html.encode()) <= MOST_BYTES == 6_000_000
    page = Page(html)
    table = json.loads(page.data["table"])
    assert table["exact"] is False
    assert sum(table["start"]["count"]) == n_samples
    assert f"{len(table['edges']):,} values of ρ, which include every k/256" in page.words


def test_what_does_not_fit_even_so_is_told_and_json_is_offered(monkeypatch, shipped):
    monkeypatch.setattr("trecx.report.page.MOST_BYTES", 100_000)
    with pytest.raises(ExportError, match=r"more than 0 MB.*export a \.json instead"):
        report_html(reported(**CHEAP))


def test_what_is_too_large_gets_fewer_steps_until_it_fits(monkeypatch):
    report = report_of_made(100_000, 100)
    whole = len(report_html(report))
    monkeypatch.setattr("trecx.report.page.MOST_BYTES", whole - 1)
    smaller = Page(report_html(report))
    assert json.loads(smaller.data["table"])["edges"] == FEWEST_EDGES.tolist()
    assert "257 values of ρ" in smaller.words


def test_coarser_counts_are_exact_at_every_edge_of_theirs():
    table = made_run(30_000, 5, 3)[1]
    exact = ExitTable.of(
        ExitScores(
            [0, 1, 1, 0],
            [1, 2],
            predictions=[[0, 0], [1, 0], [0, 1], [1, 0]],
            confidence=[[0.1, 1], [0.5, 1], [0.50001, 1], [0.99, 1]],
        )
    )
    assert list(ever_coarser(exact)) == [exact]
    coarser = list(ever_coarser(table))
    assert [one.edges.tolist() for one in coarser] == [FIXED_EDGES.tolist(), FEWEST_EDGES.tolist()]
    for threshold in FEWEST_EDGES[::8]:
        here, there = (one.operating_point(threshold) for one in coarser)
        assert here.exit_counts.tolist() == there.exit_counts.tolist()
        assert np.array_equal(here.confusion, there.confusion)
        assert here.outcome_counts.tolist() == there.outcome_counts.tolist()


def policy(page):
    (content,) = [value for _, name, value in page.attributes if name == "content" and "default-src" in value]
    return dict(part.strip().split(" ", 1) for part in content.split(";"))


def test_only_the_scripts_that_are_in_it_may_run_and_nothing_may_be_fetched(shipped):
    page = page_of(**CHEAP)
    plotly, _, own = page.scripts
    allowed = [zlib.decompress(base64.b64decode(plotly)), own.encode()]
    hashes = {f"'sha256-{base64.b64encode(sha256(script).digest()).decode()}'" for script in allowed}
    rules = policy(page)
    assert set(rules["script-src"].split()) == hashes
    assert rules["default-src"] == "'none'"
    assert rules.keys() == {"default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"}
    assert rules["img-src"] == "data: blob:"


def test_nothing_in_it_points_outside(shipped):
    page = page_of(compare=["kws/sdn"])
    pointing = [value for _, name, value in page.attributes if name in ("src", "href", "action", "srcset")]
    assert pointing == []
    style = page.words[: page.words.index("Exit threshold ρ")]
    assert "url(" not in style
    assert "@import" not in style


def test_hostile_text_only_shows_itself():
    store = Store()
    run_ = save_hostile(store)
    record = replace(record_of(run_.run_id, Rule(0.5), **CHEAP), name=ALL[:80].strip(), author=TEXTS[0])
    kept = replace(record, name=TEXTS[1], note=ALL[:10_000])
    context = context_options(run_.run_id, **CHEAP)[2]
    store.points.save(kept)
    tame = Page(report_html(report_of(store, run_, context, replace(record, name="tame", author=""))))
    page = Page(report_html(report_of(store, run_, context, record)))
    assert page.tags == tame.tags  # no text became an element
    assert page.attributes[1:] == tame.attributes[1:]  # the title's hash aside
    assert len(page.scripts) == 3
    assert kept.note in page.texts
    assert any(ALL in text for text in page.texts)  # the dataset's title
    assert json.loads(page.data["table"])["class_names"] == list(TEXTS)
    curve = page.data["views"]["FLOPs"]["figures"]["curve"]
    assert "<script" not in curve
    assert "<img" not in curve


def test_pictures_of_overthought_samples_stand_in_it_only_where_they_are_asked_for(shipped):
    point = context_options("digits/trecx", **CHEAP)[2].point(0.9)
    n = point.overthinking["destructive"]
    page = page_of("digits/trecx", Rule(0.9), n_pictures=24, **CHEAP)
    images = [value for tag, name, value in page.attributes if (tag, name) == ("img", "src")]
    assert len(images) == min(n, 24) > 0
    for image in images:
        kind, content = image.split(",", 1)
        assert kind == "data:image/png;base64"
        assert base64.b64decode(content).startswith(b"\x89PNG")
    assert "may be personal data" in page.words
    assert len(page_of("digits/trecx", Rule(0.9), n_pictures=1, **CHEAP).tags) < len(page.tags)
    assert "img" not in page_of("digits/trecx", Rule(0.9), **CHEAP).tags
    none = page_of("digits/trecx", Rule(0.0), n_pictures=3, **CHEAP)
    assert "there is no image with destructive overthinking" in none.words


def test_pictures_that_cannot_be_had_are_told_with_the_way_on(shipped, monkeypatch, tmp_path):
    monkeypatch.setattr("trecx.files.paths.DOWNLOADS", tmp_path)
    with pytest.raises(ExportError, match="run 'python -m trecx data fetch kws'"):
        reported(n_pictures=3)
    with pytest.raises(ExportError, match="with the maximum softmax probability as exit criterion only"):
        reported("digits/trecx", Rule(0.5, "margin"), n_pictures=3)


def test_pictures_of_unknown_samples_are_told():
    seen, _ = made_run(50, 3)
    with pytest.raises(ExportError, match="only their scores"):
        pictures_of(Store(), seen, Rule(0.5), 3)


@pytest.mark.mirror
def test_the_shape_of_a_clip_is_its_picture(shipped):
    fetch_dataset("kws")
    run_ = Store().find_run("kws/trecx")
    (picture,) = pictures_of(Store(), run_, Rule(0.69), 1)
    assert picture.png.startswith(b"\x89PNG")
    assert {picture.truth, picture.answer} <= set(run_.class_names)
    assert picture.truth != picture.answer


def test_a_run_without_an_early_exit_has_no_report(shipped, tmp_path):
    with pytest.raises(ExportError, match="has no early exit"):
        trecx.save_report("kws/baseline", 0.5, tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_or_cannot_be_written_is_told(shipped, tmp_path, monkeypatch):
    report = reported(**CHEAP)
    with pytest.raises(OutputError, match="there is no folder"):
        write_report(report, tmp_path / "nowhere" / "report.html")
    with pytest.raises(OutputError, match="is a folder"):
        write_report(report, tmp_path)
    with pytest.raises(OutputError, match="cannot be written"):
        write_report(report, tmp_path / ("x" * 300 + ".html"))
    assert list(tmp_path.iterdir()) == []
