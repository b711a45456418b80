"""Deployments made by hand, without TensorFlow: three stages, one value that skips a stage, one odd size."""

import math
from hashlib import sha256
from types import SimpleNamespace

import numpy as np

from trecx.deploy.folder import FloatComparison, FolderContent
from trecx.deploy.golden import GoldenSamples
from trecx.saved_points.capture import capture_point
from trecx.saved_points.record import Rule
from trecx.scores import ExitScores
from trecx.scores.deployment import Calibration, DeployedStage, Deployment
from trecx.scores.run import Provenance
from trecx.store import Store
from trecx.threshold.exit_criteria import by_criterion
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.per_exit.decision import by_thresholds
from trecx.threshold.run_context import RunContext

KEPT = 64  # bytes of the arena that each stage keeps, in the stub too
SHAPES = {0: (4, 3, 1), 1: (2, 4, 3), 2: (7,), 3: (5, 1)}  # of each slot
TAKES = ((0,), (1,), (3, 2, 0))
GIVES = ((1, 2), (3,), ())
OPERATORS = (("CONV_2D", "SOFTMAX"), ("CONV_2D", "RESHAPE", "SOFTMAX"), ("ADD", "CONCATENATION", "SOFTMAX"))
CLASS_NAMES = ("yes", "no", "perhaps")


def tensor(shape, scale=0.5, zero_point=-3, kind="INT8"):
    return SimpleNamespace(
        shape=(1, *shape), type=kind, scales=(scale,), zero_points=(zero_point,), n_bytes=int(np.prod(shape))
    )


def stage(number, n_classes=3, operators=None, softmax=(1 / 256, -128)):
    """Return a stage like `trecx.deploy.stages.Stage`."""
    takes, gives = TAKES[number], GIVES[number]
    tensors = [tensor(SHAPES[slot]) for slot in takes]
    tensors += [tensor((n_classes,), *softmax), *(tensor(SHAPES[slot]) for slot in gives)]
    network = SimpleNamespace(
        tensors=tensors,
        operators=[SimpleNamespace(name=name) for name in operators or OPERATORS[number]],
        inputs=tuple(range(len(takes))),
        outputs=tuple(range(len(takes), len(tensors))),
    )
    content = np.random.default_rng(number).bytes(100 + number)
    return SimpleNamespace(content=content, takes=takes, gives=gives, network=lambda: network)


def staged(**changes):
    """Return a network like `trecx.deploy.stages.StagedNetwork`."""
    return SimpleNamespace(stages=tuple(stage(number, **changes) for number in range(3)))


def softmax_rows(n, n_exits, n_classes, seed=3):
    """Return int8 scores as a device gives them, of shape (n, n_exits, n_classes), sure ones among them."""
    rng = np.random.default_rng(seed)
    real = rng.dirichlet(np.full(n_classes, 0.8), (n, n_exits))
    return (np.minimum(np.rint(real * 256), 255) - 128).astype(np.int8)


def int8_run(rows, class_names, store=None, **about):
    """Store the scores of an int8 softmax as a run of precision int8."""
    n, n_exits, _ = rows.shape
    scores = ExitScores(
        np.arange(n) % len(class_names),
        [1000 * (k + 1) for k in range(n_exits)],
        (rows.astype(np.float32) + 128) / 256,
        class_names=class_names,
    )
    about = {"task": "made", "system": "trecx", "dataset": "made", "split": "test"} | about
    origin = Provenance(
        source="trained here",
        model="m",
        model_sha256=sha256(rows.tobytes()).hexdigest(),
        parameters=1,
        versions={},
        training={"precision": "int8"},
        **about,
    )
    return (store or Store()).save_run(origin, scores)


def point_of(run, threshold, criterion="largest"):
    """Return the operating point of an int8 run; `threshold`: ρ, or a tuple with one for each early exit."""
    per_exit = threshold if isinstance(threshold, tuple) else None
    precision = "float32" if criterion == "entropy" else "int8"
    rule = Rule(math.nan if per_exit else threshold, criterion, precision, per_exit=per_exit)
    scores = by_criterion(Store().load_scores(run), criterion)
    table = ExitTable.of(by_thresholds(scores, per_exit) if per_exit else scores)
    return capture_point(run, None, RunContext(run.task, table), rule)


def deployment(arenas=(224, 160, 160), scored=False, sizes=(100, 101, 102)):
    stages = (DeployedStage(size, arena, KEPT) for size, arena in zip(sizes, arenas, strict=True))
    return Deployment(
        float_sha256="cd" * 32,
        quantizer="default",
        calibration=Calibration(200, "made", "training", 0, scored),
        stages=tuple(stages),
        whole_bytes=310,
        float_bytes=900,
        crossing_bytes=36,
    )


def content(threshold=0.7, criterion="largest", n=10, class_names=CLASS_NAMES, network=None, **changes):
    """Return all that a folder is written from; its golden samples are all samples of the run."""
    rows = softmax_rows(n, 3, 3)
    run = int8_run(rows, class_names)
    inputs = np.random.default_rng(5).integers(-128, 128, (n, *SHAPES[0]), np.int8)
    parts = {
        "network": network or staged(),
        "run": run,
        "record": point_of(run, threshold, criterion),
        "deployment": deployment(),
        "golden": GoldenSamples(inputs, rows),
        "float32": FloatComparison("made-float", 0.97, (0.5, 0.6, 0.7)),
        "warnings": ("Exit 1 loses 2 points.",),
        "no_plain_c": "The plain C has no RESHAPE.",
        "instructions": (1_000, 2_000, 3_000),
        "versions": {"tensorflow": "2.21.0"},
    }
    return FolderContent(**parts | changes)
