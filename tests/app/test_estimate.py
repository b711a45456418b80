"""The estimate of energy is selected at the left, kept in the address, and reaches every number."""

from tests.app.test_conditions import data_of, warnings
from tests.app.test_pages import no_tensorflow, opened
from tests.comparison.deployed_runs import save_deployed
from trecx.store import Store

__all__ = ["no_tensorflow"]


def test_instructions_are_the_default_and_flops_can_be_selected_here_or_in_the_address(shipped):
    page = opened(run="vww/trecx")
    assert page.radio(key="estimate").value == "instructions"
    assert '"title": "estimate by instructions"' in data_of(page)
    assert '"other_energy_uj": 24312.648' in data_of(page)
    page.radio(key="estimate").set_value("FLOPs").run()
    assert '"title": "estimate by FLOPs"' in data_of(page)
    again = opened(run="vww/trecx", estimate="FLOPs")
    assert again.radio(key="estimate").value == "FLOPs"


def test_an_estimate_that_is_none_is_told(shipped):
    page = opened(run="vww/trecx", estimate="feeling")
    assert "There is no estimate 'feeling'" in warnings(page).replace("\\", "")
    assert page.radio(key="estimate").value == "instructions"


def test_without_instructions_there_is_nothing_to_select():
    from tests.comparison.synthetic import save_synthetic

    save_synthetic(Store(), "digits", "trecx", 0)
    page = opened()
    assert [radio.key for radio in page.radio] == []
    assert "Energy is an estimate by FLOPs" in [caption.value for caption in page.sidebar.caption]


def test_flash_and_ram_of_a_deployment_stand_on_the_tune_page():
    store = Store()
    run = save_deployed(store, "trecx")
    save_deployed(store, "baseline")
    words = " ".join(caption.value for caption in opened(run=run.run_id).main.caption)
    assert "51,000 bytes (28,000 + 23,000); +27.5 % vs baseline" in words.replace("\\", "")
    assert "**RAM** 30,900 bytes" in words.replace("\\", "")
