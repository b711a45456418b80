"""JPEG images as pixels."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from trecx.errors import DatasetError
from trecx.progress import Progress

Pixels = npt.NDArray[np.uint8]
MAX_PIXELS = 50_000_000  # of an image to be resized; a larger one is an error or an attack


def read_jpeg(path: Path, side: int, resize: bool = False) -> Pixels:
    """Return the pixels of a JPEG file, uint8 of shape (side, side, 3), RGB.

    Args:
        path: the file.
        side: width and height, pixels.
        resize: whether an image of another size is resized (bilinear, ignoring its aspect ratio).

    Raises:
        DatasetError: it is not a JPEG file, is truncated, or has the wrong size; the text says which.
    """
    with open_image(path) as image:
        width, height = image.size
        if not resize and (width, height) != (side, side):
            raise DatasetError(f"{width}×{height} pixels instead of {side}×{side}")
        image.draft("RGB", (2 * side, 2 * side))  # a large image is decoded at a reduced size
        pixels = image.convert("RGB")
    return np.asarray(pixels.resize((side, side), Image.Resampling.BILINEAR) if resize else pixels)


def check_jpeg(path: Path) -> None:
    """Check a file's header, without decoding its pixels.

    Raises:
        DatasetError: it is not a JPEG file, or is too large to decode.
    """
    with open_image(path):
        pass


def read_jpegs(
    folder: Path, names: Sequence[str], side: int, resize: bool, progress: Progress
) -> tuple[Pixels, list[str]]:
    """Return the pixels of JPEG files, (n_images, side, side, 3), and a message for each damaged one.

    Args:
        folder: contains the files.
        names: of the files, below the folder.
        side: pixels of each side.
        resize: whether an image of another size is resized instead of being an error.
        progress: called while decoding.
    """
    pixels = np.zeros((len(names), side, side, 3), np.uint8)
    faults = []
    for position, name in enumerate(names):
        try:
            pixels[position] = read_jpeg(folder / name, side, resize)
        except DatasetError as error:
            faults.append(f"{name}: {error}")
        progress("decoding images", position + 1, len(names))
    return pixels, faults


@contextmanager
def open_image(path: Path, formats: Sequence[str] = ("JPEG",)) -> Iterator[Image.Image]:
    """Yield an image, its pixels not yet decoded.

    Raises:
        DatasetError: it has another format, is damaged, or is too large to decode; the text says which.
    """
    try:
        with Image.open(path, formats=list(formats)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise DatasetError(f"{image.width}×{image.height} pixels: too large to decode")
            yield image
    except DatasetError:
        raise
    except UnidentifiedImageError as error:
        raise DatasetError(f"not a {' or '.join(formats)} file") from error
    except Exception as error:  # Pillow raises almost any error for a damaged file
        raise DatasetError(f"cannot be read ({getattr(error, 'strerror', None) or error})") from error
