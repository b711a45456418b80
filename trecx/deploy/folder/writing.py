"""Writes the folder of a deployment as a whole."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np

from trecx.deploy.folder.content import FolderContent
from trecx.deploy.folder.golden_header import golden_h
from trecx.deploy.folder.interface import Interface, interface_of
from trecx.deploy.folder.model_data import model_data_cc, model_data_h
from trecx.deploy.folder.model_settings import model_settings_h
from trecx.deploy.folder.op_resolver import op_resolver_h
from trecx.deploy.folder.readme import readme
from trecx.deploy.folder.report import FILE, SCHEMA, report_of
from trecx.errors import ExportError, ModelError, OutputError
from trecx.exporting.c_header import c_header
from trecx.files.atomic_folder import whole_folder

FIRMWARE = Path(__file__).with_name("firmware")
PLAIN_C = "plain_c"


def check_folder(out: Path) -> None:
    """Check that a deployment may be written to a folder: it is new, empty, or a deployment itself.

    Raises:
        ExportError: it is something else, which would be lost.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise ExportError(f"{out} is a file; choose a folder with --out")
    if any(out.iterdir()) and not _is_deployment(out):
        raise ExportError(
            f"the folder {out} has files that are not those of a deployment (its {FILE} is missing or of "
            "another kind), and writing would delete them; choose another folder with --out, or empty it"
        )


def write_folder(content: FolderContent, out: Path) -> list[Path]:
    """Write a deployment's folder as a whole: after an error or a kill, the old one is still there.

    Returns:
        The files, `report.json` last.

    Raises:
        ExportError: the folder has something else, which would be lost.
        ModelError: TensorFlow Lite Micro cannot run the stages, or their softmax is not the rule's.
        OutputError: the folder cannot be written.
    """
    check_folder(out)
    interface = interface_of(content.network)
    _check(content, interface)
    files = dict(_files(content, interface))
    hashes = {name: sha256(data).hexdigest() for name, data in files.items()}
    report = report_of(content, interface, out, hashes)
    files[FILE] = (json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    try:
        with whole_folder(out) as part:
            for name, data in files.items():
                (part / name).parent.mkdir(parents=True, exist_ok=True)
                (part / name).write_bytes(data)
    except OSError as error:
        raise OutputError(f"{out} cannot be written ({error.strerror}); choose another with --out") from error
    return [out / name for name in files]


def _files(content: FolderContent, interface: Interface) -> Iterator[tuple[str, bytes]]:
    yield "README.md", readme(content, interface).encode()
    for name, stage in zip(content.stage_files, content.network.stages, strict=True):
        yield name, stage.content
    yield "model_data.h", model_data_h(content, interface).encode()
    yield "model_data.cc", model_data_cc(content, interface).encode()
    yield "model_settings.h", model_settings_h(content, interface).encode()
    yield "trecx_threshold.h", c_header(content.record).encode()
    yield "op_resolver.h", op_resolver_h(interface).encode()
    yield "golden.h", golden_h(content).encode()
    for source in sorted(FIRMWARE.iterdir()):
        yield source.name, source.read_bytes()
    for name, data in content.plain_c.items():
        yield f"{PLAIN_C}/{name}", data


def _check(content: FolderContent, interface: Interface) -> None:
    softmax, rule = interface.softmax, content.record.rule
    meant = np.float32(rule.quantisation.scale), rule.quantisation.zero_point
    if (softmax.scale, softmax.zero_point) != meant:
        raise ModelError(
            f"the softmax has scale {softmax.scale} and zero point {softmax.zero_point}, but the rule is for "
            f"{meant[0]} and {meant[1]}; give the rule these values"
        )
    golden, n_classes = content.golden, len(content.run.class_names)
    n_exits = content.n_stages
    expected = (len(golden.inputs), n_exits, n_classes)
    if golden.inputs.shape[1:] != interface.input.shape or golden.exits.shape != expected:
        raise ValueError(
            f"golden samples must have shapes (n, *{interface.input.shape}) and {expected}, got "
            f"{golden.inputs.shape} and {golden.exits.shape}"
        )
    counts = content.run.n_exits, len(content.deployment.stages), len(content.stage_instructions)
    if set(counts) != {n_exits}:
        raise ValueError(f"run, deployment and instructions must have {n_exits} stages each, got {counts}")


def _is_deployment(folder: Path) -> bool:
    try:
        report = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(report, dict) and report.get("schema") == SCHEMA
