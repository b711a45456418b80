"""Who changes what another user has changed since it was shown is told, and keeps what was typed."""

from tests.app.samples_page import again, save, words
from tests.app.samples_page import opened as samples_page
from tests.app.test_saved_points import no_tensorflow, opened, own_copy, press
from tests.saved_points.records import record_of
from trecx.store import Store

__all__ = ["no_tensorflow", "own_copy"]


def plainly(shown):
    """A text without the backslashes that keep Markdown out of it."""
    return shown.replace("\\", "")


def test_who_renames_a_point_that_was_changed_meanwhile_is_told_and_keeps_what_was_typed(own_copy):
    saved = Store().points.save(record_of("kws/trecx", title="Doorbell"))
    page = opened([0])
    renamed = Store().points.rename(saved, "Bell")
    page.text_input(key=f"new name of point {saved.point_id}").set_value("Chime")
    press(page, "rename")
    told = "The point was not renamed to “Chime”: saved point “Doorbell” was changed meanwhile"
    assert told in plainly(page.warning[0].value)
    assert "(it is now “Bell”, active)" in plainly(page.warning[0].value)
    assert page.text_input(key=f"new name of point {saved.point_id}").value == "Chime"
    press(page, "rename")
    (now,) = Store().points.all()
    assert (now.record.name, now.revision) == ("Chime", renamed.revision + 1)


def test_who_renames_a_point_that_was_archived_meanwhile_is_told_although_it_is_not_listed(own_copy):
    saved = Store().points.save(record_of("kws/trecx", title="Doorbell"))
    page = opened([0])
    Store().points.archive(saved)
    page.text_input(key=f"new name of point {saved.point_id}").set_value("Chime")
    press(page, "rename")
    assert "not renamed to “Chime”" in page.warning[0].value
    assert "it is now “Doorbell”, archived" in page.warning[0].value
    assert [point.record.name for point in Store().points.all()] == ["Doorbell"]


def opened_while_it_is_renamed():
    """The page with one collection, which another user renames when it is shown already."""
    run, _ = save()
    shelf = Store().collections
    for name in ("aaa", "one"):
        shelf.create(name)
    shelf.add("one", run.sample_set_id, [3])
    page = samples_page(view="collections")
    page.selectbox(key="collection").set_value("one")
    again(page)
    one = shelf.all()[1]
    shelf.change(one, "two", "their note")
    return page, one.collection_id


def test_who_edits_a_collection_that_was_changed_meanwhile_is_told_and_keeps_what_was_typed():
    page, number = opened_while_it_is_renamed()
    page.text_input(key=f"name of collection {number}").set_value("mine")
    page.text_area(key=f"note of collection {number}").set_value("my note")
    page.button(key="change_keep").click()
    told = plainly(words(again(page)))
    assert "The collection was not changed: collection 'one' was changed meanwhile" in told
    assert "it is now 'two'" in told
    assert page.selectbox(key="collection").value == "two"
    assert page.text_input(key=f"name of collection {number}").value == "mine"
    assert page.text_area(key=f"note of collection {number}").value == "my note"
    page.button(key="change_keep").click()
    again(page)
    assert [(one.name, one.note) for one in Store().collections.all()] == [("aaa", ""), ("mine", "my note")]


def test_who_deletes_a_collection_that_was_changed_meanwhile_deletes_neither_it_nor_another():
    page, _ = opened_while_it_is_renamed()
    page.button(key="delete").click()
    assert "The collection was not deleted: collection 'one' was changed" in plainly(
        words(again(page))
    ).replace("\\", "")
    assert [one.name for one in Store().collections.all()] == ["aaa", "two"]
