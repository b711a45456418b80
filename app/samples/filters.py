"""Which samples the gallery shows; all that is picked here stands in the address."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app.samples.address import said, say
from app.shared.frame import Frame
from app.shared.plain_text import plain
from trecx.store import SampleFilter
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.outcomes import (
    DESTRUCTIVE,
    EARLY_RIGHT,
    HOPELESS,
    OUTCOMES,
    PREMATURE,
    RESCUED,
    WASTEFUL,
)

ANY = "any"
WHOLE = "whole"
FINAL = "final"
WRONG = (DESTRUCTIVE, PREMATURE, HOPELESS)
ORDER = (DESTRUCTIVE, PREMATURE, HOPELESS, RESCUED, WASTEFUL, EARLY_RIGHT)
MEANINGS = {
    DESTRUCTIVE: "wrong, and an earlier exit was right",
    PREMATURE: "wrong, and a later exit would have been right",
    HOPELESS: "no exit is right",
    RESCUED: "only the final exit is right",
    WASTEFUL: "right, and an earlier exit was right already",
    EARLY_RIGHT: "right, and before the final exit",
}
LARGEST, SMALLEST = "largest", "smallest"


def outcome_title(outcome: int) -> str:
    """Return what people call an outcome."""
    return "left early, right" if outcome == EARLY_RIGHT else OUTCOMES[outcome]


def pick_outcomes(point: OperatingPoint) -> tuple[int, ...]:
    """Let the user pick outcomes, each with its count at this ρ; return them (none picked: all)."""
    counts = point.outcome_counts
    if "outcomes" not in st.session_state:
        named = said("outcome") or (ANY if said("true") or said("predicted") else _spell(WRONG))
        words = [] if named == ANY else named.split(",")
        if not set(words) <= set(OUTCOMES):
            tell_nonsense("outcome", named, [ANY, *OUTCOMES])
        st.session_state["outcomes"] = [outcome for outcome in ORDER if OUTCOMES[outcome] in words]
    picked = st.pills(
        "What becomes of them at this ρ",
        ORDER,
        selection_mode="multi",
        format_func=lambda outcome: f"{outcome_title(outcome)} **{int(counts[outcome]):,}**",
        key="outcomes",
        label_visibility="collapsed",
    )
    say(outcome=_spell(picked) or ANY)
    st.caption(" · ".join(f"**{outcome_title(k)}**: {MEANINGS[k]}" for k in ORDER if k in picked))
    return tuple(picked) or ORDER


def pick_wanted(frame: Frame, threshold: float, outcomes: tuple[int, ...]) -> SampleFilter:
    """Let the user filter and sort; return which samples are wanted."""
    names = frame.run.class_names
    exits = [WHOLE, *(str(k + 1) for k in range(frame.run.n_exits - 1)), FINAL]
    columns = st.columns([3, 3, 3, 4, 4, 3], vertical_alignment="bottom")
    label = _pick(columns[0], "True class", "true", [ANY, *names])
    prediction = _pick(columns[1], "Answer", "predicted", [ANY, *names])
    at = _pick(columns[2], "Answer of", "at", exits, _exit_title)
    low, high = columns[3].slider(
        "Confidence of the answer", 0.0, 1.0, (0.0, 1.0), 0.01, key="confidence", bind="query-params"
    )
    text = columns[4].text_input("Name contains", key="text", bind="query-params").strip()
    first = _pick(columns[5], "Confidence gap", "gap", [LARGEST, SMALLEST], lambda way: f"{way} first")
    return SampleFilter(
        threshold,
        outcomes,
        None if label == ANY else names.index(label),
        None if prediction == ANY else names.index(prediction),
        (low, high),
        None if at == WHOLE else exits.index(at) - 1,
        text,
        first == LARGEST,
    )


def _pick(
    place: Any, title: str, name: str, options: Sequence[str], spell: Callable[[str], str] = str
) -> str:
    """A choice that stands in the address as `name`; where the address says nonsense, the first option."""
    held = st.session_state.get(name)
    word = held or said(name) or options[0]
    if word not in options:
        if not held:  # else it is of the task before
            tell_nonsense(name, word, options)
        word = options[0]
    st.session_state[name] = word
    picked: str = place.selectbox(title, options, format_func=spell, key=name)
    say(**{name: None if picked == options[0] else picked})
    return picked


def tell_nonsense(name: str, word: str, choices: Sequence[str]) -> None:
    """Tell what the address cannot mean, and what it can."""
    known = ", ".join(choices)
    st.warning(plain(f"The address says {name}={word}, which is none of: {known}."))


def _spell(outcomes: Sequence[int]) -> str:
    return ",".join(OUTCOMES[outcome] for outcome in outcomes)


def _exit_title(word: str) -> str:
    return {WHOLE: "the whole", FINAL: "final exit"}.get(word, f"exit {word}")
