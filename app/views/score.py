"""The page Score: scores known models, one at a time, and shows all jobs, deployments included."""

from collections.abc import Collection, Sequence

import streamlit as st

from app.cache import store
from app.score.jobs import show_queue
from app.score.models import pick_models, pick_task, show_samples
from app.shared.frame import open_frame
from app.shared.navigation import open_run
from app.shared.plain_text import plain
from trecx.errors import TrecxError
from trecx.jobs.known_models import KnownModel, known_models
from trecx.jobs.queue import Queue
from trecx.jobs.readiness import obstacle, queue_of
from trecx.store import Run

TITLE = "#### Score a model :gray[:small[known models only; each is scored in a separate process]]"
NOTHING = (
    "No model has been scored on this page yet. Select models (left), then score them. They are scored one "
    "after another. Scoring continues while you use other pages or close this one."
)


def offer(
    ticked: Sequence[KnownModel], runs: Sequence[Run], queue: Queue, asked_for: Collection[str]
) -> None:
    """Show the buttons for the selected models: score them, or open their run."""
    scored = [model.scored_as(runs) for model in ticked]
    new = [
        model for model, run in zip(ticked, scored, strict=True) if run is None and model.key not in asked_for
    ]
    found = [run for run in scored if run]
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Score {len(new)} models" if len(new) > 1 else "Score model"
        if st.button(label, type="primary", key="score", disabled=not new):
            for model in new:
                queue.add(model.key)
            st.rerun()
        looked_for = found[0] if len(ticked) == len(found) == 1 and found[0].n_exits > 1 else None
        if st.button("Open in Tune", key="look", disabled=looked_for is None) and looked_for:
            open_run(looked_for)
        st.caption("Missing models and samples are downloaded first.", width="content")


try:
    here = store()
    queue, why_not = queue_of(here), obstacle(here)
    jobs = [] if why_not else queue.jobs()
    runs = here.runs()  # after the jobs, so that finished ones are included
    context_options = open_frame().run.task if any(run.n_exits > 1 for run in runs) else ""
    st.markdown(TITLE)
    st.space("xsmall")
    models = known_models()
    asked_for = {job.key for job in jobs if job.unfinished and job.point is None}
    task = pick_task(models, context_options)
    of_task = [model for model in models if model.task == task]
    show_samples(of_task)
    left, right = st.columns([5, 3], gap="large")
    with left:
        ticked = pick_models(of_task, runs, asked_for)
        if why_not:
            st.info(plain(why_not))
        else:
            offer(ticked, runs, queue, asked_for)
    with right:
        if jobs:
            show_queue(queue, jobs, {model.key: model for model in models}, {run.run_id: run for run in runs})
        elif not why_not:
            st.caption(NOTHING)
except TrecxError as error:
    st.error(plain(str(error)))
