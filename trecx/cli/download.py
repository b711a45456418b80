"""The commands that download samples and published models: `data fetch`, `models fetch`."""

from typing import Annotated

import typer

from trecx.cli import printing
from trecx.cli.options import Json, TaskName
from trecx.datasets.download import fetch_dataset, fetch_models


def data_fetch(
    task: TaskName,
    key: Annotated[
        str | None,
        typer.Option("--key", help="Another dataset of the task, by its name in data/sources.toml."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Download a task's test set and verify it."""
    with printing.progress() as progress:
        folder = fetch_dataset(task, progress, key=key)
    printing.show_paths({task: folder}, as_json)


def models_fetch(task: TaskName, as_json: Json = False) -> None:
    """Download the paper's models for a task and verify them."""
    with printing.progress() as progress:
        found = fetch_models(task, progress)
    printing.show_paths(found, as_json)
