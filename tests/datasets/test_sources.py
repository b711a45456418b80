"""What sources.toml promises is complete, is what the mirror has, and tells which models are published."""

import hashlib
import shutil

import pytest

from trecx.datasets.download import fetch_dataset, fetch_models
from trecx.datasets.remote_files import file_sha256
from trecx.datasets.sources import load_sources, published_model
from trecx.files import paths

CONTENTS = {"saved_model.pb": b"graph", "variables/variables.index": b"index"}
SOURCES = """
dataset = []
published = {{ url = "https://example.org", licence = "none" }}

[[model]]
task = "kws"
system = "trecx"
path = "model"
files = [
    {{ name = "variables/variables.index", sha256 = "{index}", bytes = 5 }},
    {{ name = "saved_model.pb", sha256 = "{graph}", bytes = 5 }},
]

[[model]]
task = "kws"
system = "baseline"
path = "model.h5"
files = [{{ name = "", sha256 = "{graph}", bytes = 5 }}]
"""


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A sources.toml that promises a folder of two files and an .h5; the folder as it was published."""
    hashes = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("graph", "index")}
    (tmp_path / "sources.toml").write_text(SOURCES.format(**hashes))
    monkeypatch.setattr(paths, "SOURCES", tmp_path / "sources.toml")
    folder = tmp_path / "somewhere"
    for name, content in CONTENTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_a_published_model_is_known_wherever_it_lies(published, tmp_path):
    assert published_model(published)
    (tmp_path / "mine.h5").write_bytes(b"graph")
    assert published_model(tmp_path / "mine.h5")
    assert published_model(published.rename(tmp_path / "elsewhere"))


@pytest.mark.parametrize("name", CONTENTS)
def test_a_model_with_a_file_changed_missing_or_moved_is_not_published(published, name):
    (published / name).write_bytes(b"other")
    assert not published_model(published)
    (published / name).unlink()
    assert not published_model(published)
    (published / "moved").write_bytes(CONTENTS[name])
    assert not published_model(published)


def test_a_model_with_a_file_too_many_is_not_published(published):
    (published / "saved_model.cpb").write_bytes(b"another graph, which would be read first")
    assert not published_model(published)


def test_another_file_or_nothing_is_not_published(published, tmp_path):
    (tmp_path / "other.h5").write_bytes(b"index")
    assert not published_model(tmp_path / "other.h5")
    assert not published_model(tmp_path / "nothing.h5")
    (tmp_path / "empty").mkdir()
    assert not published_model(tmp_path / "empty")


def test_every_source_is_listed_with_what_is_needed_to_check_it():
    sources = load_sources()
    files = [file for model in sources.models for file in model.files]
    for dataset in sources.datasets:
        files += [dataset.archive, *dataset.files]
        assert set(dataset.md5) <= {"test_batch"}
    for task in ("kws", "ic", "vww"):
        usual = [source for source in sources.datasets if source.task == task and not source.only_by_key]
        assert not usual[0].mirror_only, f"{task} has no published test set"
    for file in files:
        assert file.accepted and (file.url or "archives" in file.mirror_path.parts)
        assert all(len(sha256) == 64 and size > 0 for sha256, size in file.accepted.items())
    assert len({file.path for file in files}) == len(files)
    assert len(sources.models) == 14
    folders = [model for model in sources.models if not model.path.suffix]
    assert all(model.files[-1].path.name == "saved_model.pb" for model in folders)


@pytest.mark.mirror
@pytest.mark.parametrize(("task", "n_systems"), [("kws", 6), ("ic", 5), ("vww", 3)])
def test_the_published_models_are_what_sources_toml_says(tmp_path, task, n_systems):
    models = fetch_models(task, folder=tmp_path)
    assert len(models) == n_systems
    for path in models.values():
        assert path.suffix == ".h5" if path.is_file() else (path / "saved_model.pb").is_file()
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.mirror
@pytest.mark.parametrize("task", ["kws", "ic", "vww"])
def test_a_published_model_is_told_from_a_copy_with_one_byte_changed(tmp_path, task):
    for system, path in fetch_models(task, folder=tmp_path / "downloads").items():
        assert published_model(path)
        copy = tmp_path / system
        shutil.copy(path, copy) if path.is_file() else shutil.copytree(path, copy)
        assert published_model(copy)
        last = max(file for file in (copy, *copy.rglob("*")) if file.is_file())
        content = last.read_bytes()
        last.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        assert not published_model(copy)


@pytest.mark.mirror
def test_the_manifest_is_what_the_archive_of_images_holds(tmp_path):
    folder = fetch_dataset("vww", folder=tmp_path)
    promised = {
        file.path.name: file for file in load_sources().find_dataset("vww", "mlperf-tiny-vww01").files
    }
    found = {path.name: path for path in folder.iterdir()}
    assert promised.keys() == found.keys() and len(found) == 1001
    assert all(file_sha256(found[name]) in file.accepted for name, file in promised.items())
    assert max(path.stat().st_size for path in found.values()) == promised["y_labels.csv"].limit
    table = found["y_labels.csv"].read_bytes()
    as_published = table.replace(b",", b", ")
    contents = (table, as_published, as_published.replace(b"\n", b"\r\n"))
    assert promised["y_labels.csv"].accepted.keys() == {hashlib.sha256(each).hexdigest() for each in contents}
