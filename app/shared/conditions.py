"""The left column: class mix, device, inference rate and battery; all values are in the page's address."""

import streamlit as st

from app.live.mix import even_mix, own_mix, parse_mix, spell_mix
from app.shared.address import asked, carry, tell_not_within, tell_unknown
from app.shared.device import OWN, pick_device
from app.shared.plain_text import plain
from trecx.device.battery import BATTERIES, Battery, find_battery
from trecx.device.energy import DeviceProfile
from trecx.device.operating_conditions import OperatingConditions
from trecx.errors import TrecxError
from trecx.glossary import definition
from trecx.scores import FloatArray, IntArray
from trecx.store import Run, Store
from trecx.threshold.class_mix import AS_TESTED, class_mix_presets, class_weights
from trecx.threshold.exit_table import ExitTable

OWN_MIX = "my own mix"
SHARES = "shares"
PER_MINUTE = 20.0
MIX_HELP = (
    f"{definition('class mix')} A sample weighs (share of its class in the field) / (share in the test set). "
    f"Confidence intervals use the effective sample size. {definition('effective sample size')}"
)
RATES = (0.001, 1e6)  # per minute


def pick_class_weights(table: ExitTable) -> FloatArray | None:
    """Let the user select a class mix; return the weight of one sample of each class.

    Its shape is (n_classes,); None: 1.
    """
    counts = table.class_counts
    presets = class_mix_presets(table.class_names, counts)
    tell_unknown("mix", [*presets, OWN_MIX])
    name = st.sidebar.selectbox(
        "Class mix", [*presets, OWN_MIX], key="mix", bind="query-params", help=MIX_HELP
    )
    if name == AS_TESTED:
        return None
    mix = presets[name] if name in presets else _own_mix(table)
    return class_weights(mix, counts) if any(mix) else None  # the sliders show a warning if all shares are 0


def mix_is_own() -> bool:
    """Return whether the custom class mix of the left column is selected."""
    return bool(st.session_state.get("mix") == OWN_MIX)


def _own_mix(table: ExitTable) -> list[float]:
    names, counts = table.class_names, table.class_counts
    start, text = even_mix(counts), asked(SHARES)
    try:
        start = parse_mix(text, names, counts) if text else start
    except TrecxError as error:
        st.sidebar.warning(
            plain(f"The class mix in the address does not fit this run: {error}. Starting with an even mix.")
        )
    with st.sidebar:
        mix = own_mix(names, counts, start)
    carry(shares=spell_mix(names, mix))
    return mix


def pick_conditions(
    run: Run, store: Store, instructions: IntArray | None
) -> tuple[OperatingConditions, DeviceProfile | None]:
    """Let the user set device, inference rate and battery.

    Args:
        run: the run shown.
        store: the store of the saved devices.
        instructions: instructions from the input to each exit's prediction; None: unknown.
    """
    device = pick_device(run, store, instructions)
    tell_not_within("rate", *RATES)
    rate = st.sidebar.number_input(
        "Inferences per minute", *RATES, PER_MINUTE, key="rate", bind="query-params", format="%g"
    )
    return OperatingConditions(device.costs, 60 * rate, _pick_battery()), device.profile


def _pick_battery() -> Battery | None:
    tell_unknown("battery", [*BATTERIES, OWN])
    name = st.sidebar.selectbox("Battery", [*BATTERIES, OWN], key="battery", bind="query-params")
    if name != OWN:
        return find_battery(name)
    text = st.sidebar.text_input(
        "mAh, V, sleep µA, usable share", "225,3,1,0.85", key="own_battery", bind="query-params"
    )
    try:
        return find_battery(text)
    except TrecxError as error:
        st.sidebar.warning(plain(str(error)))
        return None
