"""Lists the samples of a dataset with one folder per class."""

import os
from collections.abc import Sequence
from pathlib import Path


def list_class_folders(
    folder: Path, class_folders: Sequence[str], noun: str, prefix: str = ""
) -> tuple[list[str], list[int], list[str]]:
    """Return name and label of every sample, by class and then by name, and a list of faults.

    Args:
        folder: contains the class folders.
        class_folders: their names, in the order of the classes.
        noun: what a sample is called.
        prefix: start of every name, such as "test/".
    """
    there = {entry.name for entry in folder.iterdir() if entry.is_dir()} if folder.is_dir() else set()
    faults = [f"{prefix}{name}/: the folder is missing" for name in class_folders if name not in there]
    strange = sorted(there.difference(class_folders))
    faults += [f"{prefix}{name}/: the folder is not a class" for name in strange]
    names: list[str] = []
    labels: list[int] = []
    faults += [f"{prefix}{name!r}/: its name is not in UTF-8" for name in class_folders if not _is_text(name)]
    for label, name in enumerate(class_folders):
        if name in there:
            samples, strange_ones = _list(folder / name)
            names += [f"{prefix}{name}/{sample}" for sample in samples]
            labels += [label] * len(samples)
            faults += [f"{prefix}{name}/{sample}: {why}" for sample, why in strange_ones]
            faults += [] if samples else [f"{prefix}{name}/: contains no {noun}"]
    return names, labels, faults


def _list(folder: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the names of the samples in a folder, and entries that are not regular files."""
    samples, strange = [], []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if not _is_text(entry.name):
                strange.append((ascii(entry.name), "its name is not in UTF-8"))
            elif not entry.is_file():
                strange.append((entry.name, "not a regular file"))
            else:
                samples.append(entry.name)
    return samples, strange


def _is_text(name: str) -> bool:
    return not any(
        "\udc80" <= letter <= "\udcff" for letter in name
    )  # Python's form of bytes that are not UTF-8
