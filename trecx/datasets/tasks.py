"""Tasks and designs by name: those of the paper, and custom ones."""

import re
from dataclasses import dataclass

from trecx.errors import UnknownNameError, unknown_name

_NAME = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True)
class Task:
    """A dataset with its classes and its reference network (MLPerf Tiny)."""

    name: str
    title: str
    network: str
    noun: str  # what one sample is called
    class_names: tuple[str, ...]
    packaged_in: str = ""  # the Python package that contains its samples, if any


_KWS = ("down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes", "silence", "unknown")
_IC = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

TASKS = {
    task.name: task
    for task in (
        Task("kws", "Keyword spotting", "DS-CNN", "clip", _KWS),
        Task("ic", "Image classification", "ResNet-8", "image", _IC),
        Task("vww", "Visual wake words", "MobileNetV1 × 0.25", "image", ("non_person", "person")),
        Task("digits", "Handwritten digits", "small CNN", "image", tuple("0123456789"), "scikit-learn"),
    )
}

SYSTEMS = {
    "baseline": "Baseline",
    "trecx": "T-RECX",
    "trecx-noev": "T-RECX without early view",
    "trecx-notransfer": "T-RECX without weight transfer",
    "fmaps-concat": "Feature-map concatenation",
    "baseline-ee": "Baseline exit (pool + dense)",
    "sdn": "Shallow-Deep Network",
    "branchynet": "BranchyNet",
    "trecx-at-quarter": "T-RECX, exit at ¼",
    "trecx-at-three-quarters": "T-RECX, exit at ¾",
    "trecx-two-exits": "T-RECX with two early exits",
    "trecx-extra-class": "T-RECX with an extra class",
}


SHORT_NAMES = SYSTEMS | {
    "baseline": "baseline",
    "trecx-noev": "without early view",
    "trecx-notransfer": "without weight transfer",
    "fmaps-concat": "feature maps joined",
    "baseline-ee": "pool + dense exit",
    "sdn": "SDN",
    "trecx-at-quarter": "exit at ¼",
    "trecx-at-three-quarters": "exit at ¾",
    "trecx-two-exits": "two early exits",
    "trecx-extra-class": "with an extra class",
}


def find_task(name: str) -> Task:
    """Return the task called `name`.

    Raises:
        UnknownNameError: there is none; the message lists the known ones.
    """
    return TASKS[name] if name in TASKS else unknown_name("task", name, TASKS)


def find_system(name: str) -> str:
    """Return `name` if it is a design of the paper.

    Raises:
        UnknownNameError: it is not; the message lists the known ones.
    """
    return name if name in SYSTEMS else unknown_name("design", name, SYSTEMS)


def task_of(name: str, noun: str = "sample") -> Task:
    """Return the task of a run: one of the paper's, or a custom one with its name as title.

    Args:
        name: of the task.
        noun: what one sample of a custom task is called.

    >>> task_of("door-bell").title, task_of("kws", "sample").noun
    ('door-bell', 'clip')
    """
    return TASKS.get(name) or Task(name, name, "network", noun, ())


def system_title(name: str, precision: str = "float32") -> str:
    """Return the title of a design; that of a custom design is its name.

    Args:
        name: of the design.
        precision: what computed the scores; a title says it unless it is float32.

    >>> system_title("trecx"), system_title("my-own", "int8")
    ('T-RECX', 'my-own (int8)')
    """
    return _with_precision(SYSTEMS.get(name, name), precision)


def short_name(name: str, precision: str = "float32") -> str:
    """Return the short title of a design, as `system_title` does.

    >>> short_name("sdn"), short_name("sdn", "int8")
    ('SDN', 'SDN (int8)')
    """
    return _with_precision(SHORT_NAMES.get(name, name), precision)


def _with_precision(title: str, precision: str) -> str:
    return title if precision == "float32" else f"{title} ({precision})"


def checked_name(kind: str, name: str) -> str:
    """Return `name` if it is a valid name of a custom task or design.

    Raises:
        UnknownNameError: it is not; the message says which names are valid.
    """
    if _NAME.fullmatch(name):
        return name
    what, known = ("task", TASKS) if kind == "task" else ("design", SYSTEMS)
    raise UnknownNameError(
        f"{name[:60]!r} is not a valid name for a {what}; use 1 to 40 lowercase letters, digits and hyphens, "
        f"such as my-{what}, or a name of the paper: {', '.join(known)}"
    )
