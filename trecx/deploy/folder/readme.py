"""`README.md` of a deployment: what it is, how it gets into a project, its numbers and its limits."""

from collections.abc import Iterator
from importlib.metadata import version

from trecx.datasets.halves import HELD_OUT
from trecx.deploy.folder.content import FolderContent
from trecx.deploy.folder.integration import into_a_project
from trecx.deploy.folder.interface import Interface
from trecx.deploy.folder.markdown_text import plain
from trecx.deploy.folder.readme_numbers import numbers, rho
from trecx.saved_points.texts import split_text
from trecx.threshold.exit_criteria import CRITERIA

FILES = (
    ("`stage_1.tflite` …", "the stages, one for each exit"),
    (
        "`model_data.h`, `model_data.cc`",
        "the same as arrays, aligned to 16 bytes, and how they are connected",
    ),
    ("`model_settings.h`", "arena size, shapes, scales, labels, bytes that cross between stages"),
    ("`trecx_threshold.h`", "the threshold, or that of each early exit, and the decision there"),
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
    thresholds = "threshold is" if record.rule.per_exit is None else "thresholds of the early exits are"
    if content.n_stages == 1:
        return f"An int8 network with one exit, of run {plain(run.run_id)}.{named}{classes}{note}"
    return (
        f"An int8 network cut into {content.n_stages} stages, one for each exit. Inference runs stage 1 and "
        "stops there if the exit is confident enough; otherwise it continues with the next stage. The stages "
        "give the same bytes as the whole network. The confidence is the "
        f"{CRITERIA[record.rule.criterion]}, the {thresholds} {rho(record.rule)}, and the int8 run is "
        f"{plain(run.run_id)}.{named}{classes}{note}"
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
    yield _measured(content)
    if content.record.guarantee:
        yield (
            "The guarantee holds for samples from the same source as the calibration samples. It does not "
            "cover another microphone, camera or class mix."
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


def _measured(content: FolderContent) -> str:
    """Return on which samples the numbers are measured, and how they may differ in the field."""
    run, split = content.run, content.record.split
    samples = split_text(split) if split else f"{run.n_samples:,} samples"
    chosen = "If ρ was chosen on these samples, expect slightly less."
    if split and split.half == HELD_OUT:
        chosen = "They do not depend on the choice of ρ if it was made on the calibration half."
    source = f"{plain(run.dataset)}, {plain(run.split)}"
    those = f"of the {samples}: {source}" if split else f"of {samples} of {source}"
    return (
        f"Accuracy and exit rate are those {those}. Other samples in the field, another microphone, camera "
        f"or class mix give other numbers. {chosen}"
    )
