"""docs/results.md and README show the numbers of the shipped runs, and docs/data.md every source."""

import csv
import re
import tomllib

import pytest

from tests.conftest import ROOT
from tests.docs.documents import text_of
from trecx.scores.run import INT8
from trecx.store import Store

DOCUMENTS = {
    "results.md": text_of("results.md"),
    "README.md": (ROOT / "README.md").read_text(encoding="utf-8"),
}
ROW = re.compile(r"^\| (\w+/[\w-]+(?::int8)?)(, trained here)? \| ([\d,]+) \| ([\d. /]+) \|", re.M)
IN_FLOAT32 = re.compile(r"^\| (\w+/[\w-]+):int8 \| ([\d,]+) \| [\d. /]+ \| ([\d. /]+) \|$", re.M)
ROWS = [(name, *row) for name, text in DOCUMENTS.items() for row in ROW.findall(text)]
ROWS += [
    (page, f"{name}:float32", "", *row)
    for page, text in DOCUMENTS.items()
    for name, *row in IN_FLOAT32.findall(text)
]
POINTS = re.compile(
    r"^\| (ic|kws|vww)(?:, here[^|]*)? \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) % \|", re.M
)


def test_both_pages_have_rows_for_every_task_of_the_paper():
    for document in DOCUMENTS:
        assert {name.split("/")[0] for page, name, *_ in ROWS if page == document} == {"kws", "vww", "ic"}
    assert len(ROWS) > 25


@pytest.mark.parametrize(
    ("document", "name", "trained", "samples", "accuracies"),
    ROWS,
    ids=[f"{row[1]}, {row[0]}" for row in ROWS],
)
def test_the_accuracies_are_those_of_the_run(document, name, trained, samples, accuracies, shipped):
    store = Store(shipped)
    run = store.find_run(name, "trained here" if trained else "published")
    scores = store.load_scores(run)
    assert f"{scores.n_samples:,}" == samples
    for shown, accuracy in zip(accuracies.split(" / "), scores.standalone_accuracy, strict=True):
        decimals = len(shown.partition(".")[2])
        assert f"{100 * accuracy:.{decimals}f}" == shown


@pytest.mark.parametrize("precision", ["int8", "float32"])
def test_the_table_of_int8_has_every_published_int8_run_in_both_precisions(precision, shipped):
    published = {
        f"{run.task}/{run.system}:{precision}"
        for run in Store(shipped).runs()
        if run.source == "published" and run.precision == INT8
    }
    shown = [name for _, name, *_ in ROWS if name.endswith(precision)]
    assert len(published) == 14
    assert sorted(shown) == sorted(published)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_tradeoff_points_and_their_mean_are_those_of_the_reproduction(document):
    with (ROOT / "docs" / "reproduction" / "comparisons.csv").open(encoding="utf-8", newline="") as handle:
        found = {
            (row["setting"], row["what"], row["number"]): float(row["ours"]) for row in csv.DictReader(handle)
        }
    rows = POINTS.findall(DOCUMENTS[document])
    assert [task for task, *_ in rows] == ["ic", "kws", "vww"]
    for task, *mflops, saving in rows:
        setting = f"{task}-published-models"
        for at, shown in zip(("the baseline's accuracy", "−1 pt", "−2 pt", "−3 pt"), mflops, strict=True):
            assert f"{found[setting, f'T-RECX: MFLOPs at {at}', 'grid of 101']:.3f}" == shown
        assert f"{found[setting, 'T-RECX: MFLOPs at −1 pt', 'grid of 101, saving']:.1f}" == saving
    mean = found["all-tasks", "T-RECX: mean saving of FLOPs at −1 pt", "mean saving"]
    assert f"{mean:.2f} %" in DOCUMENTS[document]


def test_the_number_of_runs_is_that_of_the_store(shipped):
    assert f"lists all {len(Store(shipped).runs())} runs" in text_of("results.md")


def test_the_page_on_data_lists_every_dataset():
    sources = tomllib.loads((ROOT / "data" / "sources.toml").read_text(encoding="utf-8"))
    listed = re.findall(r"^\| `([\w.-]+)` \|", text_of("data.md"), re.MULTILINE)
    assert listed == [dataset["key"] for dataset in sources["dataset"]]
