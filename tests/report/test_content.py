"""The living report: what is in it, what stands beside it, and the command that writes it."""

import json
import re
from dataclasses import replace
from importlib.metadata import version

import numpy as np
import pytest

import trecx
from tests.cli.test_commands import run
from tests.report.reports import CHEAP, Page, made_run, page_of, reported
from tests.saved_points.records import BOARD, context_options, record_of
from trecx.errors import EnergyError, ExportError
from trecx.report import designs_beside, report_html, report_of, report_of_point
from trecx.saved_points.record import Rule
from trecx.scores import ExitScores
from trecx.store import Provenance, Store
from trecx.threshold.int8_threshold import Quantisation
from trecx.threshold.run_context import RunContext


def test_it_says_where_the_numbers_come_from_and_what_they_do_not_say(shipped):
    words = page_of(estimate="FLOPs").words
    for said in (
        "DS-CNN on Speech Commands v0.02 test, 4,890 clips",
        "NUCLEO-L4R5ZI · Cortex-M4 120 MHz · TFLM 2.3.1 · 1.8 V · energy: estimate by FLOPs · CR2032 · 20 "
        "inferences per minute",
        "Estimate: 4,161, 7,516 µJ, cumulative by exit",
        "The actual value is expected within 0.72–1.39 times the estimate",
        "no sensor, no radio",
        "github.com/mlcommons/tiny_results_v0.5",
        "self-discharge is not included. Source: Panasonic",
        "is ≥ ρ; the final exit takes all remaining clips",
        "every number is a count over their scores, exact at every ρ",
        "so expect a slightly lower accuracy in the field",
        "1bbb3c963e16e529a5e7248be04cffffb19d75d44ebe531667740002397acef1",
        "accfff82b06a76753b9cfbf990cfb54be1ede0400a75841f85b08ee57675bdb4",
        "kws-baseline-36075001",
        "tensorflow 2.21.0",
        f"made by trecx {version('trecx')}",
    ):
        assert said in words, said


def test_the_console_in_it_gets_the_very_counts_of_the_run(shipped):
    data = page_of(rule=Rule(0.5, precision="int8")).data
    table = json.loads(data["table"])
    expected = Store().load_table(Store().find_run("kws/trecx"))
    assert table["edges"] == expected.edges.tolist()
    assert table["moves"]["count"] == expected.moves[:, -1].tolist()
    assert table["exact"]
    assert data["begin"] == {"threshold": 0.5, "precision": "int8"}
    assert data["views"].keys() == {"FLOPs", "energy", "latency"}


def test_saved_points_are_marked_and_listed_with_the_numbers_as_kept(monkeypatch, tmp_path, shipped):
    toy = replace(record_of("kws/trecx", Rule(0.58), "Toy"), author="Ada", note="Cheap.\nToo cheap?")
    other = record_of("kws/trecx", Rule(0.6, "margin"), "By margin")
    vww = record_of("vww/trecx", title="Door")
    report = reported()
    monkeypatch.setenv("TRECX_DB", f"sqlite:///{tmp_path / 'points.sqlite'}")
    for record in (toy, other, vww, replace(toy, name="Old")):
        saved = Store().points.save(record)
    Store().points.archive(saved)
    page = Page(report_html(report_of(Store(), report.run, report.context, report.record)))
    marks = page.data["views"]["FLOPs"]["marks"]
    assert [(mark["label"], mark["threshold"]) for mark in marks[:2]] == [("chosen", 0.69), ("Toy", 0.58)]
    assert marks[2]["label"] == "= baseline"
    assert "Toy" in page.data["views"]["energy"]["figures"]["curve"]
    for said in ("Toy", "by Ada", "Cheap.\nToo cheap?", "90.22 % (89.4–91.0)", "3.305 M (−40.4 %)"):
        assert said in page.words
    for absent in ("By margin", "Door", "Old"):
        assert absent not in page.words


def test_a_kept_point_is_handed_over_under_its_name_and_as_it_was_looked_at(shipped):
    record = record_of("kws/sdn", Rule(0.6, "margin", "int8"), "Doorbell", mix="even")
    run_ = Store().find_run("kws/sdn")
    page = Page(report_html(report_of_point(Store(), run_, record)))
    view = page.data["views"]["FLOPs"]
    assert view["marks"][0] == {"label": "Doorbell", "threshold": record.rule.effective}
    assert view["weights"] is not None
    assert "Classes are weighted (even)" in page.words
    assert f"{100 * record.numbers['accuracy']:.2f} %" in page.words
    assert [mark["label"] for mark in view["marks"]].count("chosen") == 0


def test_other_runs_stand_beside_it_under_the_same_class_mix(shipped):
    report = reported(compare=["kws/sdn", "kws/baseline", "kws/trecx"], mix="even")
    assert [design.name for design in report.others] == [
        *("T-RECX · published", "SDN · published", "baseline · published"),
    ]
    sdn = context_options("kws/sdn", mix="even")[2].curve
    assert report.others[1].line.accuracy.max() == pytest.approx(sdn.accuracy.max())
    page = Page(report_html(report))
    drawn = json.loads(page.data["others"])["data"]
    assert {trace["name"] for trace in drawn} >= {"SDN · published", "T-RECX · published, at this ρ"}
    assert "All designs were scored on the same clips" in page.words
    assert "Comparison with other designs" not in page_of(compare=["kws/trecx"], **CHEAP).words


def test_other_samples_are_told_and_other_tasks_are_refused(shipped):
    store = Store()
    small = next(
        one for one in store.runs() if one.task == "kws" and one.dataset.endswith("(kws small data)")
    )
    assert f"{small.dataset}." in page_of(compare=[small.run_id], **CHEAP).words
    with pytest.raises(ExportError, match="it is of another task"):
        reported(compare=["vww/trecx"])


def test_classes_of_another_name_are_not_compared_under_a_class_mix():
    seen, table = made_run(50, 3)
    names = ("b", "a", "c")
    about = Provenance("made", "sdn", "imported", "made", "test", "m", None, None, {})
    scores = ExitScores([0, 1, 2], [1, 2], np.full((3, 2, 3), 1 / 3), class_names=names)
    Store().save_run(about, scores)
    context = RunContext("made", table, class_weights=np.ones(3))
    with pytest.raises(ExportError, match="its classes are others"):
        designs_beside(Store(), seen, context, ["made/sdn"])
    assert len(designs_beside(Store(), seen, RunContext("made", table), ["made/sdn"])) == 2


def test_measured_costs_a_missing_rate_and_no_device_are_said(shipped, tmp_path):
    out = tmp_path / "report.html"
    trecx.save_report("kws/trecx", 0.69, out, energy_uj=[2600, 4700], battery="CR2032")
    page = Page(out.read_text(encoding="utf-8"))
    assert "Measured values, entered by the user: 2,600, 4,700 µJ" in page.words
    assert page.data["views"]["FLOPs"]["text"]["remedies"]["rate"] == "Inferences per minute unknown"
    assert "energy and battery life are unknown" in page_of(**CHEAP).words


def test_an_int8_softmax_of_other_steps_begins_at_the_step_it_goes_by(shipped):
    rule = Rule(0.69, precision="int8", quantisation=Quantisation(0.0043, -120))
    page = page_of(rule=rule, **CHEAP)
    assert page.data["begin"] == {"threshold": rule.effective, "precision": "float32"}
    assert page.data["views"]["FLOPs"]["precisions"] == ["float32"]
    assert "counts in steps of 0.0043 from the zero point -120" in page.words


def test_nobody_leaving_early_is_a_point_too(shipped):
    page = page_of(rule=Rule(float("inf")), **CHEAP)
    assert page.data["begin"]["threshold"] is None
    assert "∞" in page.words


def test_the_command_writes_what_the_function_does(shipped, tmp_path, capsys):
    here, there = tmp_path / "command.html", tmp_path / "function.html"
    options = ("--device", BOARD, "--battery", "CR2032", "--per-hour", "1200", "--mix", "even", "--int8")
    rest = ("--compare", "kws/sdn", "--out", str(here), *options)
    status, printed, _ = run(capsys, "export", "kws/trecx", "--threshold", "0.69", *rest)
    assert (status, printed) == (0, f"html: {here}\n")
    setting = {"device": BOARD, "battery": "CR2032", "inferences_per_hour": 1200.0, "class_mix": "even"}
    trecx.save_report("kws/trecx", 0.69, str(there), compare=["kws/sdn"], int8=True, **setting)
    made = [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "", file.read_text("utf-8")) for file in (here, there)]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        (("--compare", "kws/sdn", "--out", "t.h"), 2, "need a report"),
        (("--pictures", "3", "--out", "t.json"), 2, "need a report"),
        (("--pictures", "25", "--out", "t.html"), 2, "less than or equal to 24"),
        (("--compare", "vww/trecx", "--out", "t.html"), 1, "another task"),
        (("--compare", "kws/nothing", "--out", "t.html"), 1, "unknown run"),
        (("--out", "nowhere/t.html"), 1, "there is no folder"),
        (("--out", "t.pdf"), 1, "unknown file extension"),
    ],
)
def test_what_the_command_cannot_do_is_told(shipped, tmp_path, monkeypatch, capsys, options, status, told):
    monkeypatch.chdir(tmp_path)
    ended, out, err = run(capsys, "export", "kws/trecx", "--threshold", "0.5", *options)
    assert (ended, out) == (status, "")
    assert told in " ".join(err.split())
    assert list(tmp_path.iterdir()) == []


def test_measured_costs_and_a_device_exclude_each_other(shipped, tmp_path):
    with pytest.raises(EnergyError, match="both measured energy and a device are given"):
        trecx.save_report("kws/trecx", 0.5, tmp_path / "r.html", device=BOARD, energy_uj=[1, 2])
    with pytest.raises(EnergyError, match="give both, or only energy"):
        trecx.save_report("kws/trecx", 0.5, tmp_path / "r.html", latency_ms=[1, 2])
