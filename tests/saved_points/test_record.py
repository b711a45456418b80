"""An operating point written down holds its numbers, and says what has become of it."""

import json
import math
from dataclasses import replace

import pytest

from tests.comparison.synthetic import save_synthetic
from tests.saved_points.records import BOARD, context_options, record_of
from trecx.errors import ExportError, UnknownNameError
from trecx.saved_points.capture import capture_point, context_of, point_numbers
from trecx.saved_points.document import document_of
from trecx.saved_points.document import record_of as record_from
from trecx.saved_points.record import Rule
from trecx.saved_points.status import differences, point_status
from trecx.store import Store
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.int8_threshold import Quantisation
from trecx.threshold.intervals import wilson_interval

RULES = [
    Rule(0.69),
    Rule(0.69, precision="int8"),
    Rule(0.9962, precision="int8"),
    Rule(math.inf),
    Rule(0.0),
    Rule(0.5, "entropy"),
    Rule(0.5, "margin", "int8", Quantisation(1 / 255, -127)),
]


def test_a_record_holds_what_the_page_and_the_command_line_say(shipped):
    record = record_of("kws/trecx", estimate="FLOPs")
    point = operating_point(Store().load_scores(Store().find_run("kws/trecx")), 0.69)
    numbers = record.numbers
    assert (numbers["plateau_above"], numbers["plateau_up_to"]) == point.plateau
    assert (numbers["accuracy"], numbers["exit_rate"], numbers["flops"]) == (
        *(point.accuracy, point.exit_rate, point.flops),
    )
    assert numbers["confusion"] == point.confusion.tolist()
    assert numbers["outcomes"] == point.overthinking
    assert (numbers["accuracy_low"], numbers["accuracy_high"]) == wilson_interval(point.accuracy, 4890)
    assert round(numbers["energy_uj"]) == 4596
    assert numbers["energy_uj_low"] < numbers["energy_uj"] < numbers["energy_uj_high"]
    assert round(numbers["battery_days"], 1) == 15.6
    assert numbers["baseline_flops"] == 5_541_064
    assert numbers["flops_saving"] == 1 - point.flops / 5_541_064
    assert record.setting.device == BOARD
    assert record.run.identity == Store().find_run("kws/trecx").identity


def test_an_int8_point_goes_by_the_next_step_and_its_plateau_is_made_of_steps(shipped):
    record, snapped = record_of("kws/trecx", Rule(0.69, precision="int8")), 177 / 256
    assert record.rule.effective == snapped
    assert record.numbers["accuracy"] == record_of("kws/trecx", Rule(snapped)).numbers["accuracy"]
    low, high = record.numbers["plateau_above"], record.numbers["plateau_up_to"]
    assert low < 0.69 <= high
    assert (low * 256).is_integer()
    assert (high * 256).is_integer()
    never = record_of("kws/trecx", Rule(0.9962, precision="int8"))
    assert never.rule.effective == math.inf
    assert never.numbers["exit_rate"] == 0
    assert never.numbers["plateau_up_to"] is None


def test_a_class_mix_weighs_the_numbers_and_is_kept(shipped):
    even, tested = record_of("kws/trecx", mix="even"), record_of("kws/trecx")
    assert sum(even.setting.class_shares) == pytest.approx(1)
    assert even.setting.class_shares == pytest.approx([1 / 12] * 12)
    assert even.numbers["accuracy"] != tested.numbers["accuracy"]
    assert even.numbers["effective_samples"] < 4890 == tested.numbers["effective_samples"]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("mix", [None, "95 % silence and unknown"])
def test_a_record_survives_being_a_json_document(shipped, rule, mix):
    record = replace(record_of("kws/trecx", rule, "name", mix), note="a\nb", author="ä")
    text = json.dumps(document_of(record), allow_nan=False)
    assert record_from(json.loads(text)) == record


def test_a_document_of_another_schema_is_refused(shipped):
    document = document_of(record_of("kws/trecx"))
    for wrong in ({"schema_version": 2}, {"schema": "another"}):
        with pytest.raises(ExportError, match="not an operating point of schema"):
            record_from(document | wrong)


@pytest.mark.parametrize("rule", RULES)
def test_what_was_written_gives_the_same_numbers_again(shipped, rule):
    record = record_of("kws/trecx", rule, mix="even", battery="225,3,1,0.85")
    kept = record_from(json.loads(json.dumps(document_of(record))))
    _, _, now = context_options("kws/trecx", rule.criterion)
    again = context_of(kept, now.table, now.baseline, now.baseline_instructions)
    assert differences(kept.numbers, point_numbers(again, kept.rule)) == {}
    assert point_status(kept, kept.run.identity, point_numbers(again, kept.rule)).words == ""


def test_measured_costs_and_no_costs_give_the_same_numbers_again():
    from trecx.device.exit_costs import measured_costs
    from trecx.device.operating_conditions import OperatingConditions
    from trecx.threshold.run_context import RunContext

    run = save_synthetic(Store(), "digits", "trecx", 0)
    table = Store().load_table(run)
    for costs, device in ((measured_costs([5, 9], [1, 2.5], 2), "my own"), (None, "none")):
        context = RunContext("digits", table, conditions=OperatingConditions(costs, 60.0))
        record = capture_point(run, None, context, Rule(0.8))
        assert record.setting.device == device
        assert (record.numbers["energy_uj"] is None) == (costs is None)
        assert point_numbers(context_of(record, table, None), record.rule) == record.numbers
        assert record.numbers["flops_saving_against"] == "final exit"


def test_it_says_when_the_run_is_gone_another_or_not_to_be_computed(shipped):
    record = record_of("kws/trecx")
    gone = point_status(record, None, None)
    assert "is no longer in this store" in gone.words
    assert not gone.restorable
    another = point_status(record, "0" * 64, record.numbers)
    assert "The id kws-trecx-1bbb3c96 now belongs to a different run" in another.words
    assert not another.restorable
    unknown = point_status(record, record.run.identity, None, "Unknown device.")
    assert unknown.words == "The values cannot be recomputed. Unknown device."
    assert unknown.restorable


def test_it_says_which_numbers_are_others_today(shipped):
    record = record_of("kws/trecx")
    today = dict(record.numbers) | {"accuracy": 0.5, "exit_samples": [1, 4889]}
    found = point_status(record, record.run.identity, today)
    assert found.changed == {
        "accuracy": (record.numbers["accuracy"], 0.5),
        "exit_samples": (record.numbers["exit_samples"], [1, 4889]),
    }
    assert "2 values differ from the saved ones" in found.words
    assert found.restorable
    one = point_status(record, record.run.identity, dict(record.numbers) | {"energy_uj": None})
    assert "1 value differs from the saved one" in one.words


def test_rounding_in_the_last_digit_is_no_difference():
    assert differences({"a": 0.1 + 0.2, "b": [1, {"c": 2.0}]}, {"a": 0.3, "b": (1.0, {"c": 2})}) == {}


def test_a_number_that_was_not_saved_is_no_difference_and_a_missing_one_is():
    assert differences({"a": 1}, {"b": 1}) == {"a": (1, None)}


def test_a_device_that_is_not_known_any_more_is_told(shipped):
    record = record_of("kws/trecx")
    lost = replace(record, setting=replace(record.setting, device="abacus"))
    _, _, now = context_options("kws/trecx")
    with pytest.raises(UnknownNameError, match="abacus"):
        context_of(lost, now.table, now.baseline)
