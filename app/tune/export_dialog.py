"""Export of the current point: report, files for firmware and other programs, deployment, slides."""

from collections.abc import Callable

import streamlit as st

from app.live.console import ConsoleState
from app.shared.export_files import file_name, offer_files, offer_report
from app.shared.frame import Frame
from app.shared.plain_text import plain
from app.shared.run_controls import run_title
from app.tune.current_point import record_of
from app.tune.deployment import offer_deployment
from app.tune.save_dialog import rule_of, rule_words
from app.tune.slides import show_slides
from trecx.errors import TrecxError
from trecx.figures.slides import HEIGHT, WIDTH
from trecx.figures.static import SHARPNESS
from trecx.report import MOST_PICTURES, Report, designs_beside, picture_source, pictures_of, report_of
from trecx.saved_points.record import PointRecord
from trecx.store import Run, comparable_costs

COMPARED, PICTURES = "export beside", "export pictures"


def offer_export(frame: Frame, state: ConsoleState) -> None:
    """Show the button that opens the dialog with all export formats.

    Args:
        frame: the run and its settings.
        state: ρ, precision and the other settings of the console.
    """
    if st.button("Export", key="export", icon=":material/download:"):
        _show_forms(frame, state)


@st.dialog("Export", width="large")
def _show_forms(frame: Frame, state: ConsoleState) -> None:
    thresholds = f"rho {state.threshold:.4g}" if state.per_exit is None else "rho per exit"
    name = file_name(f"{frame.run.task} {frame.run.system} {thresholds}")
    st.caption(f"{rule_words(frame, state)}, with the selected device, battery and class mix.")
    record = _recorder(frame, state)
    _say("Interactive report", "one HTML file in which ρ can be changed, without a server or a network")
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        compared = _pick_compared(frame)
    with right:
        with_pictures = _pick_pictures(frame)
    offer_report(_reporter(frame, record, compared, with_pictures), name)
    _say("Firmware and other programs", "the threshold and its operating point")
    with st.container(horizontal=True, gap="xsmall"):
        offer_files(record, name)
    _say("Deployment", "the network as int8 stages, with the code that runs them on the device")
    offer_deployment(frame, record)
    _say("Slides", f"as PNG of {SHARPNESS * WIDTH:,} × {SHARPNESS * HEIGHT:,} pixels, or as SVG")
    show_slides(frame.run, frame.context, record(), name)


def _say(title: str, about: str) -> None:
    st.markdown(f"**{title}** :gray[:small[{about}]]")


def _pick_compared(frame: Frame) -> list[str]:
    of_task = [run for run in frame.runs if run.task == frame.run.task and comparable_costs(run, frame.run)]
    titles = {run.run_id: run_title(run, of_task) for run in of_task if run.run_id != frame.run.run_id}
    if not titles:
        return []
    chosen: list[str] = st.multiselect(
        "Compare with other runs",
        list(titles),
        format_func=titles.__getitem__,
        key=f"{COMPARED} {frame.run.run_id}",
        placeholder="None",
    )
    return chosen


def _pick_pictures(frame: Frame) -> bool:
    try:
        picture_source(frame.run, frame.criterion)
    except TrecxError as error:
        st.caption(plain(f"No {frame.task.noun}s can be included: {error}."))
        return False
    noun = frame.task.noun
    return st.checkbox(
        f"Include {noun}s with destructive overthinking",
        key=PICTURES,
        help=f"Up to {MOST_PICTURES}. They may be personal data; check before sharing.",
    )


def _recorder(frame: Frame, state: ConsoleState) -> Callable[[], PointRecord]:
    rule, class_mix = rule_of(frame, state), st.session_state["mix"]
    return lambda: record_of(frame, state, rule, class_mix)


def _reporter(
    frame: Frame, recorder: Callable[[], PointRecord], compared: list[str], with_pictures: bool
) -> Callable[[], Report]:
    run: Run = frame.run

    def report() -> Report:
        here, record = frame.store, recorder()
        others = designs_beside(here, run, frame.context, compared, frame.criterion)
        pictures = pictures_of(here, run, record.rule, MOST_PICTURES) if with_pictures else None
        return report_of(here, run, frame.context, record, others, pictures)

    return report
