"""docs/architecture.md draws the house as it stands: floors, what lives where, the store's tables."""

import re

import pytest

from tests.docs.documents import text_of
from tests.house.test_architecture import FILES, LAYERS, imports, module, uses
from trecx.store.tables import Base

PAGE = text_of("architecture.md")
LIVING = {  # what a library is called in the drawing: what is imported
    "Streamlit": "streamlit",
    "Typer": "typer",
    "Rich": "rich",
    "TensorFlow": "tensorflow",
    "Keras": "keras",
    "SQLAlchemy": "sqlalchemy",
}


def floors():
    """Yield the floors from the top: the modules from left to right, and the libraries that live there."""
    drawing = PAGE[PAGE.index("┌") : PAGE.index("└──", PAGE.index("┌"))]
    for floor in drawing.split("├"):
        rows = [line.split("│")[1:-1] for line in floor.splitlines() if "│" in line]
        _, modules, libraries = (" ".join(column) for column in zip(*rows, strict=True))
        yield modules.split(), re.findall(r"\w+", libraries)


FLOORS = list(floors())
# Where each stands: a place is higher than all that lie below it or to its left.
PLACES = {name: place for place, name in enumerate(n for modules, _ in reversed(FLOORS) for n in modules)}


def drawn(name):
    """Return what stands in the drawing for a module: the first word below `trecx`, or `app`."""
    first, _, rest = name.partition(".")
    return rest.partition(".")[0] if first == "trecx" and rest else first


def test_every_module_is_drawn_once_and_nothing_that_is_gone():
    in_the_source = {drawn(module(path)) for path in FILES} - {"trecx"}
    assert sorted(PLACES) == sorted(in_the_source)
    assert sum(len(modules) for modules, _ in FLOORS) == len(PLACES)
    assert {drawn(f"trecx.{layer}") for layer in LAYERS} <= set(PLACES)


def test_a_module_imports_only_what_stands_below_it_or_to_its_left():
    higher = []
    for path in FILES:
        here = drawn(module(path))
        seen = {drawn(item) for item in imports(path) if item.startswith(("trecx.", "app."))}
        higher += [(here, there) for there in seen if PLACES.get(there, 0) > PLACES.get(here, len(PLACES))]
    assert higher == []


@pytest.mark.parametrize("library", LIVING)
def test_a_library_lives_on_the_floor_that_the_drawing_says(library):
    users = {drawn(module(path)) for path in FILES if uses(path, LIVING[library])}
    (floor,) = [set(modules) for modules, libraries in FLOORS if library in libraries]
    assert users
    assert users <= floor


def table_row(mapper):
    """Return a table of the store as the page says it: name, meaning, key, and what it points to."""
    table = mapper.local_table
    meaning = mapper.class_.__doc__.splitlines()[0].rstrip(".")
    targets = dict.fromkeys(key.column.table.name for column in table.columns for key in column.foreign_keys)
    key, to = (
        ", ".join(f"`{name}`" for name in names) for names in (table.primary_key.columns.keys(), targets)
    )
    return f"| `{table.name}` | {meaning} | {key} | {to} |"


def test_the_tables_of_the_store_are_those_that_the_page_lists():
    by_name = {mapper.local_table.name: table_row(mapper) for mapper in Base.registry.mappers}
    listed = PAGE.split("| table | a row is |")[1].split("\n\n")[0].splitlines()[2:]
    assert listed == [by_name[name] for name in Base.metadata.tables]
