"""The file that somebody brings, and what is said where there is none yet."""

from dataclasses import dataclass

import streamlit as st

from app.cache import example_file, understood
from app.shared.plain_text import plain
from trecx.errors import TrecxError
from trecx.importing import ScoresFile
from trecx.importing.preview import Preview

MAX_MB = 200  # as server.maxUploadSize says
ENDINGS = ["npz", "csv", "parquet"]
FORMATS = {
    "scores.npz": "`labels` (n,), `probabilities` (n, exits, classes), `exit_flops` (exits,); if you like, "
    "`class_names` and `sample_names`. Or `predictions` and `confidence` (n, exits) for `probabilities`.",
    "scores.csv": "A row a sample: `label`, perhaps `sample`, and for k = 1, 2, … one column "
    "`exit{k}_{class}` for every class. FLOPs above the header: `# exit_flops: 1200000, 3500000`.",
    "trace.csv": "With less: `label` and, for k = 1, 2, …, `exit{k}_prediction` and `exit{k}_confidence`.",
    "scores.parquet": "Columns as in CSV; FLOPs in `DataFrame.attrs`: `frame.attrs['exit_flops'] = [...]`.",
}


@dataclass(frozen=True, eq=False)
class Brought:
    """A file that somebody brought, as it was understood.

    Attributes:
        key: tells it from any other file, and from this one with other class names.
        file: what it says.
        seen: what it holds.
    """

    key: tuple[str, ...]
    file: ScoresFile
    seen: Preview


def pick_file(class_names: tuple[str, ...], usual: tuple[str, ...]) -> Brought | None:
    """Let the user bring a file; return what was understood of it, or say what is wrong.

    Args:
        class_names: in order, as the user typed them.
        usual: the task's class names.
    """
    uploaded = st.file_uploader(
        f"Scores as .npz, .csv or .parquet, at most {MAX_MB} MB",
        ENDINGS,
        key="scores",
        max_upload_size=MAX_MB,
    )
    if uploaded is None:
        _show_formats()
        return None
    if uploaded.size > MAX_MB * 1024**2:
        size = f"{uploaded.size / 1024**2:,.0f} MB"
        st.error(
            f"{plain(uploaded.name)} has {size}, and at most {MAX_MB} MB can be dropped here. "
            "The command line takes more: python -m trecx import FILE --task … --system …"
        )
        return None
    try:
        found = understood(uploaded.file_id, uploaded.name, class_names, usual, uploaded.getvalue())
    except TrecxError as error:
        st.error(plain(str(error).replace("--classes says", "the class names typed are")))
        return None
    return Brought((uploaded.file_id, *class_names, *usual), *found)


def _show_formats() -> None:
    st.markdown(
        "Run your network over its test set, keep the softmax of every exit, and drop the file above. "
        "Nothing is stored before you have seen what was understood. Each of these is a whole example, "
        "with made-up numbers; `docs/bring-your-own.md` has the few lines that write one from Keras, "
        "PyTorch or TFLite."
    )
    for name, words in FORMATS.items():
        left, right = st.columns([1, 5], vertical_alignment="center")
        left.download_button(name, example_file(name), name, key=f"example {name}", width="stretch")
        right.markdown(f":small[{words}]")
    st.markdown(
        ":small[Model files are programs, so none can be dropped here: `python -m trecx score MODEL` runs "
        "one that you trust, also for a task of your own (`--task-file`).]"
    )
