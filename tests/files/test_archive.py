"""Archives are extracted whole or not at all, and nothing in them leads out of their folder."""

import gzip
import io
import lzma
import os
import tarfile
import zlib
from pathlib import PurePosixPath

import numpy as np
import pytest

from trecx.errors import FetchError
from trecx.files.archive import extract

CONTENT = np.random.default_rng(0).bytes(5_000).hex().encode()
HERE = PurePosixPath(".")
KINDS = pytest.mark.parametrize("compress", [gzip.compress, lzma.compress], ids=["gz", "xz"])


def packed(**members):
    """A .tar of `members`: name → content, or the type and target of a member that has none."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = content
                archive.addfile(info)
    return buffer.getvalue()


@KINDS
def test_what_lies_below_the_root_is_extracted_with_progress(tmp_path, compress):
    archive = tmp_path / "set.tar"
    archive.write_bytes(
        compress(packed(**{"set/down/a.wav": CONTENT, "set/b.wav": b"b", "other/c.wav": b"c"}))
    )
    steps = []
    extract(archive, tmp_path / "here", PurePosixPath("set"), lambda *step: steps.append(step))
    found = {path.name: path.read_bytes() for path in (tmp_path / "here").rglob("*.wav")}
    assert found == {"a.wav": CONTENT, "b.wav": b"b"}
    assert (tmp_path / "here" / "down" / "a.wav").is_file()
    assert [step[0] for step in steps] == ["extracting set.tar"] * 3
    assert steps[-1][1] <= steps[-1][2] == archive.stat().st_size
    assert sorted(os.listdir(tmp_path)) == ["here", "set.tar"]


@KINDS
@pytest.mark.parametrize(
    "hostile",
    [
        {"../out.txt": b"x"},
        {"down/../../out.txt": b"x"},
        {"TMP/out.txt": b"x"},
        {"link": (tarfile.SYMTYPE, "/etc/passwd")},
        {"link": (tarfile.LNKTYPE, "down/a.wav")},
        {"pipe": (tarfile.FIFOTYPE, "")},
    ],
    ids=["parent", "hidden parent", "absolute", "symbolic link", "hard link", "pipe"],
)
def test_a_hostile_archive_extracts_nothing(tmp_path, compress, hostile):
    archive = tmp_path / "set.tar"
    hostile = {name.replace("TMP", str(tmp_path)): content for name, content in hostile.items()}
    archive.write_bytes(compress(packed(**{"down/a.wav": b"sound"}, **hostile)))
    with pytest.raises(FetchError, match="not a regular file inside it"):
        extract(archive, tmp_path / "set", HERE)
    assert sorted(os.listdir(tmp_path)) == ["set.tar"]


@KINDS
@pytest.mark.parametrize("keep", [0, 10, 100, 3000])
def test_a_cut_archive_extracts_nothing(tmp_path, compress, keep):
    archive = tmp_path / "set.tar"
    archive.write_bytes(compress(packed(**{"a.bin": CONTENT[:5000], "b.bin": CONTENT[5000:]}))[:keep])
    with pytest.raises(FetchError, match=r"^.* is damaged \([^\n]+[^\n:]\); delete it, then run this again$"):
        extract(archive, tmp_path / "set", HERE)
    assert sorted(os.listdir(tmp_path)) == ["set.tar"]


def broken_gz(content):
    compressor = zlib.compressobj(wbits=31)
    return compressor.compress(content[:300_000]) + compressor.flush(zlib.Z_FULL_FLUSH) + b"\xff" * 100


def broken_xz(content):
    compressed = lzma.compress(content)
    return compressed[:200_000] + b"\xff" * 100 + compressed[200_100:]


@pytest.mark.parametrize("compress", [broken_gz, broken_xz])
def test_an_archive_with_garbage_in_the_middle_extracts_nothing(tmp_path, compress):
    archive = tmp_path / "set.tar"
    content = np.random.default_rng(0).bytes(300_000).hex().encode()
    archive.write_bytes(compress(packed(**{"a.bin": content})))
    with pytest.raises(FetchError, match=r"is damaged .*run this again"):
        extract(archive, tmp_path / "set", HERE)
    assert sorted(os.listdir(tmp_path)) == ["set.tar"]


def test_an_archive_without_the_root_is_damaged(tmp_path):
    archive = tmp_path / "set.tar"
    archive.write_bytes(gzip.compress(packed(**{"a.bin": b"a"})))
    with pytest.raises(FetchError, match="it has no folder set"):
        extract(archive, tmp_path / "set", PurePosixPath("set"))
    assert sorted(os.listdir(tmp_path)) == ["set.tar"]


def test_what_an_interrupted_extraction_left_is_replaced(tmp_path):
    archive = tmp_path / "set.tar"
    archive.write_bytes(gzip.compress(packed(**{"./down": (tarfile.DIRTYPE, ""), "./down/a.wav": b"sound"})))
    stale = tmp_path / "set.extracting" / "down" / "stale.wav"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"")
    extract(archive, tmp_path / "set", HERE)
    assert [path.name for path in (tmp_path / "set").rglob("*.wav")] == ["a.wav"]
    assert sorted(os.listdir(tmp_path)) == ["set", "set.tar"]
