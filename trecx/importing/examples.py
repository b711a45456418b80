"""Examples of all files that can be imported, as templates for your own."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from trecx.errors import OutputError
from trecx.files.atomic_file import whole_file
from trecx.importing.scores_writer import write_scores
from trecx.scores import ExitScores

CLASSES = ("cat", "dog", "neither")
EXIT_FLOPS = (1_200_000, 3_500_000)
ENERGY_UJ, LATENCY_MS = (310.0, 905.0), (4.1, 11.8)
N_SAMPLES = 200

TASK_FILES = {
    "images.toml": """\
# Your own network on images: one folder per class under --data, with JPEG, PNG or BMP files.
name = "pets"                           # lowercase letters, digits, hyphens
title = "Pets of our street"            # name of the dataset, as pages show it
noun = "picture"                        # what one sample is called in messages
samples = "images"
classes = ["cat", "dog", "neither"]     # the folders, in the network's order; by default sorted

[preprocess]
size = [96, 96]                         # height, width
colour = "rgb"                          # or "grey"
resize = true                           # if false, another size is an error
scale = 0.00392156862745098             # value × scale + offset; here 0..255 becomes 0..1
offset = 0.0
""",
    "wavs.toml": """\
# Your own network on sounds: one folder per class under --data, with mono 16-bit WAV files.
name = "door-bell"
title = "Door bells"
noun = "clip"
samples = "wavs"

[preprocess]
sample_rate = 16000                     # checked, never resampled
seconds = 1.0                           # padded with silence, or cut at the end
features = "mfcc"                       # as in keyword spotting (49, 10, 1); or "waveform" with scale, offset
""",
    "arrays.toml": """\
# Your own network on arrays: --data is an .npz with samples (n, …), labels (n,), optionally names (n,).
name = "gestures"
title = "Gestures of the glove"
samples = "npz"
classes = ["still", "wave", "point"]

[preprocess]
scale = 1.0
offset = 0.0
""",
}


def write_examples(folder: Path) -> dict[str, Path]:
    """Write scores in each format and a task file of each kind; return what was written.

    Raises:
        OutputError: the folder cannot be created or written to.
    """
    full = made_up_scores()
    trace = replace(full, probabilities=None)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in TASK_FILES.items():
            with whole_file(folder / name) as part:
                part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written to ({error.strerror}); choose another folder"
        ) from error
    write_scores(full, folder / "scores.npz")
    write_scores(full, folder / "scores.csv", energy_uj=ENERGY_UJ, latency_ms=LATENCY_MS)
    write_scores(trace, folder / "trace.csv")
    write_scores(full, folder / "scores.parquet", energy_uj=ENERGY_UJ, latency_ms=LATENCY_MS)
    names = ("scores.npz", "scores.csv", "trace.csv", "scores.parquet", *TASK_FILES)
    return {name: folder / name for name in names}


def made_up_scores() -> ExitScores:
    """Return made-up scores of two exits, always the same; the final exit is more confident and accurate."""
    random = np.random.default_rng(0)
    labels = random.integers(0, len(CLASSES), N_SAMPLES)
    logits = random.normal(size=(N_SAMPLES, 2, len(CLASSES)))
    logits += np.array([1.6, 3.0])[:, None] * (labels[:, None, None] == np.arange(len(CLASSES)))
    odds = np.exp(logits)
    return ExitScores(
        labels,
        np.array(EXIT_FLOPS),
        (odds / odds.sum(axis=2, keepdims=True)).astype(np.float32),
        class_names=CLASSES,
        sample_names=[f"{CLASSES[label]}/{k:03d}.jpg" for k, label in enumerate(labels)],
    )
