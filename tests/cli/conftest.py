"""A small model and its samples."""

import numpy as np
import pytest

from tests.cli.model_files import saved


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Six images of the visual wake words format."""
    folder = tmp_path_factory.mktemp("images")
    random = np.random.default_rng(0)
    rows = []
    for k in range(6):
        random.integers(0, 256, (96, 96, 3), dtype=np.uint8).tofile(folder / f"{k}.bin")
        rows.append(f"{k}.bin,2,{k % 2}\n")
    (folder / "y_labels.csv").write_text("".join(rows))
    return folder


@pytest.fixture(scope="module")
def two_exits(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("model"), "mine.keras", "softmax", "softmax")
