"""The page "Import scores": what was understood is shown first, and kept only when asked to."""

import gc
import io
import weakref

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.comparison.synthetic import save_synthetic
from tests.conftest import ROOT
from trecx.importing import read_scores
from trecx.importing.examples import write_examples
from trecx.store import CustomProfile, Store

MAIN = str(ROOT / "app" / "main.py")


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    write_examples(folder)
    return folder


@pytest.fixture
def page():
    return opened()


def opened():
    return AppTest.from_file(MAIN, default_timeout=60).run().switch_page("views/import_scores.py").run()


def dropped(page, name, content, task="pets", system="mine"):
    page.session_state["own task"], page.session_state["own system"] = task, system  # as if typed
    page.file_uploader(key="scores").upload(name, content, "application/octet-stream").run()
    assert not page.exception
    return page


def said(page):
    kinds = (page.markdown, page.caption, page.error, page.warning, page.info, page.success)
    texts = "\n".join(element.value for kind in kinds for element in kind)
    return texts.replace("\\", "")  # what is escaped shows as it is


def keep(page):
    page.button(key="keep").click().run()
    assert not page.exception
    return page


def test_without_a_file_the_page_says_what_to_bring_even_where_the_store_is_empty(page):
    assert not page.exception
    assert "Model files cannot be uploaded" in said(page)
    names = [button.label for button in page.get("download_button")]
    assert len(names) == 4


@pytest.mark.parametrize("name", ["scores.npz", "scores.csv", "scores.parquet", "trace.csv"])
def test_every_example_is_understood_before_it_is_kept_and_then_leads_on(page, examples, name):
    dropped(page, name, (examples / name).read_bytes())
    assert "**200 samples, 2 exits, 3 classes, " in said(page)
    assert "cat, dog, neither" in said(page)
    assert page.dataframe[0].value["label"].isin(["cat", "dog", "neither"]).all()
    assert Store().runs() == []
    keep(page)
    (run,) = Store().runs()
    assert (run.task, run.system, run.source, run.dataset) == ("pets", "mine", "imported", name)
    assert f"Stored as {run.run_id}: 200 samples." in said(page)
    page.button(key="look").click().run()
    assert not page.exception
    assert page.selectbox(key="task").value == "pets"
    assert page.query_params["run"] == run.run_id
    assert not page.get("file_uploader")  # it went to another page


@pytest.mark.parametrize("end", ["imported", "left", "replaced"])
def test_nothing_holds_an_upload_that_is_imported_left_or_replaced(page, examples, end, monkeypatch):
    read = []

    def watched(files, options):
        found = read_scores(files, options)
        read.append(weakref.ref(found.fields["probabilities"]))
        return found

    monkeypatch.setattr("trecx.importing.read_scores", watched)
    dropped(page, "scores.npz", (examples / "scores.npz").read_bytes())
    page.text_input(key="own dataset").set_value("pets at home").run()
    first = read[0]
    assert first() is not None and len(read) == 1, "it is read once"
    if end == "imported":
        keep(page)
        assert page.file_uploader(key="scores 1").value == []
    elif end == "left":
        page.switch_page("views/score.py").run()
    else:
        page.file_uploader(key="scores").set_value(("other.csv", (examples / "scores.csv").read_bytes(), ""))
        page.run()
        assert len(read) == 2
    gc.collect()
    assert first() is None


def test_a_second_import_of_the_same_file_says_that_nothing_was_added(page, examples):
    content = (examples / "scores.csv").read_bytes()
    keep(dropped(page, "scores.csv", content))
    (run,) = Store().runs()
    assert len(page.success) == 1 and not page.warning
    again = keep(dropped(opened(), "scores.csv", content))
    since = f"{run.created_at:%Y-%m-%d}"
    told = f"These scores are already stored as {run.run_id} (imported on {since}); nothing was added."
    assert again.warning[0].value.replace("\\", "") == told
    assert not again.success
    assert Store().runs() == [run]


def test_what_is_measured_in_the_file_becomes_a_device_profile(page, examples):
    keep(dropped(page, "scores.csv", (examples / "scores.csv").read_bytes()))
    assert Store().profiles.all() == [CustomProfile("pets/mine", (310.0, 905.0), (4.1, 11.8))]


def test_costs_are_typed_where_the_file_has_none_or_only_proportions_are_known(page):
    content = "label,exit1_prediction,exit1_confidence,exit2_prediction,exit2_confidence\n"
    dropped(page, "mine.csv", (content + "0,0,0.7,1,0.8\n1,0,0.5,1,1\n").encode())
    assert "Enter FLOPs per exit (right)" in said(page)
    keep(page)
    assert "no exit FLOPs are known" in said(page)
    page.text_input(key="own costs").set_value("1, many").run()
    assert "whole numbers separated by commas" in said(page)
    page.text_input(key="own costs").set_value("20, 10").run()
    assert "increase" in said(page)
    page.text_input(key="own costs").set_value("1, 2.5")
    page.checkbox(key="relative").check().run()
    keep(page)
    (run,) = Store().runs()
    assert run.exit_flops == (400_000, 1_000_000)
    page.button(key="look").click().run()
    assert any("1 MFLOP is the final exit" in caption.value for caption in page.sidebar.caption)
    assert any("energy cannot be estimated" in info.value for info in page.sidebar.info)
    assert not page.switch_page("views/compare.py").run().exception


def test_class_names_and_the_tasks_own_names_are_heeded(page):
    file = io.BytesIO()
    np.savez(file, labels=[0, 1], probabilities=[[[0.5, 0.5]], [[0.5, 0.5]]], exit_flops=[3])
    dropped(page, "mine.npz", file.getvalue(), None, None)
    assert page.button(key="keep").disabled
    assert "Select a task and a design to import the scores." in said(page)
    assert "Classes: 0, 1" in said(page)
    assert "One exit: this is a baseline" in said(page)
    page.selectbox(key="own task").set_value("vww").run()
    assert "person" in said(page)
    page.text_input(key="own classes").set_value("cat, dog").run()
    assert "cat, dog" in said(page)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("mine.csv", b"label,exit1_a,exit1_b\na,0.5,0.4\n", "row 2, columns exit1_…: "),
        (
            "mine.csv",
            b"label,exit1_a,exit1_b\na,0.5,x\n",
            "row 2, column exit1_b: 'x' is not a finite number",
        ),
        ("mine.npz", b"PK\x03\x04 not really", "not an .npz file"),
        ("mine.parquet", b"PAR1", "not a Parquet file, or a damaged one"),
    ],
)
def test_a_broken_file_is_told_in_place_and_nothing_is_kept(page, name, content, words):
    dropped(page, name, content)
    assert words in said(page)
    assert Store().runs() == []


def test_a_file_over_the_limit_is_told_with_the_way_on(monkeypatch):
    monkeypatch.setattr("app.import_scores.upload.MAX_MB", 1)
    page = dropped(opened(), "mine.csv", b"x" * (1024**2 + 1))
    assert "too large for this page (1 MB; limit 1 MB). Import it on the command line" in said(page)


def test_the_servers_limit_is_the_one_that_the_page_states():
    import tomllib

    from app.import_scores.upload import MAX_MB

    config = tomllib.loads((ROOT / "app" / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] == MAX_MB


def test_a_hostile_name_shows_itself_and_a_name_that_none_can_have_is_refused(page):
    hostile = "<script>alert(1)</script>*b*"
    rows = f"label,exit1_{hostile},exit1_b,exit2_{hostile},exit2_b\n{hostile},1,0,1,0\nb,0,1,0,1\n"
    dropped(page, "mine.csv", b"# exit_flops: 1, 2\n" + rows.encode(), task="My <b>Task</b>")
    assert any("\\<script\\>" in caption.value for caption in page.caption)
    assert not any(element.allow_html for element in page.markdown if "script" in element.value)
    keep(page)
    assert "is not a valid name for a task; use 1 to 40 lowercase letters" in said(page)
    assert Store().runs() == []


def test_a_task_that_is_not_of_the_paper_is_shown_on_every_page(page, examples):
    keep(dropped(page, "scores.npz", (examples / "scores.npz").read_bytes(), task="door-bell"))
    for name in ("tune", "compare", "confidence", "classes", "samples", "import_scores"):
        page.switch_page(f"views/{name}.py").run()
        assert not page.exception, name
        assert page.selectbox(key="task").value == "door-bell"


def test_no_page_reads_the_names_of_a_file_as_markdown(page):
    hostile, file = "![x](http://evil/x.png)<script>alert(1)</script>", io.BytesIO()
    np.savez(
        file,
        labels=np.arange(40) % 3,
        probabilities=np.random.default_rng(0).dirichlet(np.ones(3), (40, 2)),
        exit_flops=[1, 2],
        class_names=[hostile, "b", "c"],
        sample_names=[f"{hostile}{k}" for k in range(40)],
    )
    dropped(page, "x.npz", file.getvalue())
    page.text_input(key="own dataset").set_value(hostile).run()
    keep(page)
    assert Store().runs()[0].dataset == hostile
    for name in ("import_scores", "tune", "compare", "confidence", "classes", "samples"):
        page.switch_page(f"views/{name}.py").run()
        assert not page.exception, name
        for kind in (page.markdown, page.caption, page.error, page.warning, page.info, page.success):
            assert not [element.value for element in kind if "![x](" in element.value], name


def test_what_was_kept_is_looked_at_with_the_setting_that_stands_in_the_address(examples):
    save_synthetic(Store(), "kws", "trecx", 0)  # so that there is a left column
    page = opened()
    page.number_input(key="rate").set_value(7.0).run()
    keep(dropped(page, "scores.npz", (examples / "scores.npz").read_bytes()))
    page.button(key="look").click().run()
    assert not page.exception
    assert not page.get("file_uploader")
    assert page.number_input(key="rate").value == 7.0


def arrays(**named):
    file = io.BytesIO()
    np.savez(file, **named)
    return file.getvalue()


def test_scores_below_chance_are_shown_in_red_and_kept_only_when_asked_twice(page):
    labels = np.arange(300) % 3
    probabilities = np.eye(3, dtype=np.float32)[(labels + 1) % 3][:, None]
    dropped(page, "mine.npz", arrays(labels=labels, probabilities=probabilities, exit_flops=[3]))
    (box,) = page.error
    assert "These scores are probably wrong." in box.value and "less than guessing" in box.value
    keep(page)
    assert Store().runs() == []
    assert "Import them anyway?" in said(page)
    page.button(key="keep anyway").click().run()
    assert not page.exception
    assert len(Store().runs()) == 1


def test_what_a_file_leaves_open_is_settled_by_the_reading_options(page):
    content = b"# exit_flops: 10, 20\nlabel,exit1_a,exit1_b,exit2_a,exit2_b\n1,2,-1,3,0\n1,1,0.5,4,0\n"
    dropped(page, "mine.csv", content)
    assert "“Scores are logits”" in said(page) and "--logits" not in said(page)
    page.toggle(key="own logits").set_value(True).run()
    assert "set “Numbers count classes from” to 0 or 1; else give" in said(page)
    page.selectbox(key="own labels from").set_value("1").run()
    assert "Accuracy per exit: **100.00" in said(page)
    page.selectbox(key="own labels from").set_value("0").run()
    assert "Accuracy per exit: **0.00" in said(page)
    assert "no class in common" in said(page)


def test_one_sigmoid_per_exit_is_a_switch_and_an_int8_run_is_said(page):
    dropped(page, "mine.csv", b"# exit_flops: 10\nlabel,exit1_1\n1,0.75390625\n0,0.25\n")
    assert "“One sigmoid per exit”" in said(page)
    page.toggle(key="own sigmoid").set_value(True).run()
    assert "2 classes" in said(page) and "This is an int8 run" in said(page)


def test_files_that_belong_together_are_read_together(page):
    def npy(array):
        file = io.BytesIO()
        np.save(file, array)
        return file.getvalue()

    page.session_state["own task"], page.session_state["own system"] = "pets", "baseline"
    uploader = page.file_uploader(key="scores")
    uploader.upload("y.npy", npy(np.array([0, 1, 2])), "application/octet-stream")
    uploader.upload("scores.npy", npy(np.eye(3, dtype=np.float32)), "application/octet-stream").run()
    assert not page.exception
    assert "labels from y.npy; scores from scores.npy" in said(page)
    page.text_input(key="own costs").set_value("100").run()
    keep(page)
    assert Store().runs()[0].dataset == "scores.npy"


def test_an_int8_run_is_said_on_the_other_pages(page):
    scores = b"# exit_flops: 10, 20\nlabel,exit1_a,exit1_b,exit2_a,exit2_b\na,127,-128,100,-101\n"
    keep(dropped(page, "mine.csv", scores))
    page.button(key="look").click().run()
    assert not page.exception
    assert any("int8 run: ρ acts in steps of 1/256" in caption.value for caption in page.sidebar.caption)
