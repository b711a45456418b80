"""The queue of jobs, scorings and deployments: progress, result and log of each."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.score.models import weights_text
from app.shared.navigation import open_run, select_run
from app.shared.plain_text import plain
from trecx.datasets.tasks import system_title, task_of
from trecx.errors import TrecxError
from trecx.jobs.deployed_point import address_of, package_name, threshold_text
from trecx.jobs.job import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job
from trecx.jobs.known_models import KnownModel
from trecx.jobs.queue import Queue
from trecx.store import Run

LOOKED_EVERY_S = 1.0


def show_queue(
    queue: Queue, jobs: Sequence[Job], models: Mapping[str, KnownModel], runs: Mapping[str, Run]
) -> None:
    """Show the jobs, live while one is unfinished; when one ends, the whole page is drawn again.

    Args:
        queue: the queue of the store.
        jobs: as they were when the rest of the page was drawn.
        models: by key.
        runs: by id.
    """
    live = any(job.unfinished for job in jobs)

    def show() -> None:
        try:
            now = queue.jobs()
            if _unfinished(now) != _unfinished(jobs):
                st.rerun()
            for job in in_order(now):
                show_job(queue, job, models.get(job.key), runs.get(job.run_id))
        except TrecxError as error:
            st.error(plain(str(error)))

    st.fragment(show, run_every=LOOKED_EVERY_S if live else None)()


def _unfinished(jobs: Sequence[Job]) -> list[int]:
    return [job.number for job in jobs if job.unfinished]


def in_order(jobs: Sequence[Job]) -> list[Job]:
    """Return the running job, then the waiting ones in order, then the ended ones, the newest first."""
    states = {RUNNING: 0, WAITING: 1}
    return sorted(
        jobs, key=lambda job: (states.get(job.state, 2), job.number if job.unfinished else -job.number)
    )


def show_job(queue: Queue, job: Job, model: KnownModel | None, run: Run | None) -> None:
    """Show a job in a box: state, progress or result, and log.

    Args:
        queue: the queue of the store.
        job: the job.
        model: its model; None if that is no longer known.
        run: the run that it stored; None if it has none, or it was deleted.
    """
    with st.container(border=True):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(_title(job, model))
            _show_action(queue, job, run)
        if job.state == RUNNING:
            _show_step(queue, job)
        elif job.state == FAILED:
            st.error(plain(job.reason))
        elif job.state == DONE:
            st.caption(_outcome(job, run))
            for warning in job.warnings:
                st.warning(plain(warning))
            if model and job.point:
                _offer_package(queue, job, package_name(model, job.point))
        if log := queue.records.log_of(job.number):
            with st.expander("Log", key=f"log {job.number}"):
                st.code(log, language=None, wrap_lines=True)


def _offer_package(queue: Queue, job: Job, name: str) -> None:
    package = queue.records.package_of(job)
    if package:  # as bytes: a function would be replaced while the queue is live, and the download be lost
        st.download_button(
            "Download",
            package,
            f"{name}.zip",
            "application/zip",
            key=f"package {job.number}",
            on_click="ignore",
            help="The folder of the deployment as a zip file; start with its README.md.",
        )


def _show_action(queue: Queue, job: Job, run: Run | None) -> None:
    if job.unfinished:
        st.button("Cancel", key=f"cancel {job.number}", on_click=_cancel, args=(queue, job))
    elif run and run.n_exits > 1:
        at = address_of(job.point) if job.point else {}
        key = f"look {job.number}"
        if st.button("Open in Tune", key=key, on_click=select_run, args=(run,), kwargs=at):
            open_run(run)


def _title(job: Job, model: KnownModel | None) -> str:
    if model is None:
        name, about = job.key, _state(job)
    else:
        name = f"{system_title(model.system)}, {weights_text(model)}"
        about = f"{task_of(model.task).title} · {_state(job)}"
    if job.point:
        about = f"Deployment at {threshold_text(job.point)} · {about}"
    return f"**{plain(name)}**  \n:gray[:small[{plain(about)}]]"


def _state(job: Job) -> str:
    seconds = round(job.seconds)
    clock = f"{seconds // 60}:{seconds % 60:02}"
    return {
        WAITING: "waiting",
        RUNNING: f"running, {clock}",
        DONE: f"done in {clock}",
        FAILED: f"failed after {clock}",
        CANCELLED: f"cancelled after {clock}" if job.started_at else "cancelled before it started",
    }[job.state]


def _show_step(queue: Queue, job: Job) -> None:
    step = queue.records.step_of(job.number)
    if step is None:
        st.progress(0.0, "starting")
        return
    percent = "" if step.share is None else f": {100 * step.share:.0f}\N{NO-BREAK SPACE}%"
    st.progress(step.share or 0.0, f"{plain(step.what)}{percent}")


def _outcome(job: Job, run: Run | None) -> str:
    if run is None:
        return plain(f"Run {job.run_id} is no longer in this store.")
    accuracy = " · ".join(f"{100 * share:.2f}\N{NO-BREAK SPACE}%" for share in run.standalone_accuracy)
    kind = "Int8 run" if job.point else "Run"
    return f"{kind} {plain(run.run_id)}: {run.n_samples:,} samples, accuracy per exit {accuracy}"


def _cancel(queue: Queue, job: Job) -> None:
    try:
        queue.cancel(job.number)
    except TrecxError as error:
        st.toast(plain(str(error)), icon=":material/error:")
