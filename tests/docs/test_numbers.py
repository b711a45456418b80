"""docs/numbers.md defines every number: its meaning, its equation, an example that is run, its code."""

import re

import numpy as np
import pytest

from tests.docs.documents import blocks, slug, text_of
from trecx.console.labels import SAME_SAMPLES
from trecx.device.battery import find_battery
from trecx.device.exit_costs import measured_costs
from trecx.device.operating_conditions import OperatingConditions
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.outcomes import OUTCOMES

PAGE = text_of("numbers.md")
SECTIONS = dict(part.split("\n", 1) for part in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:])


@pytest.mark.parametrize("number", SECTIONS)
def test_a_number_has_a_meaning_an_equation_an_example_and_its_code(number):
    text = SECTIONS[number].split("\n## ")[0]
    assert re.match(r"\n\w[^`]{40,}", text), "begins with its meaning"
    assert re.search(r"\n\n    \S.+\n", text), "an equation"
    assert blocks(text, "pycon"), "an example"
    assert re.search(r"Code:\s`trecx\.[\w.]+`(, `trecx\.[\w.]+`)*\. Shown: \S", text.replace("\n", " "))


def test_the_table_of_contents_lists_every_number_in_order():
    contents = PAGE.split("## Eight samples")[0]
    assert re.findall(r"\]\(#([\w-]+)\)", contents) == [slug(number) for number in SECTIONS]


def test_the_eight_samples_of_the_page_are_those_of_the_tests(eight):
    session = {}
    lines = [line for line in blocks(PAGE, "pycon")[0].text.splitlines() if line.startswith((">>> ", "... "))]
    exec("\n".join(line[4:] for line in lines), session)
    for name in ("labels", "exit_flops", "predictions", "confidence"):
        assert np.array_equal(getattr(session["eight"], name), getattr(eight, name))


def test_every_quantity_that_can_be_known_of_a_point_is_on_the_page(eight):
    everywhere = OperatingConditions(measured_costs([1, 2], [1, 2], 2), 1.0, find_battery("CR2032"))
    for name in (*everywhere.quantities(operating_point(eight, 0.8)), *OUTCOMES):
        assert re.search(rf"\b{name}\b", PAGE), name


def test_the_shares_that_the_console_cites_are_those_that_the_example_measures():
    cited = re.findall(r"(\d+) % of the splits", " ".join(SAME_SAMPLES["answer"]))
    section = SECTIONS["Choosing and measuring on the same samples"]
    measured = re.findall(r"above 1 pt: (\d+)%$", section, flags=re.MULTILINE)
    assert cited == measured == ["52", "9"]
