"""One run, written in every format, dialect and form of numbers that people bring."""

import io
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

FORMS = ("float32", "float16", "int8 scores", "int8", "uint8", "per cent", "logits")
FORMATS = ("comma", "semicolon", "tab", "sep", "blanks", "parquet", "json", "nested json", "npz", "npy")
COUNTED = ("nested json", "npz", "npy")  # their scores have no names
NAMES = ("yak", "owl", "rat", "emu")
FLOPS = [100, 300, 700]


@dataclass(frozen=True)
class Made:
    """A run: labels (n,), scores (n, exits, classes) as in a file, and the probabilities they mean."""

    labels: np.ndarray
    scores: np.ndarray
    probabilities: np.ndarray


def made(seed, form, n_samples, n_exits, n_classes):
    """Return a run; every class occurs among its labels."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(n_samples) % n_classes)
    logits = random.normal(0, 2, (n_samples, n_exits, n_classes))
    logits -= logits.mean(axis=2, keepdims=True)
    odds = np.exp(logits)
    softmax = odds / odds.sum(axis=2, keepdims=True)
    levels = np.clip(np.rint(softmax * 256), 0, 255)
    scores, probabilities = {
        "float32": (softmax.astype(np.float32),) * 2,
        "float16": (softmax.astype(np.float16),) * 2,
        "int8 scores": ((levels / 256).astype(np.float32),) * 2,
        "int8": ((levels - 128).astype(np.int8), levels / 256),
        "uint8": (levels.astype(np.uint8), levels / 256),
        "per cent": (softmax * 100, softmax),
        "logits": (logits, softmax),
    }[form]
    return Made(labels, scores, probabilities.astype(np.float32))


def class_names(labelled, n_classes):
    """Return how the classes are called in a file with labels of this kind."""
    return (
        list(NAMES[:n_classes])
        if labelled == "names"
        else [str(k + (labelled == "1")) for k in range(n_classes)]
    )


def label_cells(run, labelled, written):
    """Return labels as they are written: names, or numbers as 3, 3.0 or 3e0."""
    names = class_names(labelled, run.scores.shape[2])
    return [names[label] if labelled == "names" else written.format(names[label]) for label in run.labels]


def files(run, format_, labelled, written="{}"):
    """Return the content of the files by name."""
    names, labels = class_names(labelled, run.scores.shape[2]), label_cells(run, labelled, written)
    n_exits = run.scores.shape[1]
    flops = FLOPS[:n_exits]
    if format_ in ("npz", "npy"):
        cells = np.array(labels) if labelled == "names" else np.array(labels, float)
        whole = {"labels": cells, "probabilities": run.scores}
        if format_ == "npy":
            return {f"{name}.npy": _bytes(np.save, array) for name, array in whole.items()}
        return {"x.npz": _bytes(np.savez, **whole, exit_flops=flops)}
    columns = {
        f"exit{k + 1}_{name}": run.scores[:, k, c] for k in range(n_exits) for c, name in enumerate(names)
    }
    if format_ == "parquet":
        number = {"{}": int, "{}.0": float}.get(written, str)
        cells = labels if labelled == "names" else [number(label) for label in labels]
        frame = pd.DataFrame({"label": cells} | columns)
        frame.attrs = {"exit_flops": flops}
        return {"x.parquet": _bytes(lambda file, table: table.to_parquet(file), frame)}
    if format_ == "nested json":
        rows = [
            {"label": label, "probabilities": scores}
            for label, scores in zip(labels, run.scores.tolist(), strict=True)
        ]
        return {"x.jsonl": "\n".join(json.dumps(row) for row in [{"exit_flops": flops}, *rows]).encode()}
    texts = {name: [repr(float(value)) for value in column] for name, column in columns.items()}
    if format_ == "json":
        keys = ["label", *texts]
        rows = [
            dict(zip(keys, [row[0], *map(float, row[1:])], strict=True))
            for row in zip(labels, *texts.values(), strict=True)
        ]
        return {"x.jsonl": "\n".join(json.dumps(row) for row in [{"exit_flops": flops}, *rows]).encode()}
    return {"x.csv": _csv(format_, {"label": labels} | texts, flops)}


def _csv(dialect, columns, flops):
    separator = {"semicolon": ";", "tab": "\t", "sep": ";", "blanks": ", "}.get(dialect, ",")
    comma = dialect in ("semicolon", "sep")
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    lines = [separator.join(rows[0])]
    lines += [separator.join(cell.replace(".", ",") if comma else cell for cell in row) for row in rows[1:]]
    above = [f"# exit_flops: {', '.join(map(str, flops))}"] + ["sep=;"] * (dialect == "sep")
    end = "\r\n\r\n\r\n" if dialect == "sep" else "\n"
    return ("\r\n" if dialect == "sep" else "\n").join([*above, *lines, ""]).encode() + end.encode()


def _bytes(write, *arguments, **named):
    file = io.BytesIO()
    write(file, *arguments, **named)
    return file.getvalue()
