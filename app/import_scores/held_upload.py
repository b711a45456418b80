"""The upload that a session holds while its page is open: what was read from it, and its release.

It is not in a cache, which would keep it for everybody: it can take several times the 200 MB of its file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.shared.memory import give_back
from trecx.threshold.benefit_curve import BenefitCurve
from trecx.threshold.exit_table import ExitTable

if TYPE_CHECKING:
    from trecx.importing import ReadOptions, ScoresFile
    from trecx.importing.preview import Preview

_HELD, _ROUND = "held upload", "uploads that were imported"


@dataclass(eq=False)
class HeldUpload:
    """What a session holds of an upload.

    Attributes:
        file_ids: Streamlit's ids of the uploaded files.
        read: options, content and preview as last read; None before, and if the files could not be read.
        curve: exit FLOPs and benefit curve as last computed for it.
    """

    file_ids: tuple[str, ...]
    read: "tuple[ReadOptions, ScoresFile, Preview] | None" = None
    curve: tuple[tuple[int, ...], BenefitCurve] | None = None


def uploader_key() -> str:
    """Return the key of the upload's widget; after an import it is another one, and the widget is empty."""
    done = st.session_state.get(_ROUND, 0)
    return f"scores {done}" if done else "scores"


def empty_uploader() -> None:
    """Let the page start with an empty upload, as the scores are stored."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def understood(
    file_ids: tuple[str, ...], options: "ReadOptions", content: Callable[[], dict[str, bytes]]
) -> "tuple[ScoresFile, Preview]":
    """Return uploaded files of scores as read, and their preview; only the last upload is held.

    Args:
        file_ids: identify the uploads.
        options: what the user says about the files.
        content: returns the files' content by name.

    Raises:
        ScoresError: the files cannot be read as scores.
    """
    from trecx.importing import read_scores  # here, as every page imports this module
    from trecx.importing.preview import preview_of

    held = st.session_state.get(_HELD)
    if held is None or held.file_ids != file_ids:
        release_upload()
        held = st.session_state[_HELD] = HeldUpload(file_ids)
    if held.read is None or held.read[0] != options:
        held.read = held.curve = None  # not both at a time
        with st.spinner("Reading the file …"):
            file = read_scores(content(), options)
            held.read = options, file, preview_of(file)
    return held.read[1:]


def held_curve(file: "ScoresFile", flops: tuple[int, ...]) -> BenefitCurve:
    """Return the benefit curve of the upload, with `flops` or else the file's FLOPs.

    Raises:
        ScoresError: the FLOPs do not fit the exits.
    """
    held: HeldUpload = st.session_state[_HELD]
    if held.curve is None or held.curve[0] != flops:
        with st.spinner("Counting …"):
            held.curve = flops, ExitTable.of(file.scores(flops)).curve()
    return held.curve[1]


def release_upload() -> None:
    """Forget the session's upload, with the files that Streamlit keeps; the server gives the memory back."""
    held: HeldUpload | None = st.session_state.pop(_HELD, None)
    if held is None:
        return
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file_id in held.file_ids:
            context.uploaded_file_mgr.remove_file(context.session_id, file_id)
    del held
    give_back()
