"""Filters of the gallery; every selection is stored in the address."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app.samples.address import said, say
from app.shared.frame import Frame
from app.shared.plain_text import plain
from trecx.glossary import definition
from trecx.store import SampleFilter
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.outcomes import (
    DESTRUCTIVE,
    EARLY_RIGHT,
    HOPELESS,
    OUTCOME_LABELS,
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
LARGEST, SMALLEST = "largest", "smallest"
GAP_HELP = "Sort order. The gap is the confidence of the final exit minus that of the first exit."


def outcome_words(outcome: int) -> str:
    """Return the name and the definition of an outcome, as Markdown."""
    return f"**{OUTCOME_LABELS[outcome]}**: {definition(OUTCOME_LABELS[outcome])}"


def exit_title(exit_: int, n_exits: int) -> str:
    """Return the name of an exit; early exits have numbers if there are several.

    >>> exit_title(0, 2), exit_title(0, 3), exit_title(2, 3)
    ('early exit', 'early exit 1', 'final exit')
    """
    if exit_ == n_exits - 1:
        return "final exit"
    return "early exit" if n_exits == 2 else f"early exit {exit_ + 1}"


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
        "Outcomes at this ρ",
        ORDER,
        selection_mode="multi",
        format_func=lambda outcome: f"{OUTCOME_LABELS[outcome]} **{int(counts[outcome]):,}**",
        key="outcomes",
        label_visibility="collapsed",
    )
    say(outcome=_spell(picked) or ANY)
    st.caption(" ".join(outcome_words(outcome) for outcome in ORDER if outcome in picked))
    return tuple(picked) or ORDER


def pick_wanted(frame: Frame, threshold: float, outcomes: tuple[int, ...]) -> SampleFilter:
    """Let the user filter and sort; return the filter."""
    names = frame.run.class_names
    exits = [WHOLE, *(str(k + 1) for k in range(frame.run.n_exits - 1)), FINAL]
    columns = st.columns([3, 3, 3.6, 3.8, 3.4, 3.4], vertical_alignment="bottom")
    label = _pick(columns[0], "True class", "true", [ANY, *names])
    prediction = _pick(columns[1], "Predicted class", "predicted", [ANY, *names])
    at = _pick(columns[2], "Predicted by", "at", exits, lambda word: _predictor(word, frame.run.n_exits))
    low, high = columns[3].slider(
        "Confidence", 0.0, 1.0, (0.0, 1.0), 0.01, key="confidence", bind="query-params"
    )
    text = columns[4].text_input("Name contains", key="text", bind="query-params").strip()
    gaps = [LARGEST, SMALLEST]
    first = _pick(columns[5], "Confidence gap", "gap", gaps, lambda word: f"{word} first", GAP_HELP)
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
    place: Any,
    title: str,
    name: str,
    options: Sequence[str],
    spell: Callable[[str], str] = str,
    about: str | None = None,
) -> str:
    """A select box, stored in the address as `name`; if the address is invalid, the first option is selected.

    Args:
        place: where the box is drawn.
        title: its label.
        name: its key and its address parameter.
        options: its values.
        spell: how a value is shown.
        about: its help text.
    """
    held = st.session_state.get(name)
    word = held or said(name) or options[0]
    if word not in options:
        if not held:  # else it belongs to the previous task
            tell_nonsense(name, word, options)
        word = options[0]
    st.session_state[name] = word
    picked: str = place.selectbox(title, options, format_func=spell, key=name, help=about)
    say(**{name: None if picked == options[0] else picked})
    return picked


def tell_nonsense(name: str, word: str, choices: Sequence[str]) -> None:
    """Warn that a value in the address is not valid, and list the valid ones."""
    known = ", ".join(choices)
    st.warning(plain(f"The address has {name}={word}, which is not valid. Valid values: {known}."))


def _spell(outcomes: Sequence[int]) -> str:
    return ",".join(OUTCOMES[outcome] for outcome in outcomes)


def _predictor(word: str, n_exits: int) -> str:
    if word == WHOLE:
        return "network at ρ"
    return exit_title(n_exits - 1 if word == FINAL else int(word) - 1, n_exits)
