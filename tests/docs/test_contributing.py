"""docs/contributing.md: what it says to add is added here, at run time, and works."""

import csv
import math
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT
from tests.docs.documents import blocks, text_of
from tests.saved_points.records import record_of
from trecx.datasets import tasks
from trecx.device import energy
from trecx.device.energy import device_profiles, estimated_costs, find_profile
from trecx.exporting import formats, write_export
from trecx.files.paths import ENERGY_PROFILES
from trecx.saved_points.record import Rule
from trecx.scores.float32 import not_below

PAGE = text_of("contributing.md")
RULE, TITLE, VIEW, ITS_LINE, FORMAT = (block.text for block in blocks(PAGE, "python"))
(ROWS,) = blocks(PAGE, "csv")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.tensorflow
def test_a_system_is_one_rule_and_one_title(monkeypatch):
    from trecx.nn.networks import build, describe, systems, systems_of

    rule, title = eval(f"{{{RULE}}}", vars(systems)), eval(f"{{{TITLE}}}")
    (name,) = rule
    assert list(title) == [name]
    monkeypatch.setattr(systems, "SYSTEMS", systems.SYSTEMS | rule)
    monkeypatch.setattr(tasks, "SYSTEMS", tasks.SYSTEMS | title)
    for task in tasks.TASKS:
        assert name in systems_of(task)
        assert len(describe(task, name).exits) == 3
    network = build(describe("digits", name), seed=0)
    assert network.model.output_names == ["exit_1", "exit_2", "final"]
    assert tasks.system_title(name) == title[name]


def test_a_page_is_a_file_and_a_line(shipped, tmp_path):
    shutil.copytree(ROOT / "app" / "views", tmp_path / "views")
    (tmp_path / "views" / "early.py").write_text(VIEW, encoding="utf-8")
    main = (
        (ROOT / "app" / "main.py")
        .read_text(encoding="utf-8")
        .replace("    [\n", f"    [\n{ITS_LINE.strip()},\n", 1)
    )
    (tmp_path / "main.py").write_text(main, encoding="utf-8")
    page = AppTest.from_file(str(tmp_path / "main.py"), default_timeout=60)
    page.query_params["rho"] = "0.9"
    page.run().switch_page("views/early.py").run()
    assert not page.exception
    assert page.metric[0].value == "70.8 %"


def test_a_device_profile_is_a_row_a_task(tmp_path, monkeypatch):
    longer = tmp_path / "energy_profiles.csv"
    longer.write_text(ENERGY_PROFILES.read_text(encoding="utf-8") + ROWS.text, encoding="utf-8")
    monkeypatch.setattr(energy, "ENERGY_PROFILES", longer)
    known = len(device_profiles())
    device_profiles.cache_clear()
    try:
        assert len(device_profiles()) == known + 1
        costs = estimated_costs(find_profile("acme-a1-tflm-3.0v"), "kws", [5_541_064])
    finally:
        device_profiles.cache_clear()
    assert costs.energy_uj[0] == pytest.approx(1500.5)
    assert costs.energy_band[1] > 1
    with ENERGY_PROFILES.open(encoding="utf-8") as file:
        columns = next(csv.reader(file))
    assert [name for name in columns if f"`{name}`" not in PAGE] == []


def test_an_export_format_is_a_function_and_its_ending(shipped, tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "FORMATS", dict(formats.FORMATS))
    exec(FORMAT, vars(formats) | {"math": math, "not_below": not_below})
    for rho, literal in ((0.69, "0.690000057220459"), (math.inf, "f32::INFINITY")):
        write_export(record_of("kws/trecx", Rule(rho)), tmp_path / "point.rs")
        assert (tmp_path / "point.rs").read_text() == f"pub const THRESHOLD: f32 = {literal};\n"
