"""Whatever a text file says, ours or a user's: it is understood, or an error says what is wrong with it."""

import tempfile
from pathlib import Path

from hypothesis import strategies as st

from tests.fuzz.harness import fuzz, mutated, only
from trecx.comparison import training_history
from trecx.datasets.sources import load_sources
from trecx.datasets.task_file import read_task_file
from trecx.device import energy
from trecx.errors import DatasetError, EnergyError, FetchError, TrecxError, UnknownNameError
from trecx.files.paths import ENERGY_PROFILES, SOURCES
from trecx.importing.examples import TASK_FILES

FOLDER = tempfile.TemporaryDirectory()
HERE = Path(FOLDER.name)
TOML_VALUES = (
    *(
        "1",
        "-1",
        "0.5",
        "nan",
        "inf",
        "-inf",
        "1e999",
        "9" * 400,
        "9" * 5000,
        "0x" + "f" * 400,
        "true",
        '"a"',
        '""',
        "''",
        "'''a\nb'''",
    ),
    *(
        "1979-05-27",
        "07:32:00",
        "1979-05-27T07:32:00Z",
        "[]",
        "{}",
        "[1, 2]",
        '["a", "a"]',
        '["../a", "b"]',
        '["a", "b"]',
        "{a = 1}",
    ),
    *(
        "[96, 96]",
        "[0, 1]",
        "[1e9, 1]",
        "[true, true]",
        '"images"',
        '"wavs"',
        '"npz"',
        '"mfcc"',
        '"grey"',
        "[" * 5000,
        "{a=" * 5000,
    ),
    *('"kws"', '"my task"', '"\\u0000"', '"\\uD800"', '"' + "x" * 5000 + '"'),
)
KEYS = (
    "name",
    "title",
    "noun",
    "samples",
    "classes",
    "preprocess",
    "size",
    "colour",
    "resize",
    "sample_rate",
    "seconds",
    "features",
    "scale",
    "offset",
    '""',
    "a.b",
    "name.x",
)
lines = st.builds("{} = {}\n".format, st.sampled_from(KEYS), st.sampled_from(TOML_VALUES)) | st.sampled_from(
    (
        "[preprocess]\n",
        "[[preprocess]]\n",
        "[classes]\n",
        "[" * 999 + "\n",
        "\0",
        "# \r",
        "\ufeff",
        "a = {b = 1, b = 2}\n",
    )
)


def written(data, name):
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@st.composite
def task_file(draw):
    """A task file with lines put in, left out and changed."""
    text = draw(st.sampled_from([text for text in TASK_FILES.values()])).splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text[at : at + draw(st.integers(0, 1))] = [draw(lines)]
    return "".join(text).encode("utf-8", "surrogatepass")


TASKS = tuple(text.encode() for text in TASK_FILES.values())


@fuzz(200, data=task_file() | mutated(TASKS, tuple(value.encode() for value in TOML_VALUES)))
def test_any_task_file(data):
    path = written(data, "task.toml")
    with only(DatasetError, UnknownNameError):
        task = read_task_file(path)
        assert task.kind in ("images", "wavs", "npz") and str(task.classes).encode()


SOURCE = SOURCES.read_bytes()


@fuzz(40, data=mutated((SOURCE[:3000], SOURCE), (b"..", b"/", b"[[dataset]]", b"= 1\n", b"[" * 5000)))
def test_any_list_of_sources(data):
    path = written(data, "sources.toml")
    with only(FetchError):
        sources = load_sources(path)
        for dataset in sources.datasets:
            assert not {"..", "/"} & {*dataset.folder.parts, *dataset.archive.path.parts, *dataset.root.parts}


@fuzz(
    40,
    data=mutated(
        (ENERGY_PROFILES.read_bytes()[:3000],), (b",", b'"', b"\n", b"nan", b"-1", b"1e999", b"\0", b"\xff")
    ),
)
def test_any_table_of_energy_profiles(data):
    path = written(data, "profiles.csv")
    with only(EnergyError):
        for profile in energy.read_profiles(path).values():
            energy.estimated_costs(profile, "kws", [1, 2])


HISTORY = b"epoch,final_accuracy,test_final_accuracy\n1,0.5,0.25\n2,0.75,0.5\n"


@fuzz(
    100,
    data=mutated(
        (HISTORY, HISTORY.replace(b"test", b"validation")),
        (b",", b"\n", b'"', b"nan", b"1e999", b"\0", b"\xff", b"x"),
    ),
)
def test_any_history_of_a_training(data):
    written(data, "models/kws/trecx/seed-1/history.csv")
    with only(TrecxError):
        for curve in training_history.learning_curves(HERE / "models", "kws"):
            assert curve.level_epoch >= 1 and len(curve.training) == len(curve.measured)
