"""The page of samples: what it shows of each, and that it lives on whatever it is given."""

import numpy as np
import pytest

from app.samples import download
from app.shared.plain_text import plain
from tests.app.samples_page import CLASSES, KWS, again, drawn, opened, pills, save, total, words
from tests.browser.session import CHART, browser, dashboard, open_page
from tests.conftest import ROOT
from trecx.datasets.sample_view import as_wav
from trecx.errors import FetchError
from trecx.files import paths
from trecx.store import SampleFilter, Store
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.outcome_curve import outcome_curve
from trecx.threshold.outcomes import OUTCOME_LABELS, OUTCOMES

ODD_NAME = "yes/![x](http://bad) <img src=x> $a$ :red[b].wav"


@pytest.fixture(autouse=True)
def downloads(monkeypatch, tmp_path):
    """Nothing is fetched, whatever lies on this machine."""
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path / "downloads")
    return tmp_path / "downloads"


@pytest.mark.parametrize(
    ("name", "rho"), [("kws/sdn", "0.7"), ("vww/trecx", "0"), ("digits/trecx", "inf"), ("kws/trecx", "0.9")]
)
def test_the_outcomes_stand_with_their_counts_at_this_threshold(shipped, name, rho):
    run = Store().find_run(name)
    page = opened(run=run.run_id, rho=rho)
    assert "Which samples does the network get wrong?" in page.main.markdown[0].value
    counts = ExitTable.of(Store().load_scores(run)).operating_point(float(rho)).overthinking
    shown = {option.content.split(" **")[0]: option.content for option in pills(page)}
    assert len(shown) == len(OUTCOMES)
    for outcome, count in counts.items():
        title = OUTCOME_LABELS[OUTCOMES.index(outcome)]
        assert shown[title] == f"{title} **{count:,}**"
    wrong = counts["destructive"] + counts["premature"] + counts["hopeless"]
    assert total(page) == wrong


def test_nothing_on_the_page_loads_all_scores(shipped, monkeypatch):
    monkeypatch.setattr(Store, "load_scores", lambda *_: pytest.fail("all scores were loaded"))
    run = Store().find_run("digits/trecx")
    (first,) = Store().gallery.page(run, SampleFilter(0.9), 1)
    for address in ({}, {"view": "rho"}, {"view": "collections"}, {"sample": first.name}):
        opened(run=run.run_id, rho="0.9", **address)


def test_digits_always_show_their_images(shipped):
    run = Store().find_run("digits/trecx")
    page = opened(run=run.run_id, outcome="any")
    (gallery,) = drawn(page, "trecx_gallery")
    assert gallery.count("data:image/png;base64,") == 24
    (first,) = Store().gallery.page(run, SampleFilter(0.9), 1)
    page = opened(run=run.run_id, sample=first.name)
    assert page.get("image")


@pytest.mark.parametrize("at", ["whole", "final", "1"])
def test_a_cell_of_a_confusion_opens_its_samples(shipped, at):
    run = Store().find_run("kws/trecx")
    scores = Store().load_scores(run)
    point = ExitTable.of(scores).operating_point(0.9)
    names = run.class_names
    cells = {"whole": point.confusion}
    for name, exit_ in (("1", 0), ("final", 1)):
        cells[name] = np.zeros_like(point.confusion)
        np.add.at(cells[name], (scores.labels, scores.predictions[:, exit_]), 1)
    for true, predicted in ((names.index("no"), names.index("go")), (0, 0)):
        page = opened(run=run.run_id, rho="0.9", true=names[true], predicted=names[predicted], at=at)
        assert total(page) == cells[at][true, predicted] > 0


def test_nonsense_in_the_address_is_told_and_replaced(shipped):
    page = opened(true="!none", predicted="-1", at="7", outcome="sad", gap="wide", view="all", confidence="x")
    warnings = [warning.value.replace("\\", "") for warning in page.main.warning]
    for said in ("true=!none", "predicted=-1", "at=7", "outcome=sad", "gap=wide", "view=all"):
        assert any(said in warning for warning in warnings), said
    assert not {"true", "predicted", "at", "gap"} & set(page.query_params)
    assert not again(page).main.warning
    assert "no clip called nobody" in words(opened(sample="nobody")).replace("\\", "")


@pytest.mark.parametrize("name", ["kws/trecx", "digits/sdn", "vww/trecx"])
def test_the_counts_over_rho_say_where_rescue_pays(shipped, name):
    run = Store().find_run(name)
    page = opened(run=run.run_id, view="rho")
    low, high, gain = outcome_curve(Store().load_table(run)).rescue_peak
    assert (f"above {low:.4f}" in words(page)) == (gain > 0)
    assert (f"{gain:,} more" in words(page)) == (gain > 0)
    assert ("The final exit never helps" in words(page)) == (gain == 0)
    assert ("At a higher ρ, the surplus is smaller" in words(page)) == (gain > 0 and high <= 1)
    assert len(drawn(page, "trecx_chart")) == 1


def test_counts_say_that_they_do_not_follow_the_class_mix(shipped):
    assert "the class mix does not change them" not in words(opened())
    assert "the class mix does not change them" in words(opened(mix="even"))


def test_filters_go_into_the_address_and_back(shipped):
    page = opened(run=Store().find_run("kws/trecx").run_id)
    page.selectbox(key="true").select("up")
    page.selectbox(key="gap").select("smallest")
    page.button_group(key="outcomes").set_value([3])
    again(page)
    assert page.query_params["true"] == "up"
    address = {name: page.query_params[name] for name in ("run", "rho", "true", "gap", "outcome")}
    assert address["outcome"] == "rescued"
    assert total(opened(**address)) == total(page)
    page.selectbox(key="task").set_value("digits")
    again(page)
    assert page.selectbox(key="true").value == "any"
    assert not page.main.warning


def test_filters_that_nobody_passes_say_so(shipped):
    page = opened(outcome="destructive")
    page.text_input(key="text").set_value("no such name")
    assert "No clip passes these filters" in words(again(page))


def test_pages_go_on_and_back(shipped):
    page = opened(outcome="any")
    assert "**1–24**" in words(page)
    page.button(key="next").click()
    assert "**25–48**" in words(again(page))
    second = drawn(page, "trecx_gallery")
    page.button(key="next").click()
    assert "**49–72**" in words(again(page))
    page.button(key="back").click()
    assert "**25–48**" in words(again(page))
    assert drawn(page, "trecx_gallery") == second
    page.selectbox(key="gap").select("smallest")
    assert "**1–24**" in words(again(page))


def test_without_the_dataset_all_but_the_pictures_is_there(shipped):
    run = Store().find_run("kws/trecx")
    (first,) = Store().gallery.page(run, SampleFilter(0.9), 1)
    page = opened(run=run.run_id, outcome="any")
    assert "python -m trecx data fetch kws" in words(page)
    assert page.button(key="fetch").label == "Download clips"
    assert first.name in drawn(page, "trecx_gallery")[0]
    jpegs = Store().find_run("ic/trecx", "trained here")
    assert "`python -m trecx data fetch ic --key cifar10-jpeg`" in words(opened(run=jpegs.run_id))
    assert "`python -m trecx data fetch ic`" in words(opened(run="ic/trecx"))
    page = opened(run=run.run_id, sample=first.name)
    assert "python -m trecx data fetch kws" in words(page)
    assert len(drawn(page, "trecx_chart")) == 1
    assert [len(table.value) for table in page.main.dataframe] == [2, 11]  # five more designs, six in int8


def test_a_button_fetches_the_dataset_with_progress(downloads, monkeypatch):
    run, _ = save(names=[f"yes/{k}.wav" for k in range(60)])
    asked, told = [], []

    def fetch(task, progress, *, folder, key):
        asked.append((task, folder, key))
        for done in range(0, 1001):
            progress("clips", done, 1000)
        (downloads / KWS.folder / "yes").mkdir(parents=True)
        (downloads / KWS.folder / "yes" / "3.wav").write_bytes(as_wav(np.full(16_000, 99, np.int16)))

    monkeypatch.setattr(download, "fetch_dataset", fetch)
    monkeypatch.setattr(
        "streamlit.delta_generator.DeltaGenerator.progress",
        lambda bar, share, text=None: told.append(text) or bar,
    )
    page = opened(run=run.run_id, sample="yes/3.wav")
    page.button(key="fetch").click()
    again(page)
    assert asked == [("kws", downloads, KWS.key)]
    assert told == [f"clips: {percent} %" for percent in range(101)]
    assert len(drawn(page, "trecx_chart")) == 3  # wave, MFCCs, softmax scores
    assert page.get("audio")


def test_a_fetch_that_fails_is_told_and_can_be_tried_again(shipped, monkeypatch):
    def fetch(*_, **__):
        raise FetchError("no network; set TRECX_MIRROR")

    monkeypatch.setattr(download, "fetch_dataset", fetch)
    page = opened()
    for _ in range(2):
        page.button(key="fetch").click()
        again(page)
        assert "no network" in page.main.error[0].value
    assert drawn(page, "trecx_gallery")


def test_a_missing_or_broken_file_says_so_and_the_page_lives(downloads):
    run, _ = save(names=[f"yes/{k}.wav" for k in range(60)])
    (downloads / KWS.folder / "yes").mkdir(parents=True)
    (downloads / KWS.folder / "yes" / "0.wav").write_bytes(b"RIFF, and then nothing")
    page = opened(run=run.run_id, outcome="any")
    assert drawn(page, "trecx_gallery")[0].count("missing or damaged") == 24
    for name, reason in (("yes/0.wav", "not a 16-bit PCM WAV"), ("yes/1.wav", "No such file")):
        page = opened(run=run.run_id, sample=name)
        assert reason in words(page).replace("\\", "")
        assert len(drawn(page, "trecx_chart")) == 1


def test_a_trace_says_what_it_cannot_show():
    run, made = save(full=False)
    page = opened(run=run.run_id, sample="5")
    assert "Only the largest score of each exit is stored" in words(page)
    assert made.probabilities is None
    assert "the largest score" not in words(opened(run=save(seed=1)[0].run_id, sample="5"))


def test_where_a_sample_leaves_is_exact():
    run, made = save()
    first, final = made.confidence[7].astype(float)
    page = opened(run=run.run_id, sample="7", rho=str(round(first - 0.0005, 3)))
    ways = page.main.dataframe[0].value
    assert ways["ρ"].tolist() == [f"up to {first:.6f}", f"above {first:.6f}"]
    assert ways["confidence"].tolist() == pytest.approx([first, final])
    assert ways["prediction"].tolist() == [CLASSES[k] for k in made.predictions[7]]
    assert ways[""].tolist() == ["current", ""]


def test_other_runs_over_the_same_samples_stand_beside():
    run, _ = save()
    assert "No other run is scored on the same clips" in words(opened(run=run.run_id, sample="5"))
    other, made = save(seed=1)
    table = opened(run=run.run_id, sample="5").main.dataframe[1].value
    assert len(table) == 1
    mark = "✓" if made.predictions[5, 1] == made.labels[5] else "✗"
    answer = CLASSES[made.predictions[5, 1]]
    assert table["final exit"][0] == f"{mark} {answer} {made.confidence[5, 1]:.3f}"
    assert other.run_id in table["run"][0]


def test_names_and_notes_of_people_stay_text():
    names = [ODD_NAME, *(f"yes/{k}.wav" for k in range(59))]
    run, _ = save(names=names)
    page = opened(run=run.run_id, sample=ODD_NAME)
    assert plain(ODD_NAME) in words(page)
    assert ODD_NAME not in words(page)
    Store().collections.create("<b>x</b> [y](z)", "a *note*")
    page = opened(run=run.run_id, view="collections")
    assert page.main.text[0].value == "a *note*"  # st.text: no Markdown
    for path in [*(ROOT / "app" / "samples").glob("*.py"), ROOT / "app" / "views" / "samples.py"]:
        assert "unsafe_allow_html" not in path.read_text(encoding="utf-8")
    script = (ROOT / "app" / "samples" / "gallery.js").read_text(encoding="utf-8")
    assert "innerHTML" not in script


@pytest.mark.browser
def test_a_click_on_a_thumbnail_opens_its_sample(shipped):
    run = Store().find_run("digits/trecx")
    with dashboard(shipped) as address, browser() as chrome:
        page = chrome.new_page(viewport={"width": 1280, "height": 900})
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        open_page(page, f"{address}/samples?run={run.run_id}&rho=0.9&outcome=any", ".trecx-gallery button")
        thumbnail = page.locator(".trecx-gallery button").first
        name = thumbnail.get_attribute("title").split("\n")[0]
        thumbnail.click()
        page.wait_for_url(lambda url: f"sample={name}" in url)
        page.locator(CHART).wait_for()
        assert faults == []
        page.get_by_role("button", name="All samples").click()
        page.wait_for_url(lambda url: "sample=" not in url)
        thumbnail.wait_for()
