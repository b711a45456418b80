"""Whatever is in a file of samples: it is read as a sample, or a DatasetError says what is wrong with it."""

import io
import pickle
import struct
import tempfile
import wave
import zlib
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from tests.datasets.test_cifar_pickles import ROWS, python2_batch
from tests.fuzz.harness import NUMBERS, fuzz, mutated, only
from trecx.datasets.cifar_pickles import read_batch
from trecx.datasets.custom_samples import read_image
from trecx.datasets.jpeg import read_jpeg
from trecx.datasets.kws import read_wave
from trecx.datasets.vww import IMAGE_BYTES, LABELS, find_images
from trecx.errors import DatasetError
from trecx.progress import silent

FOLDER = tempfile.TemporaryDirectory()
HERE = Path(FOLDER.name)


def written(data, name="sample"):
    (HERE / name).write_bytes(data)
    return HERE / name


def wave_bytes(n_frames, rate_hz=16_000, channels=1, width=2):
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate_hz)
        writer.writeframes(bytes(n_frames * channels * width))
    return file.getvalue()


CHUNKS = (b"RIFF", b"WAVE", b"fmt ", b"data", b"LIST", b"fact")


@st.composite
def chunks(draw):
    """A wav file of any chunks, each of a size that need not be its own."""
    data = b""
    for name in draw(
        st.permutations((b"fmt ", b"data", b"LIST")) | st.lists(st.sampled_from(CHUNKS), max_size=4)
    ):
        fields = [
            draw(st.sampled_from((usual, usual, usual, *NUMBERS))) for usual in (1, 1, 16_000, 32_000, 2, 16)
        ]
        sizes = ((field, bits) for field, bits in zip(fields, (16, 16, 32, 32, 16, 16), strict=True))
        form = b"".join((field % 2**bits).to_bytes(bits // 8, "little") for field, bits in sizes)
        content = form if name == b"fmt " else draw(st.binary(max_size=20))
        size = draw(st.sampled_from((len(content), len(content), *NUMBERS)))
        data += name + struct.pack("<I", size % 2**32) + content
    return (
        b"RIFF" + struct.pack("<I", draw(st.sampled_from((len(data) + 4, *NUMBERS))) % 2**32) + b"WAVE" + data
    )


WAVES = (wave_bytes(40), wave_bytes(9, 8_000), wave_bytes(9, channels=2), wave_bytes(9, width=3))


@fuzz(200, data=mutated(WAVES, CHUNKS) | chunks() | st.binary(max_size=60))
def test_any_wav_file(data):
    path = written(data)
    with only(DatasetError):
        assert read_wave(path).dtype == np.int16


def image_bytes(kind, mode="RGB", side=32, **options):
    pixels = np.random.default_rng(0).integers(0, 255, (side, side, 4), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, kind, **options)
    return file.getvalue()


JPEGS = (
    *(image_bytes("JPEG"), image_bytes("JPEG", "L", progressive=True), image_bytes("JPEG", "CMYK", side=16)),
    image_bytes("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"),
)
MARKERS = tuple(
    b"\xff" + bytes([marker])
    for marker in (0xC0, 0xC2, 0xC4, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD, 0xE0, 0xE1, 0xED, 0xEE)
)
OTHERS = (
    *(
        image_bytes("PNG"),
        image_bytes("PNG", "P"),
        image_bytes("PNG", "I;16"),
        image_bytes("PNG", "RGBA", side=5),
    ),
    *(image_bytes("BMP"), image_bytes("BMP", "P"), image_bytes("BMP", "1")),
)
PARTS = (
    b"IHDR",
    b"IDAT",
    b"PLTE",
    b"tRNS",
    b"iCCP",
    b"zTXt",
    b"iTXt",
    b"eXIf",
    b"acTL",
    b"fcTL",
    b"IEND",
    b"BM",
    b"pHYs",
    b"gAMA",
)


@fuzz(150, data=mutated(JPEGS, MARKERS) | st.binary(max_size=60))
def test_any_jpeg_file(data):
    path = written(data)
    with only(DatasetError):
        assert read_jpeg(path, 32).shape == (32, 32, 3)
    with only(DatasetError):
        assert read_jpeg(path, 8, resize=True).shape == (8, 8, 3)


SQUEEZED = tuple(zlib.compress(content) for content in (b"\0" * 3200, b"tEXt\0" * 9, b"\0" * 10_000_000))


@st.composite
def png(draw):
    """A PNG of any parts, each with its right checksum."""
    data = b"\x89PNG\r\n\x1a\n"
    sides = [draw(st.sampled_from((1, 8, 32, 32, *NUMBERS))) % 2**32 for _ in range(2)]
    rest = bytes(
        [
            draw(st.sampled_from((8, 1, 16, 255))),
            draw(st.sampled_from((0, 2, 3, 4, 6, 9))),
            0,
            0,
            draw(st.integers(0, 2)),
        ]
    )
    parts = [(b"IHDR", struct.pack(">II", *sides) + rest)]
    for name in draw(st.lists(st.sampled_from(PARTS), max_size=5)):
        parts.append((name, draw(st.binary(max_size=30) | st.sampled_from(SQUEEZED))))
    for name, content in [*parts, (b"IDAT", SQUEEZED[0]), (b"IEND", b"")]:
        data += (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )
    return data


@fuzz(100, data=mutated((*JPEGS[:1], *OTHERS), (*PARTS, *MARKERS)) | png())
def test_any_image_of_a_task_of_ones_own(data):
    path = written(data)
    with only(DatasetError):
        assert read_image(path, (32, 32), "rgb", resize=False).shape == (32, 32, 3)
    with only(DatasetError):
        assert read_image(path, (3, 5), "grey", resize=True).shape == (3, 5, 1)


@fuzz(
    40,
    rows=st.lists(
        st.lists(
            st.sampled_from(
                (
                    "a.bin",
                    " 2",
                    "2",
                    "1",
                    "0",
                    "",
                    "a\0.bin",
                    "../a.bin",
                    "/a.bin",
                    "é.bin",
                    ".bin",
                    "x" * 300 + ".bin",
                )
            )
            | st.text(max_size=5),
            max_size=4,
        ),
        max_size=4,
    ),
    end=st.sampled_from(("\n", "\r\n", "\r")),
    junk=mutated((b"a.bin, 2, 1\n",)),
)
def test_any_table_of_visual_wake_words(rows, end, junk):
    written(bytes(IMAGE_BYTES), "a.bin")
    for data in (end.join(",".join(row) for row in rows).encode("utf-8", "surrogatepass"), junk):
        written(data, LABELS)
        with only(DatasetError):
            found = find_images(HERE, silent)
            assert found.faults or found.raw[:].shape == (len(found.names), 96, 96, 3)


BATCHES = (
    python2_batch(ROWS[:2], [0, 9]),
    *(pickle.dumps({b"data": ROWS[:2], b"labels": [1, 2]}, protocol) for protocol in (0, 2, 4, 5)),
)
OPCODES = (
    *(
        b"cos\nsystem\n",
        b"\x8c\x02os\x8c\x06system\x93",
        b"(S'id'\ntR.",
        b"cbuiltins\neval\n",
        b"R",
        b"b",
        b"o",
        b"\x81",
        b"\x92",
    ),
    *(
        b"r\xff\xff\xff\x7f",
        b"r\0\0\0\x10",
        b"p999999999\n",
        b"\x8e" + b"\xff" * 7 + b"\x7f",
        b"\x82\1",
        b"Pid\n",
        b"Q",
        b"\x94",
        b"\x95",
    ),
    *(
        b"(" * 99,
        b"]" * 99,
        b"\x8a\xff" + b"\xff" * 255,
        b"I" + b"9" * 5000 + b"\n",
        b"\x96" + b"\xff" * 8,
        b"\x8b\xff\xff\xff\x7f",
        b"u",
        b".",
    ),
)


@fuzz(150, data=mutated(BATCHES, OPCODES))
def test_any_pickled_batch(data):
    path = written(data)
    with only(DatasetError):
        images, labels = read_batch(path)
        assert len(images) == len(labels)
