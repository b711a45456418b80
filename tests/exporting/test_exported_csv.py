"""No CSV that leaves the project holds a cell that a spreadsheet would run."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from tests.browser.session import TABLE, open_console
from tests.conftest import ROOT
from trecx.files.spreadsheet import as_written, frame_csv, safe
from trecx.importing import import_scores
from trecx.importing.scores_writer import write_scores
from trecx.scores import ExitScores

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", "'=1", "''-1")
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cells(text):
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


@pytest.mark.parametrize("text", [*FORMULAS, "it's", "'quoted'", "", "a=1"])
def test_a_text_made_safe_runs_nowhere_and_can_be_had_back(text):
    assert not str(safe(text)).lstrip(" ").startswith(RUNS)
    assert as_written(str(safe(text))) == text


def test_a_table_of_texts_and_numbers_is_safe_and_its_numbers_stay_numbers():
    frame = pd.DataFrame(
        {"=name": FORMULAS, "gap": np.linspace(-1, 1, len(FORMULAS)), "n": [None, *range(10)]}
    )
    text = frame_csv(frame)
    assert not any(cell.startswith("=") for cell in cells(text))
    again = pd.read_csv(io.StringIO(text))
    assert again["gap"].tolist() == frame["gap"].tolist() and np.isnan(again["n"][0])


def test_exported_scores_hold_no_formula_and_come_back_bit_for_bit(tmp_path):
    names = [*FORMULAS, "a,=1", 'c","=1', "d, @x", "it's"]
    classes = [name.strip() + str(k) for k, name in enumerate(names)]  # blanks around them would be lost
    n = len(names)
    scores = ExitScores(
        np.arange(n), [10, 20], np.full((n, 2, n), 1 / n, np.float32), class_names=classes, sample_names=names
    )
    write_scores(scores, tmp_path / "scores.csv")
    text = (tmp_path / "scores.csv").read_bytes().decode()
    assert [cell for cell in cells(text) if cell.lstrip(" ").startswith(RUNS)] == []
    again = import_scores(tmp_path / "scores.csv")
    assert again.class_names == tuple(classes) and again.sample_names == tuple(names)
    assert np.array_equal(again.probabilities, scores.probabilities)


def test_every_csv_of_the_pages_is_written_by_one_module():
    others = [
        path.relative_to(ROOT).as_posix()
        for folder in ("app", "trecx")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if ".to_csv(" in (text := path.read_text(encoding="utf-8")) or "csv.writer(" in text
    ]
    # The second makes its texts safe.
    assert others == ["trecx/files/spreadsheet.py", "trecx/importing/scores_writer.py"]


@pytest.mark.browser
def test_a_tables_own_download_which_knows_of_no_formulas_is_not_offered(address, page):
    open_console(page, address)
    page.get_by_role("link", name="Compare").click()
    table = page.locator(TABLE).first
    table.wait_for()
    table.hover()
    page.locator("[data-testid=stElementToolbarButton]:visible").first.wait_for()
    assert page.get_by_label("Search").first.is_visible()
    theirs = page.get_by_label("Download as CSV").all()
    assert theirs and not any(button.is_visible() for button in theirs)
