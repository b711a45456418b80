"""Handwritten digits: the copy in scikit-learn, which needs no download."""

import numpy as np

from trecx.datasets.raw_samples import Found
from trecx.datasets.splits import hold_back
from trecx.progress import Progress

TITLE = "scikit-learn digits"
N_TEST = 500  # of 1,797


def find_scans(split: str, progress: Progress) -> Found:
    """Return the "train" (1,297) or "test" (500) scans, uint8 of shape (n_scans, 8, 8, 1), values 0..16.

    Optical recognition of handwritten digits, UCI, test part (Alpaydin and Kaynak 1998); the
    scans are named by their order in scikit-learn; the split is defined here.
    """
    from sklearn.datasets import load_digits  # here, as it takes a second to import

    digits = load_digits()
    labels = digits.target.astype(np.int64)
    names = [f"{position:04d}" for position in range(len(labels))]
    positions = dict(zip(("train", "test"), hold_back(names, labels, N_TEST), strict=True))[split]
    scans = digits.images[positions, ..., None].astype(np.uint8)
    progress("reading scans", len(scans), len(scans))
    return Found([names[position] for position in positions], labels[positions].tolist(), [], scans)
