"""A dataset published as loose files is there only when all of them are. The server is a real one."""

import hashlib
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from trecx.datasets import download
from trecx.datasets.download import fetch_dataset
from trecx.errors import FetchError
from trecx.files import paths

FILES = {f"{number}.bin": bytes([number]) * 5000 for number in range(4)} | {"y_labels.csv": b"0.bin,2,1\n"}
SOURCES = """
model = []
published = {{ url = "" }}

[[dataset]]
task = "vww"
title = "Some images"
licence = "none"
files_url = "{url}/set"
manifest = "set.sha256"
file_bytes = 5000
archive = "set.tar.gz"
root = "set"
folder = "images"
n_samples = 4
accepted = [{{ sha256 = "00", bytes = 1 }}]
"""


class Handler(SimpleHTTPRequestHandler):
    def copyfile(self, source, outputfile):
        outputfile.write(source.read(self.server.cut.get(self.path, -1)))

    def log_message(self, format, *args):
        if args[1] == "200":
            self.server.sent.append(self.path)


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server of FILES, and a sources.toml that promises them."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("TRECX_MIRROR", raising=False)
    monkeypatch.setattr(download, "RETRIES", download.RETRIES.new(backoff_factor=0))
    monkeypatch.setattr(paths, "SOURCES", tmp_path / "sources.toml")
    published = tmp_path / "published" / "set"
    published.mkdir(parents=True)
    for name, content in FILES.items():
        (published / name).write_bytes(content)
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in FILES.items()]
    (tmp_path / "set.sha256").write_text("".join(lines))

    def handle(*args):
        return Handler(*args, directory=tmp_path / "published")

    with ThreadingHTTPServer(("127.0.0.1", 0), handle) as server:
        server.sent, server.cut = [], {}  # paths; path → bytes, then the line goes dead
        paths.SOURCES.write_text(SOURCES.format(url=f"http://127.0.0.1:{server.server_address[1]}"))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_all_files_arrive_with_progress_and_are_not_fetched_again(server, tmp_path):
    steps = []
    images = fetch_dataset("vww", lambda *step: steps.append(step), folder=tmp_path / "here")
    assert images == tmp_path / "here" / "vww" / "images"
    assert contents(images) == FILES
    assert [path.name for path in images.parent.iterdir()] == ["images"]
    assert [step[0] for step in steps] == ["vww/images, 5 files"] * 5
    assert [step[1] for step in steps] == [5000, 10_000, 15_000, 20_000, 20_010]
    assert steps[0][2] == 25_000 and steps[-1][2] == 20_010
    assert fetch_dataset("vww", folder=tmp_path / "here") == images
    assert server.sent == [f"/set/{name}" for name in FILES]


def test_a_cut_leaves_no_dataset_and_the_next_call_goes_on_from_it(server, tmp_path):
    server.cut = {"/set/2.bin": 1000}
    with pytest.raises(
        FetchError, match=r"2\.bin could not be .*2 of 5 files are downloaded and kept.*archives/set"
    ):
        fetch_dataset("vww", folder=tmp_path / "here")
    place = tmp_path / "here" / "vww"
    assert [path.name for path in place.iterdir()] == ["images.partial"]
    assert sorted(contents(place / "images.partial")) == ["0.bin", "1.bin", "2.bin.part"]
    server.cut, server.sent = {}, []
    (place / "images.partial" / "1.bin").write_bytes(b"damaged")
    assert contents(fetch_dataset("vww", folder=tmp_path / "here")) == FILES
    assert server.sent == ["/set/1.bin", "/set/2.bin", "/set/3.bin", "/set/y_labels.csv"]
    assert [path.name for path in place.iterdir()] == ["images"]


def test_one_wrong_file_is_named_and_not_kept(server, tmp_path):
    (tmp_path / "published" / "set" / "3.bin").write_bytes(b"<html>please log in</html>")
    with pytest.raises(FetchError, match=r"/set/3\.bin is not the file(.|\n)*3 of 5 files are downloaded"):
        fetch_dataset("vww", folder=tmp_path / "here")
    place = tmp_path / "here" / "vww"
    assert not (place / "images").exists()
    assert sorted(contents(place / "images.partial")) == ["0.bin", "1.bin", "2.bin"]


def test_a_missing_file_is_named(server, tmp_path):
    (tmp_path / "published" / "set" / "0.bin").unlink()
    with pytest.raises(FetchError, match=r"/set/0\.bin returned 404 .*images\.partial/0\.bin\. 0 of 5"):
        fetch_dataset("vww", folder=tmp_path / "here")


def test_a_server_that_is_gone_is_no_dataset(server, tmp_path):
    paths.SOURCES.write_text(SOURCES.format(url="http://127.0.0.1:1"))
    with pytest.raises(
        FetchError, match=r"Check the network.* 0 of 5 files.*TRECX_MIRROR.*archives/set\.tar\.gz"
    ):
        fetch_dataset("vww", folder=tmp_path / "here")
    assert not (tmp_path / "here" / "vww" / "images").exists()


def test_an_archive_in_a_mirror_is_asked_before_the_network(server, tmp_path, monkeypatch):
    monkeypatch.setenv("TRECX_MIRROR", str(tmp_path / "mirror"))
    (tmp_path / "mirror" / "archives").mkdir(parents=True)
    (tmp_path / "mirror" / "archives" / "set.tar.gz").write_bytes(b"not what is promised")
    with pytest.raises(FetchError, match=r"archives/set\.tar\.gz is not the file"):
        fetch_dataset("vww", folder=tmp_path / "here")
    assert server.sent == []


def test_any_content_that_the_manifest_lists_for_a_name_will_do(server, tmp_path):
    with (tmp_path / "set.sha256").open("a") as manifest:
        manifest.write(f"{hashlib.sha256(b'0.bin, 2, 1').hexdigest()}  y_labels.csv\n")
    (tmp_path / "published" / "set" / "y_labels.csv").write_bytes(b"0.bin, 2, 1")
    images = fetch_dataset("vww", folder=tmp_path / "here")
    assert (images / "y_labels.csv").read_bytes() == b"0.bin, 2, 1"
