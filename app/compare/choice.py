"""The designs that can be compared, and the selected ones, which are part of the page's address."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.shared.frame import Frame
from app.shared.plain_text import plain
from trecx.comparison.seeds import seed_groups
from trecx.datasets.tasks import SHORT_NAMES, short_name
from trecx.reproduction.parts import PARTS, Part
from trecx.scores.run import SOURCES
from trecx.store import Run, comparable_costs

PICTURES = ("Figure 2", "Figure 4", "Figure 6", "Figure 7")  # shown as benefit curves
WHOLE, REGION = "whole range", "trade-off region"
LINEAR, LOG = "linear FLOPs", "log FLOPs"
MANY = 5
Options = Mapping[str, tuple[Run, ...]]


def options_of(frame: Frame) -> Options:
    """Return the runs of each option by name: the designs of the task, then their single seeds."""
    order = [
        *SHORT_NAMES,
        *(run.system for run in frame.runs),
    ]  # designs that the paper does not have come last
    runs = sorted(
        (run for run in frame.runs if run.task == frame.run.task and comparable_costs(run, frame.run)),
        key=lambda run: (SOURCES.index(run.source), order.index(run.system), run.precision),
    )
    groups = [tuple(group) for group in seed_groups(runs)]
    groups += [(run,) for run in runs if (run,) not in groups]
    names = [_name(group) for group in groups]
    twice = {name for name in names if names.count(name) > 1}
    return {
        f"{name} · {group[0].run_id}" if name in twice else name: group
        for name, group in zip(names, groups, strict=True)
    }


def _name(runs: Sequence[Run]) -> str:
    system = short_name(runs[0].system, runs[0].precision)
    if len(runs) > 1:
        return f"{system} · {runs[0].source}, {len(runs)} seeds"
    seed = f", seed {runs[0].training['seed']}" if "seed" in runs[0].training else ""
    return f"{system} · {runs[0].source}{seed}"


def pick_designs(frame: Frame, options: Options) -> list[str]:
    """Let the user select designs; return their names."""
    key = f"designs_{frame.run.task}"
    gone = [name for name in st.query_params.get_all(key) if name not in options]
    if gone:
        st.warning(plain(f"Design not found: {', '.join(gone)}. Select another one."))
    if key not in st.session_state:  # no default: the buttons of the paper's figures set it, too
        st.session_state[key] = _first(frame, options)
    chosen: list[str] = st.multiselect(
        "Designs",
        list(options),
        key=key,
        bind="query-params",
        label_visibility="collapsed",
        placeholder="Select designs to compare",
        select_all=False,
    )
    return chosen


def pick_view(frame: Frame, options: Options) -> tuple[bool, bool]:
    """Offer the paper's figures, the axis and the zoom; return whether the axis is log, whether to zoom."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Select designs of the paper's", width="content")
        for part in PARTS:
            if part.name in PICTURES and (names := picture(part, frame.run, options)):
                st.button(
                    part.name,
                    help=part.title,
                    type="tertiary",
                    key=part.slug,
                    on_click=_choose,
                    args=(f"designs_{frame.run.task}", names, part.name == "Figure 7"),
                )
        st.space("stretch")
        scale = _switch("FLOPs axis", (LINEAR, LOG), "flops_axis")
        view = _switch("Range", (WHOLE, REGION), "zoom")
    return scale == LOG, view == REGION


def _switch(label: str, options: Sequence[str], key: str) -> str:
    st.session_state.setdefault(key, options[0])
    chosen: str | None = st.segmented_control(
        label,
        options,
        key=key,
        bind="query-params",
        required=True,
        label_visibility="collapsed",
        width="content",
    )
    return chosen or options[0]


def _choose(key: str, names: list[str], log: bool) -> None:
    st.session_state[key] = names
    st.session_state["flops_axis"] = LOG if log else LINEAR


def picture(part: Part, run: Run, options: Options) -> list[str]:
    """Return the designs of a figure of the paper, and their baseline; none if there are fewer than two.

    They share samples, source and recipe with `run`, or, if it has too few, with the largest such group.
    """
    wanted = [system for systems in part.wanted.values() for system in systems]
    systems = dict.fromkeys(["baseline", *wanted])
    groups: dict[object, dict[str, str]] = {}
    for name, (first, *_) in options.items():
        if first.system in systems:
            groups.setdefault(_made_alike(first), {}).setdefault(first.system, name)
    full = {alike: names for alike, names in groups.items() if len(set(names) - {"baseline"}) > 1}
    if not full:
        return []
    best = max(full, key=lambda alike: (alike == _made_alike(run), len(full[alike])))
    return [full[best][system] for system in systems if system in full[best]]


def _made_alike(run: Run) -> tuple[object, ...]:
    recipe, epochs = run.training.get("recipe"), run.training.get("epochs")
    return run.sample_set_id, run.source, run.precision, recipe, epochs


def _first(frame: Frame, options: Options) -> list[str]:
    """Return the initial selection: the designs of Figure 4 and the run selected in the sidebar."""
    own = next(name for name, runs in options.items() if frame.run in runs)
    figure_4 = next(part for part in PARTS if part.name == "Figure 4")
    names = picture(figure_4, frame.run, options)
    if not names or options[names[0]][0].sample_set_id != frame.run.sample_set_id:
        alike = _made_alike(frame.run)
        names = [name for name, runs in options.items() if _made_alike(runs[0]) == alike][:MANY]
    return list(dict.fromkeys([*names, own]))
