"""Whatever is in an archive: plain files below one folder come out, or a FetchError and nothing at all."""

import bz2
import gzip
import io
import lzma
import os
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from hypothesis import strategies as st

from tests.fuzz.harness import NUMBERS, fuzz, mutated, only
from trecx.errors import FetchError
from trecx.files.archive import extract

FOLDER = tempfile.TemporaryDirectory()
PACK = {"": bytes, "gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}
NAMES = (
    *(
        "set/a",
        "set/b",
        "set/down/a",
        "set",
        "set/",
        "",
        ".",
        "/",
        "..",
        "../out",
        "set/../../out",
        "/tmp/fuzzed/out",
    ),
    *(
        "set/./a",
        "set//a",
        "set/a/b",
        "./set/a",
        "set/" + "x" * 300,
        "set/\udcff",
        "~/out",
        "set/a\nb",
        "C:\\out",
        "\\out",
    ),
)
TYPES = (
    *(
        tarfile.REGTYPE,
        tarfile.REGTYPE,
        tarfile.REGTYPE,
        tarfile.AREGTYPE,
        tarfile.DIRTYPE,
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
    ),
    *(
        tarfile.FIFOTYPE,
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.CONTTYPE,
        tarfile.GNUTYPE_SPARSE,
        b"g",
        b"x",
        b"L",
        b"V",
        b"9",
    ),
)
HEADERS = (
    "path",
    "linkpath",
    "size",
    "mtime",
    "GNU.sparse.map",
    "GNU.sparse.size",
    "GNU.sparse.major",
    "GNU.sparse.name",
    "hdrcharset",
)
SAID = (
    "../out",
    "/tmp/fuzzed/out",
    "-1",
    "1e9",
    "9" * 5000,
    "0",
    "set/a\0b",
    "x",
    "1,2,3",
    "0,99999999999",
    "é",
)


@st.composite
def tar(draw):
    """An archive of members of any kind and name, some of which promise another size than they have."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=draw(st.sampled_from((0, 1, 2)))) as archive:
        for _ in range(draw(st.integers(0, 4))):
            info = tarfile.TarInfo(draw(st.sampled_from(NAMES)))
            info.type, info.linkname = draw(st.sampled_from(TYPES)), draw(st.sampled_from(NAMES))
            info.pax_headers = draw(
                st.dictionaries(st.sampled_from(HEADERS), st.sampled_from(SAID), max_size=2)
            )
            content = draw(st.binary(max_size=20))
            info.size = draw(st.sampled_from((len(content), len(content), len(content), *NUMBERS)))
            try:
                archive.addfile(info)
            except (ValueError, UnicodeError, tarfile.TarError):  # what the format has no words for
                continue
            file.write(content + bytes(-len(content) % 512))
    return file.getvalue()


WHOLE = io.BytesIO()
with tarfile.open(fileobj=WHOLE, mode="w") as _archive:
    for _name in ("set/a", "set/down/b"):
        _archive.addfile(_info := tarfile.TarInfo(_name))


def check(data, packing):
    folder = Path(FOLDER.name) / "here"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    archive = folder / "set.tar"
    archive.write_bytes(PACK[packing](data))
    with only(FetchError, folder=folder, may_run_out=True):  # tarfile reads a name as long as it says
        extract(archive, folder / "set", PurePosixPath("set"))
    there = set(os.listdir(folder))
    assert there in ({"set.tar"}, {"set.tar", "set"})
    assert not any(path.is_symlink() or not (path.is_file() or path.is_dir()) for path in folder.rglob("*"))


@fuzz(100, data=tar(), packing=st.sampled_from(list(PACK)))
def test_any_members_of_an_archive(data, packing):
    check(data, packing)


@fuzz(
    100,
    data=mutated(
        (WHOLE.getvalue(), gzip.compress(WHOLE.getvalue())),
        (b"ustar", *TYPES, b"../", b"-1", b"\x80" + b"\xff" * 7),
    ),
)
def test_any_archive(data):
    check(data, "")
