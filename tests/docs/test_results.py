"""docs/results.md shows the accuracies of the shipped runs, and docs/data.md every source."""

import re
import tomllib

import pytest

from tests.conftest import ROOT
from tests.docs.documents import text_of
from trecx.store import Store

ROWS = re.findall(
    r"^\| (\w+/[\w-]+)(, trained here)? \| ([\d,]+) \| ([\d. /]+) \|", text_of("results.md"), re.M
)


def test_the_page_has_a_row_for_every_task_of_the_paper():
    assert len(ROWS) == 11
    assert {name.split("/")[0] for name, *_ in ROWS} == {"kws", "vww", "ic"}


@pytest.mark.parametrize(("name", "trained", "samples", "accuracies"), ROWS, ids=[row[0] for row in ROWS])
def test_the_accuracies_are_those_of_the_run(name, trained, samples, accuracies, shipped):
    store = Store(shipped)
    run = store.find_run(name, "trained here" if trained else "published")
    scores = store.load_scores(run)
    assert f"{scores.n_samples:,}" == samples
    for shown, accuracy in zip(accuracies.split(" / "), scores.standalone_accuracy, strict=True):
        decimals = len(shown.partition(".")[2])
        assert f"{100 * accuracy:.{decimals}f}" == shown


def test_the_number_of_runs_is_that_of_the_store(shipped):
    assert f"lists all {len(Store(shipped).runs())} runs" in text_of("results.md")


def test_the_page_on_data_lists_every_dataset():
    sources = tomllib.loads((ROOT / "data" / "sources.toml").read_text(encoding="utf-8"))
    listed = re.findall(r"^\| `([\w.-]+)` \|", text_of("data.md"), re.MULTILINE)
    assert listed == [dataset["key"] for dataset in sources["dataset"]]
