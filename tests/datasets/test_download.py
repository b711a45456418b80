"""Downloads are checked, resumed, and never trusted by half. The server is a real one, on 127.0.0.1."""

import errno
import fcntl
import hashlib
import math
import os
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from trecx.datasets import download
from trecx.datasets.download import fetch_dataset, fetch_file, fetch_models
from trecx.datasets.remote_files import RemoteFile
from trecx.errors import FetchError, UnknownNameError
from trecx.files import paths

CONTENT = np.random.default_rng(0).bytes(300_000)


class Server(ThreadingHTTPServer):
    """Serves `content` at every address, as badly as it is told to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.status = 0  # answer this,
        self.refusals = math.inf  # so many times
        self.cut_after = len(CONTENT)  # bytes, then the line goes dead
        self.knows_range = True
        self.ranges = []  # the Range header of each request

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/some/file.bin"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = self.headers.get("Range")
        self.server.ranges.append(wanted)
        if self.server.status and self.server.refusals:
            self.server.refusals -= 1
            self.send_error(self.server.status)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.knows_range else 0
        body = self.server.content[start:]
        if not body:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            size = len(self.server.content)
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.cut_after])

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("TRECX_MIRROR", raising=False)
    monkeypatch.setattr(download, "RETRIES", download.RETRIES.new(backoff_factor=0))
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def remote(url, content=CONTENT, path="kws/file.bin"):
    return RemoteFile(PurePosixPath(path), url, {hashlib.sha256(content).hexdigest(): len(content)})


def begin(folder, content):
    part = folder / "kws" / "file.bin.part"
    part.parent.mkdir()
    part.write_bytes(content)


def files_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_whole_file_arrives_with_progress_and_is_not_fetched_again(server, tmp_path):
    steps = []
    target = fetch_file(remote(server.url), tmp_path, lambda *step: steps.append(step))
    fetch_file(remote(server.url), tmp_path)
    assert target.read_bytes() == CONTENT
    assert files_below(tmp_path) == ["kws/file.bin"]
    assert len(server.ranges) == 1
    assert steps[-1] == ("kws/file.bin", 300_000, 300_000)
    assert len(steps) > 2 and [step[1] for step in steps] == sorted(step[1] for step in steps)


def test_a_file_that_was_changed_on_disk_is_fetched_again(server, tmp_path):
    target = fetch_file(remote(server.url), tmp_path)
    target.write_bytes(b"x" + CONTENT[1:])
    assert fetch_file(remote(server.url), tmp_path).read_bytes() == CONTENT


def test_a_cut_transfer_is_no_file_and_is_resumed_from_where_it_stopped(server, tmp_path):
    server.cut_after = 200_000
    with pytest.raises(FetchError, match=r"[12]\d\d,\d{3} bytes are kept\).*run this again"):
        fetch_file(remote(server.url), tmp_path)
    assert files_below(tmp_path) == ["kws/file.bin.part"]
    kept = (tmp_path / "kws" / "file.bin.part").stat().st_size
    steps = []
    target = fetch_file(remote(server.url), tmp_path, lambda *step: steps.append(step))
    assert server.ranges == [None, f"bytes={kept}-"]
    assert target.read_bytes() == CONTENT
    assert steps[-1][1:] == (300_000, 300_000)
    assert files_below(tmp_path) == ["kws/file.bin"]


def test_a_server_without_ranges_is_asked_for_the_whole(server, tmp_path):
    server.knows_range = False
    begin(tmp_path, CONTENT[:1000])
    assert fetch_file(remote(server.url), tmp_path).read_bytes() == CONTENT
    assert server.ranges == ["bytes=1000-"]


def test_a_part_longer_than_the_file_is_thrown_away(server, tmp_path):
    begin(tmp_path, CONTENT + b"more")
    assert fetch_file(remote(server.url), tmp_path).read_bytes() == CONTENT
    assert server.ranges == ["bytes=300004-", None]


def test_a_whole_part_only_needs_its_name(server, tmp_path):
    begin(tmp_path, CONTENT)
    assert fetch_file(remote(server.url), tmp_path).read_bytes() == CONTENT
    assert server.ranges == []


def test_a_wrong_part_is_found_by_its_hash_and_deleted(server, tmp_path):
    begin(tmp_path, b"\0" * 1000)
    with pytest.raises(FetchError, match="run this again"):
        fetch_file(remote(server.url), tmp_path)
    assert files_below(tmp_path) == []
    assert fetch_file(remote(server.url), tmp_path).read_bytes() == CONTENT


def test_a_wrong_file_is_deleted_and_both_hashes_are_named(server, tmp_path):
    server.content = b"<html>please log in</html>"
    with pytest.raises(FetchError) as raised:
        fetch_file(remote(server.url), tmp_path)
    for content in (CONTENT, server.content):
        assert hashlib.sha256(content).hexdigest() in str(raised.value)
    assert files_below(tmp_path) == []


def test_a_server_that_sends_without_end_is_stopped(server, tmp_path):
    server.content = CONTENT * 10
    server.cut_after = len(server.content)
    steps = []
    with pytest.raises(FetchError, match="not the file that"):
        fetch_file(remote(server.url), tmp_path, lambda *step: steps.append(step))
    assert steps[-1][1] < 2 * len(CONTENT)


def test_any_accepted_content_will_do(server, tmp_path):
    file = remote(server.url, b"the original")
    file.accepted.update(remote(server.url).accepted)
    assert fetch_file(file, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_is_busy_for_a_moment_is_asked_again(server, tmp_path, status):
    server.status, server.refusals = status, 2
    assert fetch_file(remote(server.url), tmp_path).read_bytes() == CONTENT
    assert len(server.ranges) == 3


@pytest.mark.parametrize("status", [404, 500])
def test_a_refusal_is_named_with_what_to_do(server, tmp_path, status):
    server.status = status
    with pytest.raises(FetchError, match=f"returned {status} .*save it as .*file.bin$"):
        fetch_file(remote(server.url), tmp_path)
    assert files_below(tmp_path) == []


def test_no_network_says_so_and_names_the_mirror(server, tmp_path):
    closed = remote("http://127.0.0.1:1/some/file.bin")
    with pytest.raises(FetchError, match=r"Check the network.*TRECX_MIRROR.* 127\.0\.0\.1/some/file\.bin"):
        fetch_file(closed, tmp_path)
    assert files_below(tmp_path) == []


def test_without_an_address_only_a_mirror_helps(server, tmp_path):
    with pytest.raises(FetchError, match=r"no public address; set TRECX_MIRROR.* archives/file\.bin$"):
        fetch_file(remote(None), tmp_path)
    assert files_below(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is the disk that takes no more")
def test_a_full_disk_says_so_and_leaves_nothing_that_is_trusted(server, tmp_path):
    part = tmp_path / "kws" / "file.bin.part"
    part.parent.mkdir()
    part.symlink_to("/dev/full")
    with pytest.raises(FetchError, match="free space on that disk"):
        fetch_file(remote(server.url), tmp_path)
    assert not (tmp_path / "kws" / "file.bin").exists()


def test_a_read_only_folder_says_so(server, tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(FetchError, match=r"Read-only file system.*make the folder writable"):
        fetch_file(remote(server.url), tmp_path)


def test_a_mirror_is_asked_before_the_network(server, tmp_path, monkeypatch):
    monkeypatch.setenv("TRECX_MIRROR", str(tmp_path / "mirror"))
    copy = tmp_path / "mirror" / "127.0.0.1" / "some" / "file.bin"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(CONTENT)
    assert fetch_file(remote(server.url), tmp_path / "here").read_bytes() == CONTENT
    assert server.ranges == []
    copy.write_bytes(CONTENT[:100])
    with pytest.raises(FetchError, match=r"mirror.*is not the file.*\(100 bytes\)"):
        fetch_file(remote(server.url), tmp_path / "there")
    assert files_below(tmp_path / "there") == []
    assert copy.exists()


SOURCES = """
[[dataset]]
task = "kws"
title = "Some clips"
licence = "none"
url = "{url}"
archive = "set.tar.gz"
root = "inner"
folder = "clips"
n_samples = 1
accepted = [{{ sha256 = "{sha256}", bytes = {bytes} }}]

[published]
url = "{url}"
licence = "none"

[[model]]
task = "kws"
system = "trecx"
path = "model"
files = [{{ name = "saved_model.pb", sha256 = "{sha256}", bytes = {bytes} }}]

[[model]]
task = "kws"
system = "baseline"
path = "model.h5"
files = [{{ name = "", sha256 = "{sha256}", bytes = {bytes} }}]
"""


@pytest.fixture
def listed(server, tmp_path, monkeypatch):
    """A sources.toml that promises what the server has: an archive with one clip."""
    (tmp_path / "a.wav").write_bytes(b"sound")
    with tarfile.open(tmp_path / "set.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "a.wav", "inner/down/a.wav")
    server.content = (tmp_path / "set.tar.gz").read_bytes()
    text = SOURCES.format(
        url=server.url, sha256=hashlib.sha256(server.content).hexdigest(), bytes=len(server.content)
    )
    (tmp_path / "sources.toml").write_text(text)
    monkeypatch.setattr(paths, "SOURCES", tmp_path / "sources.toml")
    return server


def test_a_dataset_is_fetched_and_extracted_once(listed, tmp_path):
    folder = fetch_dataset("kws", folder=tmp_path / "here")
    assert folder == tmp_path / "here" / "kws" / "clips"
    assert fetch_dataset("kws", folder=tmp_path / "here") == folder
    assert files_below(tmp_path / "here") == ["kws/clips/down/a.wav"]
    assert len(listed.ranges) == 1


def test_of_several_who_want_the_same_at_once_one_fetches_and_the_others_wait(listed, tmp_path):
    told = []
    with ThreadPoolExecutor(4) as people:
        wanted = [
            people.submit(fetch_dataset, "kws", lambda *step: told.append(step[0]), folder=tmp_path / "here")
            for _ in range(4)
        ]
    assert {one.result() for one in wanted} == {tmp_path / "here" / "kws" / "clips"}
    assert len(listed.ranges) == 1
    assert files_below(tmp_path / "here") == ["kws/clips/down/a.wav"]


@pytest.mark.parametrize("bring", [fetch_dataset, fetch_models])
def test_who_waits_is_told(listed, tmp_path, bring):
    told, here = [], tmp_path / "here"
    here.mkdir()
    other = os.open(here, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)

    def tell(what, done, total):
        told.append(what)
        if what == f"waiting for another download into {here}":
            os.close(other)

    bring("kws", tell, folder=here)
    assert told[0] == f"waiting for another download into {here}"
    assert len(told) > 1


def test_models_are_fetched_as_folder_and_as_file(listed, tmp_path):
    models = fetch_models("kws", folder=tmp_path / "here")
    place = tmp_path / "here" / "models" / "kws"
    assert models == {"trecx": place / "trecx", "baseline": place / "baseline.h5"}
    assert files_below(place) == ["baseline.h5", "trecx/saved_model.pb"]


@pytest.mark.parametrize("bring", [fetch_dataset, fetch_models])
def test_what_cannot_be_fetched_is_refused_with_what_can(listed, tmp_path, bring):
    with pytest.raises(UnknownNameError, match=r"unknown task 'speech'.*kws"):
        bring("speech", folder=tmp_path)
    with pytest.raises(FetchError, match=r"for digits.*: kws"):
        bring("digits", folder=tmp_path)
    assert listed.ranges == []
