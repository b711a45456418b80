import subprocess

import numpy as np
import pytest
from scipy import stats
from streamlit.testing.v1 import AppTest

from benchmarks import guarantee, importing, per_exit
from benchmarks.__main__ import results_text
from benchmarks.curve import CURVE, TABLE
from benchmarks.curve_peers import GRID, json_loop, numpy_loop, roc
from benchmarks.growth import growth_figure
from benchmarks.made import made_scores
from benchmarks.made_store import add_run
from benchmarks.measure import Row
from benchmarks.memory import changes_row, memory_figure
from benchmarks.threshold import LOOKUP
from tests.browser.page_changes import change_page, visitor
from tests.browser.session import PAGES
from tests.conftest import ROOT, SHIPPED
from trecx.importing import import_scores
from trecx.importing.scores_writer import write_scores
from trecx.store import Store
from trecx.store.run_context import answers_of, joint_counts_of
from trecx.threshold.benefit_curve import benefit_curve
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.joint_counts import int8_candidates
from trecx.threshold.per_exit.front import pareto_front


def test_the_peers_find_the_accuracies_that_we_find(tmp_path):
    scores = made_scores(500)
    ours = benefit_curve(scores).on_grid(len(GRID)).accuracy.tolist()
    assert numpy_loop(scores)().tolist() == ours
    assert json_loop(scores, tmp_path / "trace.json")().tolist() == ours


def test_the_roc_curve_has_the_thresholds_of_ours():
    scores = made_scores(500)
    _, _, thresholds = roc(scores)()
    assert thresholds.tolist() == benefit_curve(scores).thresholds.tolist()


def test_the_loop_over_vectors_finds_what_the_comparison_of_all_vectors_finds(shipped):
    store = Store(shipped)
    run = store.find_run("kws/branchynet")
    answers = answers_of(store, run)
    front = pareto_front(joint_counts_of(store, run, int8_candidates()))
    for point in (0, len(front.cost) // 2, -1):
        flops, accuracy = per_exit.loop(answers, front.thresholds[point])
        assert flops == pytest.approx(front.cost[point])
        assert accuracy == front.correct[point] / run.n_samples


def test_one_threshold_per_exit_is_compared_with_one_rho_on_equal_terms(shipped):
    rows = per_exit.saving_rows(Store(shipped), "digits/sdn")
    assert len(rows) == len(per_exit.DROPS)
    assert all(row.ratio <= 1 for row in rows)


def test_made_scores_are_surer_where_they_are_right():
    scores = made_scores(20_000)
    assert scores.standalone_accuracy == pytest.approx([0.89, 0.93], abs=0.02)
    early, right = scores.confidence[:, 0], scores.correct[:, 0]
    assert early[right].mean() > early[~right].mean() + 0.2
    assert scores.confidence.min() > 1 / scores.n_classes


def test_a_made_run_is_in_the_store_with_all_its_counts(tmp_path):
    path = tmp_path / "made.sqlite"
    run, other = add_run(path, 3_000, 3), add_run(path, 1_000, 2)
    table = Store(str(path)).load_table(run)
    assert np.array_equal(table.moves, ExitTable.of(made_scores(3_000, 3)).moves)
    assert (run.n_samples, run.n_exits, other.n_samples) == (3_000, 3, 1_000)


def test_the_peer_shows_the_numbers_of_the_run_and_follows_its_slider(shipped):
    page = AppTest.from_file(str(ROOT / "benchmarks" / "streamlit_page.py"), default_timeout=60)
    run = Store(shipped).find_run("kws/trecx", "published")
    page.query_params["run"] = run.run_id
    page.run()
    assert [metric.value for metric in page.metric][:3:2] == ["92.21 %", "70.78 %"]
    page.slider(key="threshold").set_value(0.69).run()
    assert page.metric[0].value == "91.21 %"
    assert page.caption[0].value == "ρ 0.690"
    assert not page.exception


def test_growth_is_drawn_with_a_name_and_a_line_for_each_side():
    rows = [
        Row(CURVE, "numpy.sort of the same float32", n, 3e-6 * n, 1e-6 * n, "") for n in (10_000, 1_000_000)
    ]
    rows += [Row(TABLE, "numpy.sort of the same float32", n, 1e-4 * n, 1e-6 * n, "") for n in (10_000,)]
    rows += [Row(LOOKUP, "computing it from the scores", n, 0.01, 1e-5 * n, "") for n in (10_000, 1_000_000)]
    rows += [Row("something else", "another", 5, 1, 1, "")]
    figure = growth_figure(rows)
    drawn = {line.name: (list(line.x), list(line.y)) for line in figure.data}
    assert drawn[CURVE] == ([10_000, 1_000_000], pytest.approx([0.03, 3]))
    assert drawn[LOOKUP][1] == [0.01, 0.01]
    assert len(drawn) == 5
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")
    assert {note.text for note in figure.layout.annotations} == set(drawn)
    assert growth_figure([]).layout.xaxis.title.text == "samples"


def test_memory_is_drawn_over_all_changes_and_its_row_compares_the_last_third_with_the_second():
    row = changes_row([100.0, 300.0, 290.0, 310.0, 305.0, 315.0])
    assert (row.n, row.ours, row.theirs) == (6, 315.0, 310.0)
    assert "300 at the peak of the first third" in row.meaning
    figure = memory_figure([Row("something else", "another", 5, 1, 1, ""), row])
    (line,) = figure.data
    assert (list(line.x), list(line.y)) == ([1, 2, 3, 4, 5, 6], list(row.course))
    assert figure.layout.yaxis.range[0] == 0
    assert memory_figure([]).layout.xaxis.title.text == "changes of page, over all runs"


def test_the_changes_of_page_are_those_of_the_dashboard(address):
    """The benchmark opens pages without a browser: a page it did not find would use no memory."""
    run = Store(SHIPPED).find_run("vww/trecx").run_id
    with visitor(address) as line:
        for page in PAGES:
            change_page(line, page, f"run={run}")
        with pytest.raises(RuntimeError, match="no page"):
            change_page(line, "nowhere", "")


def test_the_results_say_n_both_medians_and_the_ratio():
    row = Row(CURVE, "numpy.sort of the same float32", 1_000_000, 9.0, 3.0, "what it means")
    *_, rule, line = results_text([row]).strip().splitlines()
    assert line == f"| {CURVE} | 1,000,000 | {row.against} | 9.00 | 3.00 | 3.00 | what it means |"
    assert rule.count("|") == line.count("|")


def test_an_import_is_measured_as_the_command_that_a_user_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    file = tmp_path / "scores.parquet"
    write_scores(made_scores(500), file)
    seconds, peak_mb = importing.in_own_process(importing.IMPORT, file)
    assert seconds > 0 and 50 < peak_mb < 1000
    file.write_bytes(b"no scores")
    with pytest.raises(subprocess.CalledProcessError):
        importing.in_own_process(importing.IMPORT, file)


def test_the_imported_files_have_the_samples_that_their_rows_say(tmp_path):
    write_scores(importing.softmax_scores(300), tmp_path / "scores.parquet")
    again = import_scores(tmp_path / "scores.parquet")
    assert again.probabilities.shape == (300, 2, importing.N_CLASSES)
    names = importing.long_names(100_001)
    assert (len(names), names[-1]) == (100_001, "clips/00100000.wav")


def test_a_guaranteed_choice_keeps_the_limit_that_the_naive_one_breaks_in_every_second_draw(shipped):
    """The table of benchmarks/guarantee.md with 100 draws instead of 1,000."""
    population = guarantee.kws()
    shares = population.counts / population.n_samples
    draws = np.random.default_rng(1).multinomial(guarantee.N_SAMPLES, shares, 100)
    found = list(guarantee.results(population, draws))
    assert len(found) == 8
    for result in found:
        if result.probability is None:
            assert 0.35 < result.broken < 0.65
        else:  # but for a chance of 1 in 10,000
            assert 100 * result.broken <= stats.binom.ppf(1 - 1e-4, 100, 1 - result.probability)
    cost = {(result.wish, result.probability): result.mflops for result in found}
    drop, lost = guarantee.WISHES
    assert cost[drop, None] == pytest.approx(3.485, abs=0.02)
    assert cost[lost, 0.9] == pytest.approx(3.669, abs=0.02)
    assert cost[lost, None] < cost[lost, 0.9] < cost[lost, 0.95] < cost[lost, 0.99]
