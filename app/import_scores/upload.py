"""The upload of a file of scores, and the description of the formats."""

from dataclasses import dataclass

import streamlit as st

from app.cache import example_file
from app.import_scores.held_upload import release_upload, understood, uploader_key
from app.import_scores.reading_options import in_controls, pick_options
from app.shared.plain_text import plain
from trecx.errors import TrecxError
from trecx.importing import ReadOptions, ScoresFile
from trecx.importing.preview import Preview
from trecx.importing.scores_file import SUFFIXES

MAX_MB = 200  # as server.maxUploadSize says
ENDINGS = [suffix.removeprefix(".") for suffix in SUFFIXES]
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
        key: identifies the files and the options that they were read with.
        file: the file as it was read.
        seen: its preview.
    """

    key: tuple[str, ...]
    file: ScoresFile
    seen: Preview


def pick_file(options: ReadOptions) -> Brought | None:
    """Let the user upload a file, or files that belong together; return the content, or show what is wrong.

    Args:
        options: what the user says about the files.
    """
    uploaded = st.file_uploader(
        f"Score file, or files that belong together, at most {MAX_MB} MB",
        ENDINGS,
        accept_multiple_files=True,
        key=uploader_key(),
        max_upload_size=MAX_MB,
    )
    if not uploaded:
        release_upload()
        _show_formats()
        return None
    total = sum(file.size for file in uploaded)
    if total > MAX_MB * 1024**2:
        st.error(
            f"{plain(uploaded[0].name)} is too large for this page ({total / 1024**2:,.0f} MB; limit "
            f"{MAX_MB} MB). Import it on the command line: python -m trecx import FILE --task … --system …"
        )
        return None
    ids = tuple(file.file_id for file in uploaded)
    try:
        found = understood(ids, options, lambda: {file.name: file.getvalue() for file in uploaded})
    except TrecxError as error:
        st.error(plain(in_controls(str(error))))
        pick_options(expanded=True)
        return None
    pick_options(expanded=options != ReadOptions(usual_class_names=options.usual_class_names))
    return Brought((*ids, repr(options)), *found)


def _show_formats() -> None:
    st.markdown(
        "Run your network on its test set, write the softmax output of every exit to a file, and upload the "
        "file above. You see a preview before anything is stored. Each file below is a complete example with "
        "made-up numbers. `docs/bring-your-own.md` shows how to write one from Keras, PyTorch or TFLite, and "
        "describes JSON lines, .npy files and the log of an EnergyRunner accuracy run with its y_labels.csv."
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
