"""Deployment of the run shown: a button that starts the job, then its progress and its result."""

from collections.abc import Callable

import streamlit as st

from app.score.jobs import LOOKED_EVERY_S, in_order, show_job
from app.shared.frame import Frame
from app.shared.plain_text import plain
from trecx.errors import TrecxError
from trecx.jobs.deployed_point import options_of
from trecx.jobs.job import Job
from trecx.jobs.known_models import KnownModel, model_of
from trecx.jobs.queue import Queue
from trecx.jobs.readiness import deployment_obstacle, queue_of
from trecx.saved_points.record import PointRecord
from trecx.store import Store

JOBS_SHOWN = 3
_ABOUT = (
    "This takes some minutes, and continues if you close the page; the page Score shows it, too. It gives an "
    "int8 run in this store and a zip file for the firmware."
)


def offer_deployment(frame: Frame, record: Callable[[], PointRecord]) -> None:
    """Show the button that deploys the network at the current point, and the latest deployments of it.

    Args:
        frame: the run and its settings.
        record: returns the current point.
    """
    try:
        model = model_of(frame.run)
    except TrecxError as error:
        st.caption(plain(f"Only known models can be deployed from this page: {error}"))
        return
    if why_not := deployment_obstacle(frame.store):
        st.info(plain(why_not))
        return
    queue = queue_of(frame.store)

    def show() -> None:
        st.button(
            "Deploy", key="deploy", icon=":material/memory:", on_click=_start, args=(queue, model, record)
        )
        st.caption(_ABOUT)
        _show_deployments(frame.store, queue, model)

    st.fragment(show)()  # a click draws this part only, not the slides of the dialog, too


def _start(queue: Queue, model: KnownModel, record: Callable[[], PointRecord]) -> None:
    try:
        queue.add(model.key, options_of(record()))
    except TrecxError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _show_deployments(store: Store, queue: Queue, model: KnownModel) -> None:
    """Show the latest deployments of a model, live if one is unfinished."""

    def jobs() -> list[Job]:
        return in_order([job for job in queue.jobs() if job.point and job.key == model.key])[:JOBS_SHOWN]

    def show() -> None:
        try:
            now = jobs()
            runs = {run.run_id: run for run in store.runs()} if any(job.run_id for job in now) else {}
            for job in now:
                show_job(queue, job, model, runs.get(job.run_id))
        except TrecxError as error:
            st.error(plain(str(error)))

    try:
        live = any(job.unfinished for job in jobs())
        st.fragment(show, run_every=LOOKED_EVERY_S if live else None)()
    except TrecxError as error:
        st.error(plain(str(error)))
