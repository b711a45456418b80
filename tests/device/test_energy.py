import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores, thresholds
from trecx.device.battery import BATTERIES, Battery, find_battery, mj_per_day
from trecx.device.energy import REFERENCE_FLOPS, device_profiles, estimated_costs, find_profile
from trecx.device.exit_costs import measured_costs
from trecx.device.operating_conditions import OperatingConditions
from trecx.errors import EnergyError, UnknownNameError
from trecx.store import Store
from trecx.threshold.benefit_curve import benefit_curve, operating_point

REFERENCE_BOARD = "nucleo-l4r5zi-tflm-2.3.1-1.8v"
CELL = Battery("cell", 100, 3.0, 0.0, 0.5)


def test_there_are_34_profiles_each_told_from_all_others():
    profiles = device_profiles().values()
    assert len(profiles) == len({profile.title for profile in profiles}) == 34
    measured = {tuple(sorted(profile.energy_uj.items())) for profile in profiles}
    assert len(measured) == 34
    for profile in profiles:
        assert set(profile.energy_uj) == set(profile.latency_ms) <= set(REFERENCE_FLOPS)
        assert all(value > 0 for value in (*profile.energy_uj.values(), *profile.latency_ms.values()))
        assert "closed/" in profile.source
        assert ".json" in profile.source


def test_a_profile_names_board_core_clock_runtime_and_supply():
    profile = find_profile(REFERENCE_BOARD)
    assert profile.title == "NUCLEO-L4R5ZI · Cortex-M4 120 MHz · TFLM 2.3.1 · 1.8 V"
    assert profile.energy_uj == {"ic": 29207.01, "kws": 7373.704, "vww": 24312.648}
    assert profile.latency_ms["kws"] == 181.917
    with pytest.raises(UnknownNameError, match=f"known: {REFERENCE_BOARD}, "):
        find_profile("arduino")


@pytest.mark.parametrize("profile", device_profiles().values(), ids=lambda profile: profile.profile_id)
def test_the_reference_network_costs_what_was_measured(profile):
    for task, flops in REFERENCE_FLOPS.items():
        if task in profile.energy_uj:
            costs = estimated_costs(profile, task, [flops // 2, flops])
            assert costs.energy_uj[1] == pytest.approx(profile.energy_uj[task])
            assert costs.energy_uj[0] == pytest.approx(profile.energy_uj[task] / 2)
            assert costs.latency_ms[1] == pytest.approx(profile.latency_ms[task])
            assert costs.kind == "estimate"


def test_the_band_is_the_spread_of_nj_per_mac_between_the_networks():
    """The published nJ per MAC of the reference board: 2.336 (ic), 2.775 (kws), 3.246 (vww)."""
    low, high = estimated_costs(find_profile(REFERENCE_BOARD), "kws", [1, 2]).energy_band
    assert high == pytest.approx(3.246 / 2.336, abs=5e-4)
    assert low == pytest.approx(1 / high)


def test_the_bands_of_microcontrollers_are_those_of_the_reference():
    """REFERENCE section 5: on microcontrollers the networks differ by 1.1–1.9×."""
    bands = [
        estimated_costs(profile, "kws", [1]).energy_band[1]
        for profile in device_profiles().values()
        if len(profile.energy_uj) == 3 and profile.board not in ("GAP9", "Syntiant 9120")
    ]
    assert (round(min(bands), 1), round(max(bands), 1)) == (1.1, 1.9)


def test_a_profile_of_fewer_networks_takes_the_widest_band_of_its_board():
    only_kws = find_profile("syntiant-9120-mlperf-0.7-98.7mhz-1.1v")
    assert list(only_kws.energy_uj) == ["kws"]
    wholes = [
        estimated_costs(profile, "kws", [1]).energy_band[1]
        for profile in device_profiles().values()
        if profile.board == only_kws.board and len(profile.energy_uj) == 3
    ]
    assert len(wholes) == 2
    assert estimated_costs(only_kws, "kws", [1]).energy_band[1] == max(wholes)


def test_a_task_that_was_not_measured_is_scaled_from_those_that_were():
    costs = estimated_costs(find_profile(REFERENCE_BOARD), "digits", [2_000_000])
    per_mac = (2.336 * 2.775 * 3.246) ** (1 / 3)
    assert costs.energy_uj[0] == pytest.approx(per_mac * 1e6 / 1000, rel=1e-3)
    assert "digits was not measured there" in costs.source


def test_measured_costs_are_taken_as_they_are():
    costs = measured_costs([100, 250.5], [1, 2], 2)
    assert (costs.energy_uj.tolist(), costs.latency_ms.tolist()) == ([100, 250.5], [1, 2])
    assert (costs.kind, costs.energy_band) == ("measured", (1, 1))


@pytest.mark.parametrize(
    ("energy_uj", "latency_ms", "message"),
    [
        ([100], None, "2 exits, got 1"),
        ([200, 100], None, "increase from exit to exit"),
        ([100, 100], None, "increase"),
        ([0, 100], None, "above 0"),
        ([100, math.nan], None, "above 0"),
        ([100, math.inf], None, "above 0"),
        ([100, 200], [2, 1], "ms must increase"),
    ],
)
def test_costs_that_no_device_has_are_refused(energy_uj, latency_ms, message):
    with pytest.raises(EnergyError, match=message):
        measured_costs(energy_uj, latency_ms, 2)


def test_days_of_battery_by_hand():
    """100 mAh × 3 V × half = 540 J. 1 mJ once a second takes 86.4 J a day; 100 µA at 3 V take 25.92 J."""
    assert CELL.usable_joule == 540
    assert CELL.days(1000.0, 3600) == pytest.approx(540 / 86.4)
    sleepless = Battery("cell", 100, 3.0, 100.0, 0.5)
    assert sleepless.days(1000.0, 3600) == pytest.approx(540 / (86.4 + 25.92))
    assert mj_per_day(1000.0, 3600) == 86_400


def test_the_drawings_numbers(shipped):
    """ui/console-light.png: 4.60 mJ, 15.6 days, 5.9 more than the baseline's."""
    store = Store()
    run = store.find_run("kws/trecx")
    profile = find_profile(REFERENCE_BOARD)
    at = operating_point(store.load_scores(run), 0.69)
    costs = estimated_costs(profile, "kws", run.exit_flops)
    known = OperatingConditions(costs, 20 * 60, BATTERIES["CR2032"]).quantities(at)
    assert round(known["energy_uj"] / 1000, 2) == 4.60
    assert round(known["battery_days"], 1) == 15.6
    baseline_days = BATTERIES["CR2032"].days(profile.energy_uj["kws"], 1200)
    assert round(known["battery_days"] - baseline_days, 1) == 5.9


@given(exit_scores(), thresholds)
def test_expected_energy_is_the_sum_over_samples(scores, threshold):
    uj = np.cumsum(np.linspace(1.5, 2.5, scores.n_exits))
    point = operating_point(scores, threshold)
    by_hand = 0.0
    for row in scores.confidence[:, :-1]:
        taken = next((k for k, value in enumerate(row) if float(value) >= threshold), scores.n_exits - 1)
        by_hand += uj[taken]
    conditions = OperatingConditions(measured_costs(uj, None, scores.n_exits))
    assert conditions.quantities(point)["energy_uj"] == pytest.approx(by_hand / scores.n_samples)
    of_curve = conditions.quantities(benefit_curve(scores).at([threshold]))
    assert of_curve["energy_uj"] == pytest.approx([by_hand / scores.n_samples])


def test_a_deployment_tells_only_what_it_knows(eight):
    at = operating_point(eight, 0.75)
    assert list(OperatingConditions().quantities(at)) == ["accuracy", "exit_rate", "flops"]
    costs = measured_costs([10, 30], [1, 3], 2)
    assert "mj_per_day" not in OperatingConditions(costs).quantities(at)
    known = OperatingConditions(costs, 1800, CELL).quantities(at)
    assert (known["energy_uj"], known["latency_ms"], known["busy"]) == (20, 2, 0.001)
    assert known["battery_days"] == CELL.days(20.0, 1800)


def test_bands_turn_round_for_days(eight):
    costs = estimated_costs(find_profile(REFERENCE_BOARD), "kws", eight.exit_flops)
    conditions = OperatingConditions(costs, 3600, CELL)
    point = operating_point(eight, 0.75)
    known, bands = conditions.quantities(point), conditions.bands(point)
    assert set(bands) == set(known) - {"accuracy", "exit_rate", "flops"}
    for name, (low, high) in bands.items():
        assert low < known[name] < high
    assert bands["battery_days"][0] == CELL.days(bands["energy_uj"][1], 3600)
    assert OperatingConditions().bands(point) == {}


def test_a_battery_is_found_by_name_or_by_its_numbers():
    assert find_battery("CR2032") is BATTERIES["CR2032"]
    own = find_battery("225, 3, 1.5, 0.85")
    assert (own.capacity_mah, own.voltage, own.sleep_ua, own.usable) == (225, 3, 1.5, 0.85)
    for text in ("AAAA", "225,3", "225,three,1,1"):
        with pytest.raises(UnknownNameError, match="known: CR2032, .*mAh,V,µA"):
            find_battery(text)


@pytest.mark.parametrize(
    "text", ["0,3,1,0.85", "225,0,1,0.85", "225,3,-1,0.85", "225,3,1,0", "225,3,1,85", "nan,3,1,1"]
)
def test_a_battery_that_no_shop_sells_is_refused(text):
    with pytest.raises(EnergyError, match="must"):
        find_battery(text)


@given(st.sampled_from([0.0, -1.0, math.nan, math.inf]))
def test_a_rate_or_an_energy_that_cannot_be_is_refused(value):
    with pytest.raises(EnergyError, match="inferences per hour must be above 0"):
        CELL.days(100.0, value)
    with pytest.raises(EnergyError, match="µJ per inference must be above 0"):
        CELL.days(value, 100)
