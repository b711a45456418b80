"""Costs of the exits: those of a published device, or custom measurements, which can be saved by name."""

from dataclasses import dataclass

import streamlit as st

from app.shared.address import tell_unknown
from app.shared.plain_text import plain
from trecx.device.energy import DeviceProfile, device_profiles, estimated_costs
from trecx.device.exit_costs import BASES, FLOPS, Basis, ExitCosts, measured_costs
from trecx.errors import TrecxError
from trecx.glossary import definition
from trecx.scores import IntArray
from trecx.store import CustomProfile, Run, Store

OWN, NO_DEVICE = "my own", "none"
KEPT = "kept: "  # prefix of a custom device
_TROUBLE = "keeping trouble"


@dataclass(frozen=True, eq=False)
class Device:
    """The selected device: costs by exit if known, and the profile if it is a published one."""

    costs: ExitCosts | None = None
    profile: DeviceProfile | None = None


def pick_device(run: Run, store: Store, instructions: IntArray | None) -> Device:
    """Let the user select a device; saved custom devices are offered if their number of exits fits.

    Args:
        run: the run shown.
        store: the store of the saved devices.
        instructions: instructions from the input to each exit's prediction; None: unknown.
    """
    published = device_profiles()
    kept = {KEPT + own.name: own for own in store.profiles.all()}
    fitting = {name: own for name, own in kept.items() if own.n_exits == run.n_exits}
    titles = {name: profile.title for name, profile in published.items()}
    options = [*published, *fitting, OWN, NO_DEVICE]
    _tell_unfit(run, [titles.get(name, name) for name in options], kept)
    box = st.sidebar.container(key="device box", gap=None)  # page.css draws the whole name over the box
    chosen = box.selectbox(
        "Device",
        options,
        format_func=lambda name: titles.get(name, name),
        key="device",
        bind="query-params",
        help=f"{definition('device')} The list has the published MLPerf Tiny measurements.",
    )
    if chosen in published:
        profile = published[chosen]
        box.caption(plain(profile.title))
        if run.relative_costs:
            st.sidebar.info("Only relative costs are known, so energy cannot be estimated.")
            return Device()
        estimate = _pick_estimate(instructions)
        costs = estimated_costs(profile, run.task, run.exit_flops, instructions, estimate)
        about = f"{definition('energy estimate')} {plain(costs.source)}"
        st.sidebar.caption(f"Energy is an {costs.title}", help=about)
        return Device(costs, profile)
    if chosen in fitting:
        return Device(_kept_costs(fitting[chosen], store))
    return Device(_own_costs(run, store) if chosen == OWN else None)


def _pick_estimate(instructions: IntArray | None) -> Basis:
    """Let the user select what an estimate rests on, if instructions are known."""
    if instructions is None:
        return FLOPS
    tell_unknown("estimate", BASES)
    chosen: Basis = st.sidebar.radio(
        "Estimate energy by",
        BASES,
        key="estimate",
        bind="query-params",
        horizontal=True,
        help=f"{definition('instructions')} The energy tile shows both estimates where they differ by more "
        "than 3 pt.",
    )
    return chosen


def _tell_unfit(run: Run, titles: list[str], kept: dict[str, CustomProfile]) -> None:
    """Show a warning if the device in the address is not offered for this run."""
    own = kept.get(st.query_params.get("device", ""))
    if own and own.n_exits != run.n_exits:
        why = f"{own.name} was measured for {own.n_exits} exits; this run has {run.n_exits}."
        st.sidebar.warning(plain(why))
    else:
        tell_unknown("device", titles)


def _kept_costs(own: CustomProfile, store: Store) -> ExitCosts:
    uj = " · ".join(f"{energy:,g}" for energy in own.energy_uj)
    st.sidebar.caption(
        f"{uj} µJ by exit, measured by you",
        help="The network that was measured is not recorded: make sure that it is this one.",
    )
    st.sidebar.button(
        "Delete",
        key="forget",
        on_click=_forget,
        args=(store, own),
        help=f"Delete {plain(own.name)} from this list",
    )
    return measured_costs(own.energy_uj, own.latency_ms, own.n_exits)


def _own_costs(run: Run, store: Store) -> ExitCosts | None:
    exits = ", ".join([*(f"exit {k + 1}" for k in range(run.n_exits - 1)), "final"])
    energy = st.sidebar.text_input(f"Cumulative µJ: {exits}", key="uj", bind="query-params")
    latency = st.sidebar.text_input(f"Cumulative ms: {exits} (optional)", key="ms", bind="query-params")
    if not energy:
        st.sidebar.info("Enter your measurements, separated by commas.")
        return None
    try:
        energy_uj, latency_ms = _numbers(energy), _numbers(latency) if latency else None
        costs = measured_costs(energy_uj, latency_ms, run.n_exits)
    except TrecxError as error:
        st.sidebar.warning(plain(str(error)))
        return None
    except ValueError:
        st.sidebar.warning("Enter numbers separated by commas, such as 2600, 4700.")
        return None
    name = st.sidebar.text_input("Name, to select it again", key="device_name")
    st.sidebar.button(
        "Save device",
        key="keep",
        on_click=_keep,
        args=(store, CustomProfile(name.strip(), energy_uj, latency_ms)),
    )
    if trouble := st.session_state.pop(_TROUBLE, None):
        st.sidebar.warning(plain(trouble))
    return costs


def _keep(store: Store, own: CustomProfile) -> None:
    try:
        store.profiles.save(own)
        st.session_state["device"] = KEPT + own.name
    except TrecxError as error:
        st.session_state[_TROUBLE] = str(error)


def _forget(store: Store, own: CustomProfile) -> None:
    try:
        store.profiles.delete(own)
        st.session_state["device"] = OWN
    except TrecxError as error:
        st.toast(plain(str(error)))


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))
