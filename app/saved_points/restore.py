"""Open a saved point in Tune: sidebar and address are set to the saved values."""

from typing import Any

import streamlit as st

from app.live.mix import MOST, mix_key, spell_mix
from app.shared.address import carry
from app.shared.conditions import OWN_MIX, SHARES
from app.shared.device import NO_DEVICE, OWN
from trecx.device.battery import BATTERIES
from trecx.device.energy import device_profiles
from trecx.device.exit_costs import FLOPS
from trecx.saved_points.record import OWN_DEVICE, PointRecord, Setting
from trecx.store import Run
from trecx.threshold.class_mix import AS_TESTED, EVEN, QUIET
from trecx.threshold.exit_criteria import LARGEST

ASKED_FOR = "point to open"
# Widgets that only some devices and batteries have.
_NOT_ALWAYS_THERE = ("uj", "ms", "estimate", "own_battery")


def ask_for(record: PointRecord, run: Run) -> None:
    """Let the next run of the page open a record in Tune.

    Args:
        record: the saved point.
        run: its run in the store.
    """
    st.session_state[ASKED_FOR] = (record, run)


def open_asked() -> None:
    """Open the requested record in Tune; to be called before the sidebar is drawn.

    A widget that is bound to the address takes its value from the session if it existed before, and from the
    address if it did not.
    """
    if ASKED_FOR not in st.session_state:
        return
    record, run = st.session_state.pop(ASKED_FOR)
    values, shares = left_column(record.setting), _own_shares(record.setting)
    per_exit, half = record.rule.per_exit, record.half
    new = [name for name in _NOT_ALWAYS_THERE if values.get(name) and name not in st.session_state]
    st.session_state.update(values)
    st.session_state.pop(mix_key(run.class_names), None)  # else it would take precedence over the address
    carry(
        run=run.run_id,
        rho=None if per_exit else str(record.rule.threshold),
        per_exit=",".join(map(str, per_exit)) if per_exit else None,
        half=half.name if half else None,
        split_seed=str(half.seed) if half else None,
        precision=record.rule.precision,
        criterion=None if record.rule.criterion == LARGEST else record.rule.criterion,
        **{SHARES: spell_mix(run.class_names, shares) if shares else None},
    )
    st.switch_page("views/tune.py", query_params={name: values[name] for name in new})


def left_column(setting: Setting) -> dict[str, Any]:
    """Return the values of the sidebar's widgets, by key."""
    values: dict[str, Any] = {"mix": _mix(setting), "device": NO_DEVICE}
    if setting.device in device_profiles():
        values |= {"device": setting.device, "estimate": setting.costs_basis or FLOPS}
    elif setting.device == OWN_DEVICE:
        values |= {
            "device": OWN,
            "uj": _numbers(setting.exit_energy_uj),
            "ms": _numbers(setting.exit_latency_ms),
        }
    if setting.inferences_per_hour is not None:
        values["rate"] = setting.inferences_per_hour / 60
    battery = setting.battery
    if battery and BATTERIES.get(battery.name) == battery:
        values["battery"] = battery.name
    elif battery:
        own = (battery.capacity_mah, battery.voltage, battery.sleep_ua, battery.usable)
        values |= {"battery": OWN, "own_battery": _numbers(own)}
    return values


def _mix(setting: Setting) -> str:
    """Return the name of the class mix in the sidebar."""
    if setting.class_shares is None:
        return AS_TESTED
    return setting.class_mix if setting.class_mix in (EVEN, QUIET) else OWN_MIX


def _own_shares(setting: Setting) -> list[float]:
    """Return the sliders of a custom class mix, 0..100 per class; empty for any other mix."""
    if setting.class_shares is None or _mix(setting) != OWN_MIX:
        return []
    return [MOST * share / max(setting.class_shares) for share in setting.class_shares]


def _numbers(values: tuple[float, ...] | None) -> str:
    return ",".join(f"{value:.15g}" for value in values or ())
