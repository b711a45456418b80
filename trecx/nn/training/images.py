"""Image augmentation: rotation, shift, horizontal flip."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ImageAugmentation:
    """Augmentation of every batch of training images; pixels beyond an edge repeat the edge.

    Attributes:
        shift: largest shift in each direction, as a share of the side; whole pixels without rotation.
        rotation_degrees: largest rotation in each direction.
        flip: flip half of the images horizontally.
    """

    shift: float
    rotation_degrees: float = 0.0
    flip: bool = True

    def __call__(self, images: Images, generator: np.random.Generator) -> Images:
        """Return images, uint8 of shape (n, side, side, 3), changed at random."""
        if self.flip:
            mirrored = generator.random(len(images)) < 0.5
            images = np.where(mirrored[:, None, None, None], images[:, :, ::-1], images)
        limit = self.shift * images.shape[1]
        if not self.rotation_degrees:
            return _shift(images, round(limit), generator)
        angles = generator.uniform(-1, 1, len(images)) * np.deg2rad(self.rotation_degrees)
        return _move(images, angles, generator.uniform(-limit, limit, (2, len(images))))

    def config(self) -> dict[str, Any]:
        """Return the augmentation as plain data, for a run's record."""
        return asdict(self)


def _shift(images: Images, limit: int, generator: np.random.Generator) -> Images:
    side = images.shape[1]
    padded = np.pad(images, ((0, 0), (limit, limit), (limit, limit), (0, 0)), mode="edge")
    rows, columns = generator.integers(0, 2 * limit, (2, len(images)), endpoint=True)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(1, 2))
    shifted: Images = windows[np.arange(len(images)), rows, columns].transpose(0, 2, 3, 1)
    return shifted


def _move(images: Images, angles: npt.NDArray[Any], shifts: npt.NDArray[Any]) -> Images:
    """Rotate about the centre and shift, with bilinear interpolation."""
    side = images.shape[1]
    centred = np.arange(side, dtype=np.float32) - (side - 1) / 2
    row, column = np.meshgrid(centred, centred, indexing="ij")
    sine, cosine = (f(angles).astype(np.float32)[:, None, None] for f in (np.sin, np.cos))
    from_row, from_column = (
        np.clip(turned + (side - 1) / 2 + shift.astype(np.float32)[:, None, None], 0, side - 1)
        for turned, shift in zip(
            (cosine * row - sine * column, sine * row + cosine * column), shifts, strict=True
        )
    )
    return _bilinear(images, from_row, from_column)


def _bilinear(images: Images, row: Positions, column: Positions) -> Images:
    side = images.shape[1]
    flat = images.reshape(-1, images.shape[-1]).astype(np.float32)
    top, left = (np.minimum(position.astype(np.intp), side - 2) for position in (row, column))
    down, right = (row - top)[..., None], (column - left)[..., None]
    corner = (np.arange(len(images)) * side * side)[:, None, None] + top * side + left
    upper = flat[corner] * (1 - right) + flat[corner + 1] * right
    lower = flat[corner + side] * (1 - right) + flat[corner + side + 1] * right
    pixels: Images = np.rint(upper * (1 - down) + lower * down).astype(np.uint8)
    return pixels
