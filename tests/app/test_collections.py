"""Collections on the page of samples."""

import pytest

from tests.app.samples_page import CLASSES, again, name_it, opened, save, words
from trecx.errors import StoreError
from trecx.store import Store
from trecx.store.sample_collections import Collections


def test_a_sample_goes_into_a_new_collection_with_a_note():
    run, _ = save()
    page = opened(run=run.run_id, sample="5")
    name_it(page, "odd")
    page.text_input(key="keep_one_note").set_value("noisy")
    page.button(key="keep_one_add").click()
    assert "1 clip added to odd" in words(again(page))
    (kept,) = Store().collections.samples("odd")
    assert (kept.sample, kept.true_class, kept.note) == ("5", CLASSES[5], "noisy")


@pytest.mark.parametrize(("which", "n_added"), [(0, 24), (1, 60)])
def test_a_page_or_all_of_a_gallery_go_into_a_collection(which, n_added):
    run, _ = save()
    Store().collections.create("many")
    page = opened(run=run.run_id, outcome="any")
    page.radio(key="keep_which").set_value(page.radio(key="keep_which").options[which])
    page.button(key="keep_page_add").click()
    assert f"{n_added} clips added to many" in words(again(page))
    assert len(Store().collections.samples("many")) == n_added


def test_a_collection_can_be_made_renamed_and_deleted_and_no_name_is_there_twice():
    save()
    page = opened(view="collections")
    assert "no collections yet" in words(page)
    for _ in range(2):
        page.text_input(key="new_name").set_value("one")
        page.button(key="new_make").click()
        again(page)
    assert "a collection 'one' exists already" in words(page).replace("\\", "")
    (one,) = Store().collections.all()
    page.text_input(key=f"name of collection {one.collection_id}").set_value("two")
    page.button(key="change_keep").click()
    again(page)
    assert [one.name for one in Store().collections.all()] == ["two"]
    page.button(key="delete").click()
    assert "no collections yet" in words(again(page))


def test_ten_thousand_samples_in_a_collection_open_and_can_be_downloaded():
    run, _ = save(n_samples=10_000)
    shelf = Store().collections
    shelf.create("many")
    shelf.add("many", run.sample_set_id, range(10_000), "=note")
    page = opened(view="collections")
    assert page.selectbox(key="collection").options == ["many (10,000)"]
    assert len(page.main.dataframe[0].value) == 10_000
    assert page.get("download_button")


def test_a_store_that_cannot_be_written_says_so(monkeypatch):
    run, _ = save()
    page = opened(run=run.run_id, sample="5")

    def refuse(*_):
        raise StoreError("it is read-only")

    monkeypatch.setattr(Collections, "create", refuse)
    name_it(page, "odd")
    page.button(key="keep_one_add").click()
    assert "it is read" in words(again(page))
