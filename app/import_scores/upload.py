"""The upload of a file of scores, and the description of the formats."""

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
    "scores.npz": "`labels` (n,), `probabilities` (n, exits, classes), `exit_flops` (exits,). Optional: "
    "`class_names`, `sample_names`. Instead of `probabilities`: `predictions` and `confidence` (n, exits).",
    "scores.csv": "One row per sample: `label`, optionally `sample`, and, for each exit k = 1, 2, …, one "
    "column `exit{k}_{class}` per class. FLOPs above the header: `# exit_flops: 1200000, 3500000`.",
    "trace.csv": "Predictions only: `label` and, for each exit k = 1, 2, …, `exit{k}_prediction` and "
    "`exit{k}_confidence`.",
    "scores.parquet": "Columns as in CSV. FLOPs in `DataFrame.attrs`: `frame.attrs['exit_flops'] = [...]`.",
}


@dataclass(frozen=True, eq=False)
class Brought:
    """An uploaded file and its preview.

    Attributes:
        key: identifies the file and the class names that it was read with.
        file: the file as it was read.
        seen: its preview.
    """

    key: tuple[str, ...]
    file: ScoresFile
    seen: Preview


def pick_file(class_names: tuple[str, ...], usual: tuple[str, ...]) -> Brought | None:
    """Let the user upload a file; return its content, or show what is wrong.

    Args:
        class_names: in order, as the user entered them.
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
            f"{plain(uploaded.name)} is too large for this page ({size}; limit {MAX_MB} MB). "
            "Import it on the command line: python -m trecx import FILE --task … --system …"
        )
        return None
    try:
        found = understood(uploaded.file_id, uploaded.name, class_names, usual, uploaded.getvalue())
    except TrecxError as error:
        st.error(plain(str(error).replace("--classes names", "the class names entered are")))
        return None
    return Brought((uploaded.file_id, *class_names, *usual), *found)


def _show_formats() -> None:
    st.markdown(
        "Run your network on its test set, write the softmax output of every exit to a file, and upload the "
        "file above. You see a preview before anything is stored. Each file below is a complete example with "
        "made-up numbers. `docs/bring-your-own.md` shows how to write one from Keras, PyTorch or TFLite."
    )
    for name, words in FORMATS.items():
        left, right = st.columns([1, 5], vertical_alignment="center")
        left.download_button(name, example_file(name), name, key=f"example {name}", width="stretch")
        right.markdown(f":small[{words}]")
    st.markdown(
        ":small[Model files cannot be uploaded, because loading a model can run code. "
        "`python -m trecx score MODEL` scores a model that you trust, also for your own task "
        "(`--task-file`).]"
    )
