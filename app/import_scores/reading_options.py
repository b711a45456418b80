"""What the user says about how a file is to be read, and messages in the words of these controls."""

import streamlit as st

from trecx.importing import ReadOptions

CLASSES, LABELS_FROM, LOGITS, SIGMOID = "own classes", "own labels from", "own logits", "own sigmoid"
AUTOMATIC = "whichever fits"
_CONTROLS = {
    "--classes names": "the class names entered are",
    "--classes": "“Class names”",
    "add --labels-from 0 or --labels-from 1": "set “Numbers count classes from” to 0 or 1",
    "Add --labels-from 0 or --labels-from 1": "Set “Numbers count classes from” to 0 or 1",
    "add --labels-from": "set “Numbers count classes from” to",
    "Add --labels-from": "Set “Numbers count classes from” to",
    "leave out --labels-from": "set “Numbers count classes from” to “whichever fits”",
    "add --logits": "turn on “Scores are logits”",
    "leave out --logits": "turn off “Scores are logits”",
    "--logits": "“Scores are logits”",
    "add --sigmoid": "turn on “One sigmoid per exit”",
    "leave out --sigmoid": "turn off “One sigmoid per exit”",
    "--sigmoid": "“One sigmoid per exit”",
    "--exit-flops a,b,…": "“FLOPs per exit”",
    "--relative-costs": "“Only relative costs are known”",
}


def said_options(usual: tuple[str, ...]) -> ReadOptions:
    """Return what the user said about the file, before its controls are drawn.

    Args:
        usual: class names of the selected task.
    """
    typed = st.session_state.get(CLASSES, "").split(",")
    first = st.session_state.get(LABELS_FROM, AUTOMATIC)
    return ReadOptions(
        tuple(name.strip() for name in typed if name.strip()),
        usual,
        None if first == AUTOMATIC else int(first),
        bool(st.session_state.get(LOGITS)),
        bool(st.session_state.get(SIGMOID)),
    )


def pick_options(expanded: bool) -> None:
    """Draw the controls for how a file is read; `said_options` returns their values."""
    with st.expander("Reading options", expanded=expanded):
        left, right = st.columns([3, 2])
        left.text_input("Class names, in the network's order", placeholder="cat, dog", key=CLASSES)
        right.selectbox("Numbers count classes from", [AUTOMATIC, "0", "1"], key=LABELS_FROM)
        left.toggle("Scores are logits", key=LOGITS, help="A softmax is applied to the scores of each exit.")
        right.toggle(
            "One sigmoid per exit",
            key=SIGMOID,
            help="The score p is the probability of the second class; the first class gets 1 − p.",
        )


def in_controls(message: str) -> str:
    """Return an error message with the page's controls in place of the command's options."""
    for option, control in _CONTROLS.items():
        message = message.replace(option, control)
    return message
