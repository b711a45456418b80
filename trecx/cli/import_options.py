"""The options of `import` and `dashboard`: how files of scores are read, and what they are stored as."""

from pathlib import Path
from typing import Annotated

import typer

from trecx.cli import printing
from trecx.cli.options import numbers
from trecx.datasets.tasks import SYSTEMS, TASKS, checked_name, task_of
from trecx.importing import ReadOptions, open_scores_files
from trecx.importing.stored_import import About, ImportedRun, import_run
from trecx.store import Store

_Costs = "one value per exit, earlier exits included."

FILES_HELP = (
    "Score file: .npz, .csv, .parquet or .jsonl; or .npy files of scores, labels and names; or the log of an "
    "EnergyRunner accuracy run and its y_labels.csv."
)
ExitFlops = Annotated[
    str,
    typer.Option("--exit-flops", help="a,b,…: FLOPs from the input to each exit, earlier exits included."),
]
RelativeCosts = Annotated[
    str,
    typer.Option("--relative-costs", help="a,b,…: relative costs of the exits, if their FLOPs are unknown."),
]
EnergyUj = Annotated[str, typer.Option("--energy-uj", help=f"a,b,…: measured µJ, {_Costs}")]
LatencyMs = Annotated[str, typer.Option("--latency-ms", help=f"a,b,…: measured ms, {_Costs}")]
Profile = Annotated[
    str,
    typer.Option(
        "--profile", help="Name of the device profile for the measured costs; default: task/system."
    ),
]
Classes = Annotated[
    str, typer.Option("--classes", help="Class names in the network's order, separated by commas.")
]
LabelsFrom = Annotated[
    int | None,
    typer.Option(
        "--labels-from",
        min=0,
        max=1,
        help="Number of the first class in the labels, 0 or 1, if both are possible.",
    ),
]
Logits = Annotated[bool, typer.Option("--logits", help="The scores are logits: apply a softmax.")]
Sigmoid = Annotated[
    bool,
    typer.Option("--sigmoid", help="One score per exit: p of the second class, 1 − p of the first."),
]
Dataset = Annotated[str, typer.Option("--dataset", help="Name of the dataset; default: the file's name.")]
KeepAnyway = Annotated[
    bool,
    typer.Option("--keep-anyway", help="Store scores that are less accurate than guessing, too."),
]


def about_scores(
    task: str,
    system: str,
    dataset: str,
    exit_flops: str,
    relative_costs: str,
    energy_uj: str,
    latency_ms: str,
    profile: str,
) -> About:
    """Return what the options say of the scores.

    Args:
        task: its name.
        system: name of the design.
        dataset: name of the dataset; empty: the file's name.
        exit_flops: cumulative FLOPs of each exit, separated by commas, as the three that follow.
        relative_costs: relative costs of each exit.
        energy_uj: measured, cumulative µJ of each exit.
        latency_ms: measured, cumulative ms of each exit.
        profile: name of the device profile; empty: task/design.

    Raises:
        BadParameter: an option that takes numbers has something else.
        UnknownNameError: a name is not valid.
    """
    return About(
        task=checked_name("task", task),
        system=checked_name("system", system),
        dataset=dataset,
        exit_flops=numbers("--exit-flops", exit_flops, int),
        relative_costs=numbers("--relative-costs", relative_costs, float),
        energy_uj=numbers("--energy-uj", energy_uj, float),
        latency_ms=numbers("--latency-ms", latency_ms, float),
        profile=profile,
    )


def read_options(
    task: str, classes: str, labels_from: int | None, logits: bool, sigmoid: bool
) -> ReadOptions:
    """Return what the options say of reading the files.

    Args:
        task: name of the task, whose classes are expected.
        classes: class names in the network's order, separated by commas.
        labels_from: number of the first class in the labels; None: found in the file.
        logits: whether the scores are logits.
        sigmoid: whether there is one score per exit.
    """
    names = tuple(name.strip() for name in classes.split(",") if name.strip())
    return ReadOptions(names, task_of(task).class_names, labels_from, logits, sigmoid)


def import_files(
    store: Store,
    files: list[Path],
    about: About,
    options: ReadOptions,
    again: bool = False,
    keep_anyway: bool = False,
    hint: str = "",
) -> ImportedRun:
    """Store the scores of files with progress, and tell how they were read and what was stored.

    Args:
        store: where they are stored.
        files: one file, or files that belong together.
        about: metadata.
        options: how they are read.
        again: whether a new run is stored even if the same one is there already.
        keep_anyway: whether implausible scores are stored, too.
        hint: what follows the message that the run is there already.

    Raises:
        TrecxError: they are not valid, or cannot be stored; then nothing is.
    """
    with printing.progress() as progress:
        content = open_scores_files(files, options, progress)
        imported = import_run(store, content, about, again, progress, keep_anyway)
    printing.tell(f"Read as: {'; '.join(content.remarks)}.")
    printing.tell(f"{imported.message}{'' if imported.run_is_new else hint}")
    _tell_of_own(about)
    if about.dataset and imported.run.dataset != about.dataset:
        name = imported.run.dataset
        printing.tell(f"These samples are already stored under the dataset name {name!r}; it is kept.")
    if imported.run.precision != "float32":
        printing.tell(f"This is an {imported.run.precision} run: ρ acts in steps of 1/256.")
    if imported.run.relative_costs:
        printing.tell("Costs are relative: the final exit counts as 1 MFLOP.")
    if imported.profile:
        printing.tell(f"The measured costs are stored as the device profile {imported.profile.name!r}.")
    return imported


def _tell_of_own(about: About) -> None:
    """Print a task or design that the paper does not have, because it may be a typing error."""
    own = [f"task {about.task}"] * (about.task not in TASKS)
    own += [f"design {about.system}"] * (about.system not in SYSTEMS)
    if own:
        printing.tell(f"Not in the paper, so treated as your own: {', '.join(own)}.")
