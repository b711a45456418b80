"""Whatever is in a file of scores: it is read as scores, or a ScoresError says what is wrong with it."""

import io
import json
import struct
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tests.fuzz.harness import NUMBERS, fuzz, mutated, only
from trecx.errors import ScoresError
from trecx.importing import ReadOptions, read_scores
from trecx.importing.preview import preview_of
from trecx.threshold.exit_table import ExitTable

LABELS = np.array([0, 1, 1])
PROBABILITIES = np.array([[[0.75, 0.25], [0.5, 0.5]], [[0.25, 0.75], [0, 1]], [[1, 0], [0, 1]]], np.float32)
HEAD = '# exit_flops: 10, 20\n# class_names: ["b", "a"]\n# energy_uj: 1.5, 2\n'
CSV = "label,exit1_a,exit1_b,exit2_a,exit2_b\na,0.75,0.25,0.5,0.5\nb,0.25,0.75,0,1\n"
TRACE = 'sample,label,exit1_prediction,exit1_confidence\nx,0,0,0.75\n"y\nz",1,0,0.5\n'
TEXTS = (
    *("", "a", "b", "0", "1", "-1", "0.5", "1e999", "-1e999", "1e300", "nan", "NaN", "inf", "0x10", "1_0"),
    *("1,5", "999999999"),
    *("True", "None", "١", "९९", "\ufeffa", "a\0", '"', '""', "a\nb", "a\r", "=1+1", "\u202ea", "9" * 400),
    *(
        "exit1_a",
        "exit01_a",
        "exit1_prediction",
        "exit1_confidence",
        "exit999_a",
        "label",
        "sample",
        "x" * 70_000,
    ),
    *(str(number) for number in NUMBERS),
)
text = st.sampled_from(TEXTS) | st.text(max_size=8)
value = st.recursive(
    st.none() | st.booleans() | st.sampled_from(NUMBERS) | st.floats() | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)
said = st.fixed_dictionaries(
    {},
    optional={
        key: st.just([10, 20]) | value for key in ("exit_flops", "class_names", "energy_uj", "latency_ms")
    },
)


OPTIONS = (
    ReadOptions((), ("a", "b")),
    ReadOptions((), ("a", "b"), labels_from=1),
    ReadOptions(("b", "a"), logits=True),
    ReadOptions(sigmoid=True, logits=True),
    ReadOptions(sigmoid=True, labels_from=0),
)


def take_in(name, data, **more):
    """Do with a file what the page does: read it, look at it, and count it as if it were kept."""
    for options in OPTIONS:
        take_in_as(options, {name: data} | more)


def take_in_as(options, files):
    with only(ScoresError):
        file = read_scores(files, options)
        preview_of(file)
        scores = file.scores([] if "exit_flops" in file.said else [10 * (k + 1) for k in range(file.n_exits)])
        assert ExitTable.of(scores).curve().accuracy.max() <= 1
        assert "".join([*scores.class_names, *scores.sample_names]).encode() is not None


def npz_bytes(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


WHOLE = {"labels": LABELS, "probabilities": PROBABILITIES, "exit_flops": np.array([10, 20])}
NAMES = {
    "class_names": np.array(["a", "b"]),
    "sample_names": np.array(["x", "y", "z"]),
    "energy_uj": np.array([1.0, 2]),
}
NPZ = (
    npz_bytes(**WHOLE, **NAMES),
    npz_bytes(labels=LABELS, predictions=np.eye(3, 2, dtype=int), confidence=np.full((3, 2), 0.5)),
)
dimension = st.sampled_from((0, 1, 2, 3, -1, 10**6, 10**9, 10**12, 2**62, 2**63, True, "3", 2.0, None, (1,)))
descr = st.sampled_from(
    (
        *("<f4", "<f8", "<f2", ">f4", "<i8", "|u1", "<u8", "|b1", "<U3", "<U0", "|S3", "|S0", "|V0", "|V4"),
        *("|O", "<M8[s]", "<c8", "<m8", "x", "<f3", "<U99999999", "", None, "<T16", "|T16", {"a": 1}, []),
        *(("<f4", (2, 2)), [("a", "<f4")], [("a", "|O")]),
    )
)


@st.composite
def npy(draw):
    """An array's file: a header that may promise anything, and some bytes."""
    shape = draw(st.lists(dimension, max_size=4).map(tuple) | st.just((3, 2, 2)) | st.just((3,)) | dimension)
    header = {
        "descr": draw(descr),
        "fortran_order": draw(st.sampled_from((False, False, True, 1, "x"))),
        "shape": shape,
    }
    header |= draw(st.sampled_from(({}, {}, {}, {"more": 1})))
    text = (
        repr(header)
        if draw(st.integers(0, 9))
        else draw(st.sampled_from(("", "{", "[]", "{[]: 1}", "(" * 500, "1+1", "{}" * 9)))
    )
    version = draw(st.sampled_from(((1, 0), (1, 0), (2, 0), (3, 0), (0, 0), (255, 255))))
    size = len(text) if draw(st.integers(0, 9)) else draw(st.sampled_from((0, 1, 65535)))
    head = (
        b"\x93NUMPY"
        + bytes(version)
        + struct.pack("<H" if version == (1, 0) else "<I", size)
        + text.encode("latin1")
    )
    sides = [side for side in shape if isinstance(side, int)] if isinstance(shape, tuple) else [1]
    promised = abs(int(np.prod(sides, dtype=object))) * draw(st.sampled_from((0, 1, 2, 3, 4, 8, 12, 16)))
    body = (
        draw(st.sampled_from((b"\0", b"\1\0\0\0", b"\xff", b"\x80\x3f\0\0", b"\x80\x04\x95."))) * promised
        if promised < 5_000
        else b""
    )
    return head + body[:promised]


@st.composite
def npz(draw):
    """A zip of arrays, perhaps several of one name, compressed in any way."""
    file = io.BytesIO()
    names = draw(
        st.just(list(WHOLE)) | st.just(["labels", "predictions", "confidence"]) | st.just([*WHOLE, *NAMES])
    )
    names += draw(st.lists(st.sampled_from((*WHOLE, "predictions", "confidence", "../x")), max_size=2))
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            good = WHOLE_NPY[name] if name in WHOLE_NPY and draw(st.integers(0, 3)) else draw(npy())
            kind = draw(
                st.sampled_from(
                    (
                        zipfile.ZIP_STORED,
                        zipfile.ZIP_STORED,
                        zipfile.ZIP_DEFLATED,
                        zipfile.ZIP_BZIP2,
                        zipfile.ZIP_LZMA,
                    )
                )
            )
            archive.NameToInfo.pop(f"{name}.npy", None)  # else it warns of a second one
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), good, kind)
    return file.getvalue()


def npy_bytes(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


TRACE_ARRAYS = {"predictions": np.eye(3, 2, dtype=int), "confidence": np.full((3, 2), 0.5)}
WHOLE_NPY = {name: npy_bytes(array) for name, array in (WHOLE | NAMES | TRACE_ARRAYS).items()}


@fuzz(150, data=mutated(NPZ, (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"\x93NUMPY\1\0")) | st.binary(max_size=200))
def test_any_npz_file(data):
    take_in("x.npz", data)


@fuzz(150, data=npz())
def test_any_arrays_in_an_npz_file(data):
    take_in("x.npz", data)


SIGNS = (
    b",",
    b";",
    b"\t",
    b'"',
    b"\r",
    b"\n",
    b"\r\n",
    b"#",
    b"\xef\xbb\xbf",
    b"\xff",
    *(text.encode() for text in TEXTS),
)
CSVS = tuple(
    text.encode() for text in (HEAD + CSV, CSV.replace(",", ";"), TRACE, HEAD + TRACE.replace("\n", "\r\n"))
)


@fuzz(150, data=mutated(CSVS, SIGNS) | st.binary(max_size=200))
def test_any_csv_file(data):
    take_in("x.csv", data)


@st.composite
def table(draw, cell):
    """Columns with their cells: those of a whole table, some of them spoilt."""
    trace, n = draw(st.booleans()), draw(st.integers(0, 4))
    good = {"label": ("0", "1"), "sample": ("x", "y", "z")}
    for k in range(1, draw(st.integers(1, 3)) + 1):
        kinds = (
            {"prediction": ("0", "1"), "confidence": ("0.5", "1")}
            if trace
            else {"a": ("0.5",), "b": ("0.5",)}
        )
        good |= {f"exit{k}_{kind}": values for kind, values in kinds.items()}
    names = draw(st.permutations(list(good)))[: draw(st.sampled_from((99, 99, 99, 3)))]
    columns = []
    for name in names:
        values = [*good[name], *[None] * (name == "sample")]
        spoilt = draw(st.sampled_from((False, False, False, True)))
        cells = [
            draw(cell) if spoilt and draw(st.booleans()) else values[k % len(good[name])] for k in range(n)
        ]
        if name == "sample" and not spoilt:
            cells = list("pqrs"[:n])
        columns.append((draw(text) if draw(st.integers(0, 19)) == 0 else name, cells))
    return columns


@st.composite
def csv_table(draw):
    """A table written by any rules."""
    columns = draw(table(text))
    separator, end = draw(st.sampled_from(",,;\t")), draw(st.sampled_from(("\n", "\n", "\r\n", "\r", "\n\n")))
    quoted = draw(st.booleans())
    head = [f"# {key}: {json.dumps(found)}" for key, found in draw(said).items()]
    rows = [[name for name, _ in columns], *zip(*(cells for _, cells in columns), strict=True)]
    lines = [
        separator.join('"' + cell.replace('"', '""') + '"' if quoted else cell for cell in row)
        for row in rows
    ]
    return (end.join([*head, *lines]) + end).encode("utf-8", "surrogatepass")


@fuzz(200, data=csv_table())
def test_any_table_in_a_csv_file(data):
    take_in("x.csv", data)


def test_a_csv_file_of_ten_thousand_columns():
    names = ["label", *(f"exit1_{k}" for k in range(10_000))]
    take_in("x.csv", f"{','.join(names)}\n{','.join(['0'] * len(names))}\n".encode())


def parquet_bytes(table):
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


FRAME = pd.DataFrame({"label": ["a", "b"], "exit1_a": [0.75, 0.25], "exit1_b": [0.25, 0.75]})
FRAME.attrs = {"exit_flops": [10]}
PARQUETS = (
    parquet_bytes(pa.Table.from_pandas(FRAME)),
    parquet_bytes(pa.table({"label": [0, 1], "exit1_prediction": [0, 1], "exit1_confidence": [0.5, 1.0]})),
)
KINDS = (
    *(pa.float32(), pa.float64(), pa.float16(), pa.int8(), pa.int64(), pa.uint64(), pa.bool_(), pa.string()),
    *(pa.null(), pa.large_string(), pa.binary(), pa.date32(), pa.timestamp("ns"), pa.decimal128(9, 2)),
    *(pa.list_(pa.float32()), pa.dictionary(pa.int8(), pa.string()), pa.struct([("a", pa.int8())])),
    *(pa.string_view(), pa.time64("us"), pa.duration("s")),
)
CELLS = st.sampled_from(
    (0, 1, 0.5, "a", "b", None, True, float("nan"), 1e300, -1, b"\xff\xfe", 2**62, "9" * 9)
)


@st.composite
def parquet_table(draw):
    """A table of columns of any kinds, and anything said beside it."""
    names, columns = [], []
    for name, cells in draw(table(CELLS)):
        usual = pa.float32() if "confidence" in name or name[-2:] in ("_a", "_b") else pa.string()
        kind = draw(st.sampled_from((usual, usual, usual, *KINDS)))
        try:
            columns.append(
                pa.array([float(cell) for cell in cells] if pa.types.is_floating(kind) else cells, kind)
            )
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            columns.append(pa.array([draw(st.sampled_from((0, 1, 0.5, 1e300)))] * len(cells), pa.float64()))
        names.append(name)
    attributes = (
        json.dumps(draw(said))
        if draw(st.integers(0, 9))
        else draw(st.sampled_from(("", "{", "[" * 9_000, "1")))
    )
    try:
        return parquet_bytes(
            pa.Table.from_arrays(columns, names).replace_schema_metadata({"PANDAS_ATTRS": attributes})
        )
    except (pa.ArrowException, ValueError):  # what Parquet has no words for
        return PARQUETS[0]


@fuzz(150, data=mutated(PARQUETS, (b"PAR1",)) | st.binary(max_size=200))
def test_any_parquet_file(data):
    take_in("x.parquet", data)


@fuzz(150, data=parquet_table())
def test_any_table_in_a_parquet_file(data):
    take_in("x.parquet", data)


@fuzz(150, data=npy() | mutated(tuple(WHOLE_NPY.values()), (b"\x93NUMPY\1\0",)), labels=npy() | st.just(None))
def test_any_npy_files(data, labels):
    take_in("x.npy", data, **{"y.npy": WHOLE_NPY["labels"] if labels is None else labels})


JSON_LINES = (
    b'{"exit_flops": [10, 20]}\n{"label": "a", "exit1_a": 0.75, "exit1_b": 0.25}\n',
    b'{"label": 0, "sample": "x", "probabilities": [[0.75, 0.25], [1, 0]]}\n',
    b'{"label": 0, "predictions": [0, 1], "confidence": [0.5, 1]}\n',
    b'[{"label": "a", "exit1": {"a": 0.5, "b": 0.5}}]\n',
)
KEYS = st.sampled_from(
    (
        "label",
        "sample",
        "probabilities",
        "predictions",
        "confidence",
        "exit1",
        "exit1_a",
        "exit1_b",
        "exit_flops",
    )
)
record = st.dictionaries(KEYS | text, value, max_size=5) | st.fixed_dictionaries(
    {"label": st.sampled_from((0, 1, "a", "b")) | value},
    optional={"probabilities": st.just([[0.75, 0.25]]) | value, "sample": text, "exit1": value},
)


@fuzz(
    150, data=mutated(JSON_LINES, (b"{", b"}", b"[", b"]", b"\n", b"NaN", b"1e999")) | st.binary(max_size=200)
)
def test_any_json_lines(data):
    take_in("x.jsonl", data)


@fuzz(150, rows=st.lists(record | value, max_size=4), listed=st.booleans())
def test_any_objects_in_json_lines(rows, listed):
    data = json.dumps(rows) if listed else "\n".join(map(json.dumps, rows))
    take_in("x.json", data.encode())


LOG = (
    b'1.0 parser: Command "bload dut "C:\\d\\x.bin""\n1.1 dut: m-results-[0.992,0.007]\n'
    b'1.2 parser: Command "bload dut "C:\\d\\y.bin""\n1.3 dut: m-results-[0.332,0.667]\n'
)
Y_LABELS = b"x.bin,2,0\ny.bin,2,1\n"


@fuzz(
    150,
    data=mutated((LOG, LOG.replace(b"parser", b"x")), (b"m-results-[", b"]", b",", b"\n", b"-128", b"1e999")),
    labels=st.just(Y_LABELS) | mutated((Y_LABELS,), (b",", b"\n", b'"')),
)
def test_any_log_and_its_labels(data, labels):
    take_in("x.txt", data, **{"y_labels.csv": labels})
