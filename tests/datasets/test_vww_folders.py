"""Images in person/ and non_person/ are split by hash of their names, and resized."""

import numpy as np
import pytest
from PIL import Image

from trecx.datasets.samples import open_samples
from trecx.datasets.training_sets import open_training
from trecx.errors import DatasetError


@pytest.fixture
def people(tmp_path):
    """Forty images of each class, in sizes of their own: those with people white, the others black."""
    for name, grey in (("person", 255), ("non_person", 0)):
        (tmp_path / name).mkdir()
        for number in range(40):
            image = Image.new(
                "L" if number % 2 else "RGB", (50 + number, 200), grey if number % 2 else (grey,) * 3
            )
            image.save(tmp_path / name / f"{name}{number}.jpg")
    return tmp_path


def test_people_are_split_by_hash_and_resized(people):
    data = open_training("vww", people)
    assert sorted(name for part in (data.train, data.validation, data.test) for name in part.names) == sorted(
        file.relative_to(people).as_posix() for file in people.glob("*/*.jpg")
    )
    for part, count in zip((data.train, data.validation, data.test), (64, 8, 8), strict=True):
        images = part.raw[:]
        assert images.shape == (count, 96, 96, 3) and images.dtype == np.uint8
        assert np.array_equal(images.mean((1, 2, 3)) > 128, part.labels == 1)
        assert [name.startswith("person/") for name in part.names] == part.labels.astype(bool).tolist()
    assert open_training("vww", people).sha256 == data.sha256
    assert open_samples("vww", people).names == data.test.names


def test_a_large_image_becomes_what_resizing_it_whole_gives(people):
    ramp = np.linspace(0, 255, 640).astype(np.uint8)
    image = Image.fromarray(np.broadcast_to(ramp[None, :, None], (480, 640, 3)).copy())
    for file in (people / "person").iterdir():
        image.save(file, quality=95)
    data = open_training("vww", people)
    found = data.train.raw[np.flatnonzero(data.train.labels)[:1]][0].astype(int)
    assert np.abs(found - np.asarray(image.resize((96, 96)), int)).max() < 8


def test_an_image_that_is_none_is_named_when_opened_or_at_the_latest_when_read(people):
    whole = (people / "person" / "person1.jpg").read_bytes()
    (people / "person" / "person1.jpg").write_bytes(b"GIF89a")
    with pytest.raises(DatasetError, match=r"person/person1\.jpg: not a JPEG file"):
        open_training("vww", people)
    (people / "person" / "person1.jpg").write_bytes(whole[:-100])
    with pytest.raises(DatasetError, match=r"person1\.jpg: cannot be read \(.*correct or remove it"):
        data = open_training("vww", people)
        [part.raw[:] for part in (data.train, data.validation, data.test)]
