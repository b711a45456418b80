"""The page Compare: what it shows of whatever the store has, and what it says where it cannot."""

import base64
import io
import json
import re
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.io
import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from app.compare.choice import LOG, REGION
from app.compare.paired_comparison import in_words
from app.shared.plain_text import plain
from tests.browser.session import CHART, SETTLED, browser, dashboard, open_page
from tests.comparison.synthetic import save_synthetic, scores_of
from tests.conftest import ROOT
from trecx.comparison.paired_difference import PairedDifference
from trecx.comparison.ranking import rank
from trecx.datasets.training_sets import SMALL_KWS_TITLE
from trecx.glossary import definition
from trecx.store import Provenance, Store
from trecx.threshold.benefit_curve import tradeoff_points
from trecx.threshold.oracle import oracle

MAIN = str(ROOT / "app" / "main.py")
TRECX, PLAIN, BASE = "T-RECX · published", "without early view · published", "baseline · published"

MIDDLE = """(line) => {
  const at = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform(line.getScreenCTM());
  return [at.x, at.y];
}"""


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch):
    """The dashboard works where TensorFlow is not importable."""
    for name in ("tensorflow", "keras", "keras_flops"):
        monkeypatch.setitem(sys.modules, name, None)


def opened(**address):
    page = AppTest.from_file(MAIN, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    page.switch_page("views/compare.py").run()
    assert not page.exception
    return page


def documents(page):
    """What the components with a figure get, by name: AppTest knows them only as unknown elements."""
    protos = [element.proto for element in page.main]
    ours = [proto for proto in protos if re.search("trecx_(chart|designs)", str(proto)[:200])]
    return {data["name"]: data for data in (json.loads(proto.json) for proto in ours)}


def charts(page):
    return {name: plotly.io.from_json(data["figure"]) for name, data in documents(page).items()}


def names(figure):
    return [trace.name.replace("<br>", " · ") for trace in figure.data]


def numbers(column):
    """The numbers of a trace, as Plotly sends them to the browser."""
    return np.frombuffer(base64.b64decode(column["bdata"]), column["dtype"])


def axis_title(figure):
    return figure.layout.xaxis.title.text


def words(page):
    told = [
        element.value for kind in ("markdown", "caption", "info", "warning") for element in page.get(kind)
    ]
    return " ".join(told + [data["notes"] for data in documents(page).values() if "notes" in data])


def chosen(page, task="kws"):
    return page.multiselect(key=f"designs_{task}")


def save(task, system, scores, source="imported", model=None):
    about = Provenance(task, system, source, "mine", "test", "m", model, None, {})
    return Store().save_run(about, scores)


def test_the_page_opens_with_the_selected_run_and_the_designs_of_figure_4(shipped):
    page = opened()
    assert chosen(page).value == [BASE, TRECX, PLAIN]
    assert names(charts(page)["benefit curves"]) == [BASE, TRECX, PLAIN]
    assert "saves most" in words(page)


def test_zero_points_below_the_baseline_are_the_baselines_accuracy(shipped):
    store = Store()
    curve = store.load_table(store.find_run("kws/trecx")).curve()
    same = tradeoff_points(curve, store.find_run("kws/baseline").standalone_accuracy[0])[0]
    savings = opened(targets="−0").dataframe[0].value.set_index("design")
    assert savings.loc[TRECX, "MFLOPs at the baseline's accuracy"].startswith(f"{same.flops / 1e6:.3f} · ρ ")


def test_without_a_baseline_no_saving_is_told():
    save("digits", "trecx", scores_of("trecx", "digits", 1, 60))
    assert "The FLOPs saving is unknown: the baseline was not scored on these samples." in words(opened())


def test_designs_over_other_samples_get_a_verdict_of_their_own():
    for n_samples in (60, 80):
        for system in ("baseline", "trecx"):
            save_synthetic(Store(), "digits", system, 0, n_samples, dataset=f"set of {n_samples}")
    page = opened()
    chosen(page, "digits").set_value(chosen(page, "digits").options).run()
    assert "On set of 60: " in words(page)
    assert "On set of 80: " in words(page)


def test_the_tables_hold_the_numbers_of_the_library_best_first(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    table, base = store.load_table(run), store.find_run("kws/baseline")
    curve = table.curve()
    savings, facts = (frame.value.set_index("design") for frame in opened().dataframe)
    assert list(savings.index) == [TRECX, PLAIN, BASE]
    found = rank(curve, oracle(table), base.standalone_accuracy[0], base.exit_flops[0])
    assert savings.loc[TRECX, "FLOPs saving (%)"] == f"{100 * found.saving:.1f}"
    assert savings.loc[TRECX, "share of oracle saving (%)"] == f"{100 * found.oracle_share:.0f}"
    assert savings.loc[BASE, "FLOPs saving (%)"] == "reference"
    for point in tradeoff_points(curve, base.standalone_accuracy[0])[1:]:
        cell = savings.loc[TRECX, f"MFLOPs at −{100 * point.drop:g} pt"]
        flops, printed = re.fullmatch(r"([\d.]+) · ρ ([\d.]+)", cell).groups()
        assert flops == f"{point.flops / 1e6:.3f}"
        again = curve.at([float(printed)])
        assert (again.accuracy[0], again.flops[0]) == (point.accuracy, point.flops)
    assert facts.loc[TRECX].tolist() == ["28,248", "3.127 · 5.648", "88.6 · 92.4", "4,890"]


def test_help_texts_of_columns_are_the_definitions_of_the_glossary(shipped):
    savings, facts = (json.loads(frame.proto.columns) for frame in opened().dataframe)
    assert savings["MFLOPs at −1 pt"]["help"] == definition("trade-off point")
    assert savings["share of oracle saving (%)"]["help"] == definition("oracle")
    assert savings["FLOPs saving (%)"]["help"].startswith(definition("saving"))
    assert facts["exit MFLOPs"]["help"] == definition("exit FLOPs")


def test_the_accuracies_to_compare_at_can_be_typed_and_stand_in_the_address(shipped):
    page = opened(targets="90, −0.5")
    assert list(page.dataframe[0].value)[-2:] == ["MFLOPs at 90 %", "MFLOPs at −0.5 pt"]
    page.text_input(key="targets").set_value("ninety").run()
    assert "separated by commas" in page.warning[0].value
    assert list(page.dataframe[0].value)[-1] == "MFLOPs at −3 pt"


def test_the_pictures_of_the_paper_fill_the_choice_and_figure_7_goes_by_logarithm(shipped):
    page = opened()
    page.button(key="figure-7").click().run()
    assert set(chosen(page).value) == {BASE, TRECX, "BranchyNet · published", "SDN · published"}
    assert page.session_state["flops_axis"] == LOG
    assert "log scale" in axis_title(charts(page)["benefit curves"])
    page.button(key="figure-2").click().run()
    assert sorted(name.split(" · ")[0] for name in chosen(page).value) == [
        "T-RECX",
        "baseline",
        "exit at ¼",
        "exit at ¾",
    ]
    assert all("trained here" in name for name in chosen(page).value)
    assert "log scale" not in axis_title(charts(page)["benefit curves"])


def test_only_pictures_that_the_store_can_fill_are_offered(shipped):
    page = opened(run=Store().find_run("vww/trecx").run_id)
    assert [button.label for button in page.button if button.label.startswith("Figure")] == ["Figure 4"]


def test_seeds_are_one_line_with_a_band_or_each_its_own(shipped):
    page = opened(run=Store().find_run("digits/trecx").run_id)
    together = "T-RECX · trained here, 5 seeds"
    assert together in chosen(page, "digits").value
    assert f"{together}, spread" in names(charts(page)["benefit curves"])
    assert "standard deviation over seeds" in words(page)
    cell = page.dataframe[0].value.set_index("design").loc[together, "FLOPs saving (%)"]
    assert re.fullmatch(r"\d+\.\d ± \d+\.\d", cell)
    alone = [f"T-RECX · trained here, seed {seed}" for seed in (0, 3)]
    chosen(page, "digits").set_value(alone).run()
    assert not page.exception
    assert not any("spread" in name for name in names(charts(page)["benefit curves"]))
    assert set(page.dataframe[0].value["design"]) == set(alone)


def test_the_choice_the_axis_and_the_zoom_stand_in_the_address(shipped):
    page = opened(designs_kws=[TRECX, BASE], flops_axis=LOG, zoom=REGION)
    assert set(chosen(page).value) == {TRECX, BASE}
    figure = charts(page)["benefit curves"]
    assert "log scale" in axis_title(figure)
    assert figure.layout.yaxis.range[0] == pytest.approx(92.17 - 3, abs=0.5)


def test_a_design_of_the_address_that_is_gone_is_told(shipped):
    page = AppTest.from_file(MAIN, default_timeout=60)
    page.run()
    page.query_params["designs_kws"] = [TRECX, "T-REX · published"]
    page.switch_page("views/compare.py").run()
    assert not page.exception
    assert plain("Design not found: T-REX · published.") in words(page)
    assert chosen(page).value == [TRECX]


def test_nothing_chosen_is_an_invitation(shipped):
    page = opened()
    chosen(page).set_value([]).run()
    assert not page.exception
    assert "No design selected. Select one or more above." in page.info[0].value
    assert not charts(page)


def test_one_design_alone_has_nothing_to_be_paired_with(shipped):
    page = opened()
    chosen(page).set_value([TRECX]).run()
    assert "Select a second design" in words(page)
    assert list(charts(page)) == ["benefit curves"]


def test_two_designs_of_the_same_samples_are_paired_and_the_difference_is_told_in_words(shipped):
    page = opened()
    told = words(page)
    assert "T-RECX · published** is 0.8 pt more accurate than without early view · published" in told
    assert "on average (95 % CI 0.2 to 1.3; 4,890 clips)" in told
    assert "paired difference" in charts(page)


def test_designs_of_other_samples_are_not_paired_and_not_compared_silently(shipped):
    page = opened()
    trained = "T-RECX · trained here, 5 seeds"
    chosen(page).set_value([TRECX, trained]).run()
    told = words(page)
    assert "were not scored on the same samples" in told
    assert "(4,890)" in told
    assert "(996)" in told
    assert "The designs were scored on different samples" in told
    assert "paired difference" not in charts(page)
    assert page.dataframe[1].value["samples"].tolist() == [
        "4,890 · Speech Commands v0.02 test",
        f"996 · {SMALL_KWS_TITLE}",
    ]


def test_one_and_the_same_design_on_both_sides_is_told(shipped):
    page = opened()
    page.selectbox(key="other").select(TRECX).run()
    assert "Both are the same design." in words(page)


def test_a_class_mix_reaches_every_number(shipped):
    page = opened()
    before = page.dataframe[0].value.loc[0, "FLOPs saving (%)"], words(page)
    page.selectbox(key="mix").select("even").run()
    assert not page.exception
    assert (page.dataframe[0].value.loc[0, "FLOPs saving (%)"], words(page)) != before


def test_a_store_with_a_single_run_shows_it_and_says_what_is_lacking():
    save("kws", "trecx", scores_of("trecx", "kws", 0, 60))
    page = opened()
    assert chosen(page).value == ["T-RECX · imported"]
    told = words(page)
    assert "No baseline on the same samples" in told
    assert "Select a second design" in told
    assert page.dataframe[0].value["FLOPs saving (%)"].tolist() == ["–"]
    page = opened(zoom=REGION)
    assert "The whole range is shown" in words(page)


def test_traces_without_softmax_are_compared_like_any_other():
    for system in ("trecx", "sdn", "baseline"):
        scores = scores_of(system, "digits", 0, 80)
        save("digits", system, replace(scores, probabilities=None))
    page = opened()
    chosen(page, "digits").set_value(list(chosen(page, "digits").options)).run()
    assert not page.exception
    assert len(page.dataframe[0].value) == 3
    assert set(charts(page)) == {"benefit curves", "paired difference"}


def test_two_imports_of_one_system_are_told_apart():
    for seed in (0, 1):
        save("digits", "trecx", scores_of("trecx", "digits", seed, 60))
    page = opened()
    assert len(set(chosen(page, "digits").options)) == 2
    assert all("digits-trecx-" in name for name in chosen(page, "digits").options)


def test_published_and_trained_here_are_told_apart_by_name():
    for source in ("published", "trained here"):
        save_synthetic(Store(), "kws", "trecx", 0, source=source)
    assert set(chosen(opened()).options) == {TRECX, "T-RECX · trained here, seed 0"}


def test_the_words_say_which_design_is_better_where_and_whether_it_is_significant():
    flops = np.array([1e6, 2e6, 3e6])
    gain = np.array([0.0, 0.02, 0.03])
    found = PairedDifference(flops, gain, gain - 0.01, gain + 0.01, (0.02, 0.01, 0.03), 1000)
    told = in_words(found, "A", "B", "clip")
    assert "**A** is 2.0 pt more accurate than B on average (95 % CI 1.0 to 3.0; 1,000 clips)" in told
    assert "Significant: A is more accurate from 2 to 3 MFLOPs" in told
    worse = replace(found, gain=-gain, low=-gain - 0.01, high=-gain + 0.01, mean=(-0.02, -0.03, -0.01))
    told = in_words(worse, "A", "B", "clip")
    assert "**B** is 2.0 pt more accurate than A on average (95 % CI 1.0 to 3.0; 1,000 clips)" in told
    assert "Significant: B is more accurate from 2 to 3 MFLOPs" in told
    unsure = PairedDifference(flops, 0 * gain, gain - 0.1, gain + 0.1, (0.0, -0.1, 0.1), 1000)
    told = in_words(unsure, "A", "B", "clip")
    assert "The mean difference between A and B is not significant: 0.0 pt (95 % CI −10.0 to +10.0;" in told
    assert "The difference is not significant at any FLOPs." in told


@pytest.mark.browser
def test_in_the_browser_a_picture_reaches_the_address_and_hover_gives_the_threshold(shipped):
    with dashboard(shipped) as address, browser() as started:
        page = started.new_page(viewport={"width": 1440, "height": 900})
        open_page(page, f"{address}/compare", CHART)
        page.get_by_role("button", name="Figure 7").click()
        page.locator(".annotation-text", has_text="BranchyNet").wait_for()
        page.wait_for_url("**BranchyNet**")
        assert "flops_axis=log" in page.url
        page.wait_for_selector(f"{SETTLED} {CHART}")
        line = page.locator(".trecx-designs path.js-line").first
        x, y = line.evaluate(MIDDLE)
        page.mouse.move(x, y)
        label = page.locator(".trecx-designs .hoverlayer").first
        expect(label).to_contain_text(re.compile(r"ρ 0\.\d{4}"))


def test_the_csv_has_all_digits_and_its_column_titles_stay(shipped):
    from app.compare.table import record
    from tests.comparison.test_design import design_of
    from trecx.comparison.accuracy_targets import Target

    run = Store().find_run("kws/trecx")
    row = record(design_of(Store(), run), [Target(-0.01)])
    read = pd.read_csv(io.StringIO(pd.DataFrame([row]).to_csv(index=False))).iloc[0]
    assert read["exit2_accuracy"] == run.standalone_accuracy[1]
    assert read["exit1_flops"] == run.exit_flops[0]
    assert read["flops at −1 %"] == pytest.approx(3.436e6, rel=1e-3)
    assert json.loads(json.dumps(row["n_samples"])) == 4890


def test_the_curves_hold_the_numbers_of_the_run(shipped):
    figure = charts(opened())["benefit curves"]
    curve = Store().load_table(Store().find_run("kws/trecx")).curve()
    drawn = next(trace for trace in figure.data if trace.name == "T-RECX<br>published")
    assert set(numbers(drawn.x)) <= set(curve.flops / 1e6)


def test_the_browser_gets_the_designs_best_first_and_nothing_that_depends_on_the_threshold(shipped):
    one, another = (documents(opened(rho=rho))["benefit curves"] for rho in ("0.7", "0.4"))
    assert one == another  # so nothing is drawn again when ρ is let go
    assert [design["name"] for design in one["designs"]] == [TRECX, PLAIN, BASE]
    assert [design["selected"] for design in one["designs"]] == [True, False, False]
    assert [design["reference"] for design in one["designs"]] == [False, False, True]
    base = Store().find_run("kws/baseline")
    reference = {"accuracy": base.standalone_accuracy[0], "flops": base.exit_flops[0]}
    assert [design["references"] for design in one["designs"]] == [[reference]] * 3


def test_a_run_shown_within_seeds_has_a_row_for_its_own_thresholds_per_exit():
    for seed in (0, 1):
        save_synthetic(Store(), "digits", "sdn", seed)
    page = opened()
    chosen(page, "digits").set_value(["SDN · trained here, 2 seeds"]).run()
    rows = documents(page)["benefit curves"]["designs"]
    found = [(row["name"], len(row["runs"]), row["selected"], row["only_per_exit"]) for row in rows]
    seed = Store().runs()[0].training["seed"]
    assert found == [
        ("SDN · trained here, 2 seeds", 2, False, False),
        (f"SDN · trained here, seed {seed}", 1, True, True),
    ]
    chosen(page, "digits").set_value([f"SDN · trained here, seed {seed}"]).run()
    (row,) = documents(page)["benefit curves"]["designs"]
    assert (row["selected"], row["only_per_exit"]) == (True, False)
