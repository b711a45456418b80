"""`export`, its JSON and its CSV, and writing a file whole."""

import csv
import json
import math
import os
import re
from dataclasses import replace

import pytest

from tests.cli.test_commands import document, run
from tests.conftest import ROOT
from tests.saved_points.records import HOSTILE, VECTOR, half_record, record_of
from trecx.errors import OutputError
from trecx.exporting import write_export
from trecx.exporting.c_header import c_header
from trecx.exporting.csv_rows import flat_csv
from trecx.exporting.export_file import write_whole
from trecx.exporting.formats import json_text
from trecx.saved_points.document import record_of as record_from
from trecx.saved_points.record import Rule

SCHEMA = (ROOT / "docs" / "point-schema.md").read_text(encoding="utf-8")
DOCUMENTED = dict(re.findall(r"^\| `([\w.]+)` \| ([^|]+?) \|", SCHEMA, re.MULTILINE))
KINDS = {
    "text": lambda value: isinstance(value, str),
    "whole number": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "true or false": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "list of texts": lambda value: all(isinstance(part, str) for part in value),
    "list of whole numbers": lambda value: all(type(part) is int for part in value),
    "number or text": lambda value: type(value) in (int, float) or value == "never",
    "list of numbers and nulls": lambda value: all(part is None or type(part) is float for part in value),
    "list of numbers": lambda value: all(type(part) in (int, float) for part in value),
    "object of texts": lambda value: all(isinstance(part, str) for part in value.values()),
    "object of numbers": lambda value: all(type(part) in (int, float) for part in value.values()),
    "matrix of numbers": lambda value: all(type(part) in (int, float) for row in value for part in row),
}
OPEN = {"run.versions", "run.training", "numbers.outcomes"}  # objects whose keys are not the schema's


PARTS = ("memory", "split", "guarantee")  # which a point may lack
OPTIONAL = {key for key in DOCUMENTED if key.partition(".")[0] in PARTS} - set(PARTS)


def values_of(value, way=""):
    if not isinstance(value, dict) or way in OPEN:
        return {way: value}
    found = {way: value} if way in ("setting.battery", *PARTS) else {}
    for name, part in value.items():
        found |= values_of(part, f"{way}.{name}" if way else name)
    return found


@pytest.mark.parametrize("name", ["kws/trecx", "kws/sdn"])
@pytest.mark.parametrize("rule", [Rule(0.69), Rule(1.0, precision="int8"), Rule(0.5, "entropy")])
@pytest.mark.parametrize("mix", [None, "even"])
def test_the_documented_schema_is_what_is_written(shipped, name, rule, mix):
    written = json.loads(json_text(record_of(name, rule, mix=mix)))
    values = values_of(written)
    assert values.keys() == DOCUMENTED.keys() - OPTIONAL
    assert_documented(values)


def assert_documented(values):
    for key, value in values.items():
        kind, may_be_null = DOCUMENTED[key].removesuffix(" or null"), DOCUMENTED[key].endswith(" or null")
        assert may_be_null if value is None else KINDS[kind](value), (key, value)


@pytest.mark.parametrize("criterion", ["largest", "margin", "entropy"])
def test_split_guarantee_and_thresholds_per_exit_are_documented_as_they_are_written(shipped, criterion):
    per_exit = half_record("kws/sdn", Rule(math.nan, criterion, per_exit=VECTOR))
    for record in (per_exit, half_record("kws/sdn", lost=0.02)):
        values = values_of(json.loads(json_text(record)))
        assert values.keys() >= {key for key in DOCUMENTED if key.startswith("split.")}
        assert values.keys() <= DOCUMENTED.keys()
        assert_documented(values)
    assert values.keys() >= {key for key in DOCUMENTED if key.startswith("guarantee.")}


def test_csv_has_a_line_for_each_threshold_and_for_split_and_guarantee(shipped):
    rows = dict(csv.reader(flat_csv(half_record("kws/sdn", Rule(math.nan, per_exit=VECTOR))).splitlines()))
    assert [rows[f"rule.thresholds.{k}"] for k in (1, 2, 3)] == ["0.5", "0.75", ""]
    assert (rows["rule.threshold"], rows["guarantee"]) == ("", "")
    assert (rows["split.half"], rows["split.n_held_out"]) == ("held-out", "2492")
    rows = dict(csv.reader(flat_csv(half_record("kws/sdn", lost=0.02)).splitlines()))
    assert (rows["guarantee.probability"], rows["guarantee.naive_threshold"]) == ("0.95", "0.854")


def test_what_is_unknown_is_null_and_still_documented(shipped):
    written = json.loads(json_text(record_of("kws/trecx", device=None, battery=None, per_hour=None)))
    values = values_of(written)
    without = OPTIONAL | {key for key in DOCUMENTED if key.startswith("setting.battery.")}
    assert values.keys() == DOCUMENTED.keys() - without
    assert all("null" in DOCUMENTED[key] for key, value in values.items() if value is None)


def test_json_says_what_point_says(shipped, tmp_path, capsys):
    out = tmp_path / "point.json"
    told = document(capsys, "export", "kws/trecx", "--threshold", "0.69", "--out", str(out))
    assert told == {"json": str(out)}
    written = json.loads(out.read_text(encoding="utf-8"))
    point = document(capsys, "point", "kws/trecx", "--threshold", "0.69")
    numbers = written["numbers"]
    assert written["rule"]["threshold"] == point["threshold"]
    assert [numbers["plateau_above"], numbers["plateau_up_to"]] == point["plateau"]
    same = (
        "accuracy",
        "exit_rate",
        "flops",
        "flops_saving",
        "flops_saving_against",
        "confusion",
        "n_samples",
    )
    assert {name: numbers[name] for name in same} == {name: point[name] for name in same}
    assert numbers["outcomes"] == point["overthinking"]
    assert record_from(written).numbers == numbers


def test_the_options_are_those_of_choose(shipped, tmp_path, capsys):
    device = ("--device", "nucleo-l4r5zi-tflm-2.3.1-1.8v", "--battery", "CR2032", "--per-hour", "1200")
    rest = (*device, "--mix", "even", "--int8")
    chosen = document(capsys, "choose", "kws/trecx", "--max-energy-uj", "4900", *rest)
    out = tmp_path / "point.json"
    rho = repr(chosen["threshold"])
    assert run(capsys, "export", "kws/trecx", "--threshold", rho, "--out", str(out), *rest)[0] == 0
    numbers = json.loads(out.read_text(encoding="utf-8"))["numbers"]
    same = ("accuracy", "exit_rate", "flops", "energy_uj", "latency_ms", "mj_per_day", "battery_days")
    assert {name: numbers[name] for name in same} == pytest.approx({name: chosen[name] for name in same})
    assert [numbers["plateau_above"], numbers["plateau_up_to"]] == chosen["plateau"]


def test_the_header_goes_to_a_file_and_its_int8_may_count_otherwise(shipped, tmp_path, capsys):
    out = tmp_path / "trecx_threshold.h"
    rest = ("--int8", "--int8-scale", "0.0043", "--int8-zero-point", "-120", "--criterion", "margin")
    status, printed, _ = run(capsys, "export", "kws/trecx", "--threshold", "0.69", "--out", str(out), *rest)
    assert (status, printed) == (0, f"h: {out}\n")
    text = out.read_text(encoding="ascii")
    assert "#define TRECX_LEAD_INT8 161 " in text
    assert "#define TRECX_INT8_ZERO_POINT (-120)" in text
    assert text.startswith("/*\n * operating point   kws/trecx")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--threshold", "0.5", "--out", "nowhere/t.h"), "there is no folder"),
        (("--threshold", "0.5", "--out", "report.pdf"), "unknown file extension '.pdf'"),
        (("--threshold", "0.5", "--out", "folder.h"), "is a folder"),
        (("--threshold", "2", "--out", "t.h"), "must lie within 0..1"),
        (("--threshold", "nan", "--out", "t.h"), "must lie within 0..1"),
        (("--threshold", "0.5", "--out", "t.h", "--int8-scale", "-1"), "the scale must lie"),
        (("--threshold", "0.5", "--out", "t.h", "--int8", "--criterion", "entropy"), "no int8 threshold"),
        (("--threshold", "0.5", "--out", "t.h", "--device", "abacus"), "unknown device 'abacus'"),
    ],
)
def test_what_cannot_be_exported_is_told_and_nothing_is_written(
    shipped, tmp_path, monkeypatch, capsys, options, told
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.h").mkdir()
    status, out, err = run(capsys, "export", "kws/trecx", *options)
    assert (status, out) == (1, "")
    assert told in " ".join(err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["folder.h"]


def test_a_file_is_replaced_whole_or_left_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "t.h"
    file.write_text("old")
    (tmp_path / "link.h").symlink_to(file)
    write_whole(tmp_path / "link.h", "new ρ")
    assert (file.read_text(encoding="utf-8"), (tmp_path / "link.h").is_symlink()) == ("new ρ", True)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"t\.h cannot be written \(No space left on device\)"):
        write_whole(file, "newer")
    assert file.read_text(encoding="utf-8") == "new ρ"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.h", "t.h"]


def test_csv_holds_every_value_of_the_document_under_its_key(shipped):
    record = record_of("kws/trecx", mix="even")
    rows = list(csv.reader(flat_csv(record).splitlines()))
    found, written = dict(rows[1:]), json.loads(json_text(record))
    assert (rows[0], len(found)) == (["key", "value"], len(rows) - 1)
    assert float(found["rule.threshold"]) == 0.69
    assert float(found["numbers.accuracy"]) == written["numbers"]["accuracy"]
    assert int(found["run.exit_flops.2"]) == 5_647_920
    assert found["rule.entropy_limit_nats"] == ""
    down, go = (written["run"]["class_names"].index(name) for name in ("down", "go"))
    assert float(found["numbers.confusion.down.go"]) == written["numbers"]["confusion"][down][go]
    assert set(DOCUMENTED) - set(found) == {
        *("run.versions", "run.training", "run.class_names", "run.exit_flops", "setting.battery"),
        *("setting.exit_energy_uj", "setting.exit_latency_ms", "setting.class_shares"),
        *("numbers.exit_samples", "numbers.outcomes", "numbers.confusion"),
        *OPTIONAL,
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_becomes_a_formula_and_negative_numbers_stay_numbers(shipped, start):
    record = record_of("vww/trecx", Rule(1.0))
    names = (f"{start}A1", HOSTILE)
    run_ = replace(record.run, class_names=names, dataset=f"{start}cmd")
    hostile = replace(record, run=run_, name=f"{start}1", note=f'{start}"a",\nb', author=HOSTILE)
    text = flat_csv(hostile)
    rows = list(csv.reader(text.splitlines(keepends=True)))
    found = dict(rows[1:])
    assert all(len(row) == 2 for row in rows)
    assert (found["name"], found["run.dataset"], found["author"]) == (
        f"'{start}1",
        f"'{start}cmd",
        f"'{HOSTILE}",
    )
    assert found["run.class_names.1"] == f"'{start}A1"
    assert float(found["numbers.flops_saving"]) < 0
    for cell in (cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))):
        float(cell)


def test_hostile_text_is_only_text_in_json_and_header(shipped):
    record = replace(record_of("vww/trecx"), name=HOSTILE[:80], note=HOSTILE * 80)
    assert json.loads(json_text(record))["note"] == HOSTILE * 80
    assert c_header(record).isascii()


def test_write_export_goes_by_the_ending_whatever_its_case(shipped, tmp_path):
    write_export(record_of("vww/trecx"), tmp_path / "POINT.JSON")
    assert json.loads((tmp_path / "POINT.JSON").read_text(encoding="utf-8"))["schema_version"] == 1
