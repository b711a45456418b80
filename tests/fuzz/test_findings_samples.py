"""What fuzzing found in what reads samples, archives, task files and tables of ours: each finding by name."""

import io
import json
import os
import tarfile
from pathlib import PurePosixPath

import pytest

from tests.datasets.test_cifar_pickles import ROWS, python2_batch
from tests.fuzz.harness import only
from trecx.comparison import training_history
from trecx.datasets.cifar_pickles import read_batch
from trecx.datasets.class_folders import list_class_folders
from trecx.datasets.jpeg import read_jpeg
from trecx.datasets.kws import read_wave
from trecx.datasets.sources import load_sources
from trecx.datasets.task_file import read_task_file
from trecx.datasets.vww import LABELS, find_images
from trecx.device import energy
from trecx.errors import DatasetError, EnergyError, FetchError, TrecxError
from trecx.files.archive import extract
from trecx.progress import silent


def test_a_pipe_among_samples_is_a_fault_and_not_waited_for(tmp_path):
    (tmp_path / "set" / "cat").mkdir(parents=True)
    os.mkfifo(tmp_path / "set" / "cat" / "a.wav")
    (tmp_path / "set" / "cat" / os.fsdecode(b"\xff.wav")).touch()
    names, _, faults = list_class_folders(tmp_path / "set", ["cat"], "clip")
    assert names == [] and faults[:2] == [
        "cat/a.wav: not a regular file",
        r"cat/'\udcff.wav': its name is not in UTF-8",
    ]


def test_a_wav_that_promises_four_gigabytes_takes_no_memory(tmp_path):
    head = (
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data\xfe\xff\xff\xff"
    )
    (tmp_path / "a.wav").write_bytes(head + bytes(8))
    with only(), pytest.raises(DatasetError, match="truncated: 4 of the 2,147,483,647 frames"):
        read_wave(tmp_path / "a.wav")


@pytest.mark.parametrize("size", [(20_000, 5_000), (65_535, 65_535)])
def test_an_image_too_large_to_decode_is_told_before_it_is_decoded(tmp_path, size):
    start = b"\xff\xd8\xff\xc0\0\x11\x08" + size[1].to_bytes(2, "big") + size[0].to_bytes(2, "big")
    (tmp_path / "a.jpg").write_bytes(start + b"\3\1\x22\0\2\x11\1\3\x11\1\xff\xd9")
    with only(), pytest.raises(DatasetError):
        read_jpeg(tmp_path / "a.jpg", 32, resize=True)


def test_a_file_name_with_a_null_in_a_table_of_images_is_a_fault(tmp_path):
    (tmp_path / LABELS).write_bytes(b"a\0.bin, 2, 1\n")
    assert "is not the name of a .bin file" in find_images(tmp_path, silent).faults[0]


@pytest.mark.parametrize("put", [b"r\xff\xff\xff\x7f", b"p2000000000\n"], ids=["binary", "text"])
def test_a_pickle_that_counts_to_two_billion_takes_no_memory(tmp_path, put):
    (tmp_path / "batch").write_bytes(b"\x80\x02}" + put + python2_batch(ROWS, [0] * 20)[3:])
    with only(), pytest.raises(DatasetError, match="memo number 2,"):
        read_batch(tmp_path / "batch")


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE])
def test_a_name_that_promises_a_terabyte_is_damage_and_takes_no_memory(tmp_path, kind):
    info = tarfile.TarInfo("set/a")
    info.type, info.size = kind, 2**40
    (tmp_path / "set.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    with only(folder=tmp_path), pytest.raises(FetchError, match="is damaged"):
        extract(tmp_path / "set.tar", tmp_path / "set", PurePosixPath("set"))


def tar(*members, **promised):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name in members:
            info = tarfile.TarInfo(name)
            info.size = promised.get("size", 0)
            info.pax_headers = promised.get("said", {})
            archive.fileobj.write(info.tobuf(tarfile.PAX_FORMAT))  # addfile would ask for the bytes promised
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        tar("set/a", "set/a"),
        tar("set/a", "set/a/b"),
        tar("set/a/b", "set/a"),
        tar("set/" + "x" * 300),
        tar("set/a", ""),
        tar("set/a", "."),
        tar("set/a", size=2**40),
        tar("set/a", said={"path": "set/a\0b"}),
        tar("set/a", said={"size": "-1"}),
        tar("set/a", said={"GNU.sparse.map": "0,1", "GNU.sparse.size": "99999999999999"}),
    ],
    ids=[
        "twice",
        "below a file",
        "over a folder",
        "long",
        "no name",
        "its folder",
        "large",
        "null",
        "-1",
        "sparse",
    ],
)
def test_an_archive_whose_members_cannot_be_leaves_nothing(tmp_path, data):
    archive = tmp_path / "set.tar"
    archive.write_bytes(data)
    with only(folder=tmp_path), pytest.raises(FetchError):
        extract(archive, tmp_path / "set", PurePosixPath("set"))
    assert os.listdir(tmp_path) == ["set.tar"]


def test_an_archive_that_unpacks_to_too_much_is_refused_by_what_it_says(tmp_path, monkeypatch):
    monkeypatch.setattr("trecx.files.archive.MAX_UNPACKED_BYTES", 100)
    (tmp_path / "set.tar").write_bytes(tar("set/a", size=101))
    with pytest.raises(FetchError, match="more than 100 bytes uncompressed"):
        extract(tmp_path / "set.tar", tmp_path / "set", PurePosixPath("set"))


IMAGES = 'name = "pets"\nsamples = "images"\n[preprocess]\nsize = [8, 6]\n'


@pytest.mark.parametrize(
    "line",
    [
        "scale = 1" + "0" * 400,
        "offset = 1e300",
        "scale = nan",
        "offset = " + "[" * 5_000,
        "x = 1" + "0" * 5_000,
    ],
)
def test_a_number_that_no_sample_can_be_scaled_by_is_told(tmp_path, line):
    (tmp_path / "task.toml").write_text(IMAGES + line)
    with only(), pytest.raises(DatasetError):
        read_task_file(tmp_path / "task.toml")


def test_a_rate_that_no_sound_has_makes_no_clip_of_a_hundred_gigabytes(tmp_path):
    text = 'name = "bell"\nsamples = "wavs"\n[preprocess]\nsample_rate = 1000000000\nseconds = 60\n'
    (tmp_path / "task.toml").write_text(text)
    with pytest.raises(DatasetError, match="sample_rate must be a whole number of Hz"):
        read_task_file(tmp_path / "task.toml")


@pytest.mark.parametrize(
    "text", ["", "[", "dataset = 1", "x = " + "[" * 5_000, '[[dataset]]\ntask = "../.."']
)
def test_a_damaged_list_of_sources_is_told(tmp_path, text):
    (tmp_path / "sources.toml").write_text(text)
    with pytest.raises(FetchError, match="is not a valid list of sources"):
        load_sources(tmp_path / "sources.toml")


@pytest.mark.parametrize(
    "place", ['archive = "../x"', 'archive = "/x"', 'folder = "a/../../b"', 'root = "/etc"']
)
def test_a_source_outside_the_folder_of_downloads_is_refused(tmp_path, place):
    key = place.split()[0]
    said = {
        "task": "kws",
        "title": "t",
        "licence": "l",
        "archive": "a",
        "folder": "f",
        "root": "r",
        "n_samples": 1,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in said.items() if name != key]
    (tmp_path / "sources.toml").write_text("\n".join(["[[dataset]]", *lines, place, "accepted = []"]))
    with pytest.raises(FetchError, match="leads out of its folder"):
        load_sources(tmp_path / "sources.toml")


@pytest.mark.parametrize("change", [("kws", "zebra"), (",", ";"), ("profile", "x")])
def test_a_damaged_table_of_profiles_is_told(tmp_path, change):
    text = energy.ENERGY_PROFILES.read_text(encoding="utf-8")
    (tmp_path / "profiles.csv").write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(EnergyError, match="cannot be read as a table of device profiles"):
        energy.read_profiles(tmp_path / "profiles.csv")


@pytest.mark.parametrize("rows", ["", "1,nan,0.5\n", "1,x,0.5\n"])
@pytest.mark.parametrize("seed", ["seed-1", "seed-x"])
def test_a_history_without_epochs_or_numbers_is_told(tmp_path, rows, seed):
    folder = tmp_path / "kws" / "trecx" / seed
    folder.mkdir(parents=True)
    rows = rows if seed == "seed-1" else "1,0.5,0.5\n"
    (folder / "history.csv").write_text("epoch,final_accuracy,test_final_accuracy\n" + rows)
    with pytest.raises(TrecxError, match="is not a training history"):
        training_history.learning_curves(tmp_path, "kws")
