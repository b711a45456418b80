"""`README.md` of a deployment: what it is, how it gets into a project, its numbers and its limits."""

from collections.abc import Iterator
from importlib.metadata import version

from trecx.deploy.folder.content import FolderContent
from trecx.deploy.folder.integration import into_a_project
from trecx.deploy.folder.interface import Interface
from trecx.deploy.folder.markdown_text import plain
from trecx.deploy.folder.readme_numbers import numbers, rho
from trecx.threshold.exit_criteria import CRITERIA

FILES = (
    ("`stage_1.tflite` …", "the stages, one for each exit"),
    (
        "`model_data.h`, `model_data.cc`",
        "the same as arrays, aligned to 16 bytes, and how they are connected",
    ),
    ("`model_settings.h`", "arena size, shapes, scales, labels, bytes that cross between stages"),
    ("`trecx_threshold.h`", "the threshold, and the decision at an early exit"),
    ("`op_resolver.h`", "the kernels of TensorFlow Lite Micro that the stages need"),
    ("`staged_inference.h`, `staged_inference.cc`", "runs the stages with TensorFlow Lite Micro"),
    ("`main_example.cc`, `golden.h`", "a program that checks the device with inputs and expected outputs"),
    ("`report.json`", "all numbers, and the SHA-256 of every file"),
)


def readme(content: FolderContent, interface: Interface) -> str:
    """Return the text."""
    parts = [
        f"# {plain(content.run.task)}/{plain(content.run.system)}, int8, staged",
        _about(content),
        *_warnings(content),
        "## Files",
        "\n".join(f"- {name}: {what}" for name, what in _files(content)),
        "## Into a project",
        into_a_project(content, interface),
        "## Numbers",
        numbers(content, interface),
        "## Limits",
        "\n".join(f"- {limit}" for limit in _limits(content)),
        f"Written by `trecx deploy`, trecx {version('trecx')}. The command replaces this folder as a whole: "
        "keep files of your own elsewhere.",
    ]
    return "\n\n".join(parts) + "\n"


def _about(content: FolderContent) -> str:
    record, run = content.record, content.run
    named = f" It is the saved point {plain(record.name)}." if record.name else ""
    classes = f"\n\nClasses, in the order of the scores: {', '.join(map(plain, run.class_names))}."
    note = f"\n\nNote: {plain(record.note)}" if record.note else ""
    if content.n_stages == 1:
        return f"An int8 network with one exit, of run {plain(run.run_id)}.{named}{classes}{note}"
    return (
        f"An int8 network cut into {content.n_stages} stages, one for each exit. Inference runs stage 1 and "
        "stops there if the exit is confident enough; otherwise it continues with the next stage. The stages "
        "give the same bytes as the whole network. The confidence is the "
        f"{CRITERIA[record.rule.criterion]}, the threshold is {rho(record.rule.threshold)}, and the int8 run "
        f"is {plain(run.run_id)}.{named}{classes}{note}"
    )


def _warnings(content: FolderContent) -> Iterator[str]:
    if content.warnings:
        yield "\n".join(f"> **Warning**: {plain(warning)}\n>" for warning in content.warnings).removesuffix(
            "\n>"
        )


def _files(content: FolderContent) -> Iterator[tuple[str, str]]:
    yield from FILES
    if content.plain_c:
        yield "`plain_c/`", "the stages in C99 without dependencies; `make check` runs the golden inputs"
    else:
        yield "no `plain_c/`", plain(content.no_plain_c)


def _limits(content: FolderContent) -> Iterator[str]:
    calibration = content.deployment.calibration
    if calibration and calibration.scored:
        yield (
            "**Accuracy is reported on the calibration samples too**, because the data has no other split: "
            "expect less in the field."
        )
    yield (
        f"Accuracy and exit rate are those of {content.run.n_samples:,} samples of "
        f"{plain(content.run.dataset)}, {plain(content.run.split)}. Other samples in the field, another "
        "microphone, camera or class mix give other numbers. If ρ was chosen on these samples, expect "
        "slightly less."
    )
    yield (
        "FLOPs are not time: instruction counts follow a device more closely. They are those of the plain C "
        "on a Cortex-M4, and know nothing of CMSIS-NN, caches, flash wait states, DMA or an accelerator. "
        "Measure time and energy on your device."
    )
    yield (
        "The arena of each stage was measured with TensorFlow Lite Micro on a 64-bit host; the shared one is "
        "computed from what each stage keeps and the largest working memory. A 32-bit device has smaller "
        "pointers, so it usually needs less; optimized kernels such as CMSIS-NN may need more scratch memory."
    )
    yield (
        "The expected bytes are those of TensorFlow Lite Micro's reference kernels. Kernels that round "
        "differently give other bytes, and other decisions close to the threshold."
    )
    yield "A softmax in int8 has 256 levels: thresholds between two of them decide alike."
