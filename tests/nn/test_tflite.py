"""`.tflite` files: their exits, their scores, and what cannot be scored."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.test_commands import run
from tests.datasets.test_custom_tasks import IMAGES, pictures  # noqa: F401  # a fixture
from tests.needs_tensorflow import TENSORFLOW
from tests.nn.tflite_files import INT8, UINT8, converted, edited, levels, two_exits, with_input
from trecx.errors import ModelError
from trecx.nn import tf
from trecx.nn.models import ExitModel, load_model
from trecx.nn.tflite import trial
from trecx.store import Store

pytestmark = [TENSORFLOW, pytest.mark.filterwarnings("ignore")]  # TensorFlow moves its interpreter elsewhere
SHAPE = (8, 8, 3)
PIXELS = np.random.default_rng(0).integers(0, 256, (40, *SHAPE)).astype(np.float32)


@pytest.fixture(scope="module")
def network() -> Any:
    return two_exits(SHAPE, 5)


def scored_alone(content: bytes, sample: Any) -> list[Any]:
    """Return the levels of every output, computed by TensorFlow Lite's interpreter by itself."""
    kernels = tf.lite.experimental.OpResolverType.BUILTIN_REF
    interpreter = tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    entry = interpreter.get_input_details()[0]
    interpreter.set_tensor(entry["index"], sample[None])
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"])[0] for detail in interpreter.get_output_details()]


def load(content: bytes, folder: Path) -> ExitModel:
    (folder / "m.tflite").write_bytes(content)
    return load_model(folder / "m.tflite")


def loaded(content: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ExitModel:
    """Load a file without the process that tries it first, which takes seconds."""
    monkeypatch.setattr("trecx.nn.tflite.model.try_in_process", lambda content: None)
    return load(content, folder)


@pytest.mark.parametrize("batch", [1, None])
def test_a_float_network_gives_its_own_scores_early_exit_first(
    network: Any, batch: int | None, tmp_path: Path
) -> None:
    model = load(converted(network, SHAPE, batch=batch), tmp_path)
    final, early = network.predict(PIXELS, verbose=0)
    np.testing.assert_allclose(model.predict(PIXELS), np.stack([early, final], axis=1), atol=1e-5)
    assert (model.name, model.precision, model.input_shape) == ("m.tflite", "float32", SHAPE)
    assert (model.n_exits, model.n_classes, model.parameters) == (2, 5, network.count_params())


@pytest.mark.parametrize("kind", [INT8, UINT8])
def test_an_8_bit_network_is_given_levels_and_its_scores_are_steps_of_a_256th(
    network: Any, kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = converted(network, SHAPE, INT8, PIXELS, between=kind)
    model = loaded(content, tmp_path, monkeypatch)
    scores = model.predict(PIXELS[:6])
    assert model.precision == "int8"
    steps = scores * 256
    assert np.array_equal(steps, np.round(steps))
    numpy_kind = kind.as_numpy_dtype
    zero = int(np.iinfo(numpy_kind).min)
    for sample, score in zip(PIXELS, scores, strict=False):
        outputs = scored_alone(content, levels(sample, *input_scale(content), numpy_kind))
        expected = {tuple((output.astype(float) - zero) / 256) for output in outputs}
        assert expected == {tuple(exit_) for exit_ in score.astype(float)}
    floats = load_float(network)
    assert np.abs(scores - floats[:6]).max() < 0.1, "the early exit is the early exit"


def input_scale(content: bytes) -> tuple[float, int]:
    interpreter = tf.lite.Interpreter(model_content=content)
    return interpreter.get_input_details()[0]["quantization"]  # type: ignore[no-any-return]


def load_float(network: Any) -> Any:
    final, early = network.predict(PIXELS, verbose=0)
    return np.stack([early, final], axis=1)


def test_values_beyond_the_range_of_the_input_are_clipped_and_never_wrapped(
    network: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = loaded(converted(network, SHAPE, INT8, PIXELS), tmp_path, monkeypatch)
    assert np.array_equal(model.predict(PIXELS[:3] * 0 + 1_000), model.predict(PIXELS[:3] * 0 + 255))


def test_an_int8_network_between_floats_is_an_int8_network(
    network: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = converted(network, SHAPE, INT8, PIXELS, between=tf.float32)
    model = loaded(content, tmp_path, monkeypatch)
    whole = loaded(converted(network, SHAPE, INT8, PIXELS), tmp_path, monkeypatch)
    assert model.precision == "int8"
    assert np.array_equal(model.predict(PIXELS), whole.predict(PIXELS))


def test_exits_are_ordered_by_depth_whatever_order_the_file_has(
    network: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reverse(model: Any) -> None:
        model.subgraphs[0].outputs = model.subgraphs[0].outputs[::-1]

    content = converted(network, SHAPE)
    one, other = (loaded(c, tmp_path, monkeypatch) for c in (content, edited(content, reverse)))
    assert np.array_equal(one.predict(PIXELS), other.predict(PIXELS))
    assert one.exit_flops.tolist() == other.exit_flops.tolist()


def test_a_fixed_batch_of_several_samples_is_refused(
    network: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        ModelError, match=r"m.tflite cannot be scored: it takes batches of 4 samples; convert"
    ):
        loaded(converted(network, SHAPE, batch=4), tmp_path, monkeypatch)


def softmax(values: Any) -> Any:
    return tf.nn.softmax(tf.reshape(values, [-1, 4]))


@pytest.mark.parametrize(
    ("function", "select", "names"),
    [
        (lambda x: softmax(tf.cumsum(x, axis=1)), False, "known here: CUMSUM; run it in its own environment"),
        (lambda x: softmax(tf.linalg.cholesky(tf.linalg.diag(x))[:, 0]), True, r"Flex\w+ \(custom\)"),
        (
            lambda x: softmax(tf.while_loop(lambda y: tf.reduce_sum(y) < 9, lambda y: [y + 1.0], [x])[0]),
            False,
            "WHILE",
        ),
    ],
)
def test_operators_that_cannot_be_counted_are_named(
    function: Callable[[Any], Any], select: bool, names: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=names):
        load(converted(lambda x: [function(x)], (4,), select=select), tmp_path)


@pytest.mark.parametrize(
    ("outputs", "complaint"),
    [
        (lambda x: [x], "apply softmax"),
        (lambda x: [softmax(x)] * 2, "separate exit"),
        (lambda x: [softmax(x), tf.nn.softmax(x[:, :3])], "of 4, 3 classes"),
        (
            lambda x: [tf.cast(softmax(x), tf.int64)],
            "is of type int64; convert it with float32, int8 or uint8",
        ),
    ],
)
def test_what_is_no_classifier_with_exits_is_refused(
    outputs: Callable[[Any], Any], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match=complaint):
        loaded(converted(outputs, (4,)), tmp_path, monkeypatch)


def test_a_file_on_which_tensorflow_lite_crashes_is_refused_and_the_process_lives(
    network: Any, tmp_path: Path
) -> None:
    content = with_input(converted(network, SHAPE), 1, 8, 8, 15)  # a convolution of 5 groups for 4 outputs
    with pytest.raises(
        ModelError, match=r"crashed on it \(signal \d+\), so it is damaged or hostile; copy it"
    ):
        load(content, tmp_path)


def test_a_file_that_takes_all_memory_is_refused(network: Any, tmp_path: Path) -> None:
    content = with_input(converted(network, SHAPE), 1, 20_000, 20_000, 3)
    with pytest.raises(ModelError, match=r"m.tflite cannot be scored: TensorFlow Lite "):
        load(content, tmp_path)


def test_a_file_that_never_ends_is_refused(
    network: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "_WAIT_S", 0.01)
    with pytest.raises(ModelError, match=r"did not finish three samples in 0.01 s; give a smaller model"):
        load(converted(network, SHAPE), tmp_path)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda content: content[:1_000], "cannot be scored: it is damaged"),
        (lambda content: content[:8], "it is damaged or incomplete"),
        (lambda content: b"version https://git-lfs.github.com/spec/v1\n", "lacks the identifier"),
        (lambda content: b"", "lacks the identifier"),
        (lambda content: content[:4] + b"TFL3" + b"\xff" * 100, "it is damaged"),
    ],
)
def test_a_damaged_file_is_told_without_running_it(
    network: Any, spoil: Callable[[bytes], bytes], complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=complaint):
        load(spoil(converted(network, SHAPE)), tmp_path)


def test_a_tensor_that_does_not_exist_is_told(network: Any, tmp_path: Path) -> None:
    def point_outside(model: Any) -> None:
        model.subgraphs[0].operators[0].inputs = np.array([10_000, 1, 2], np.int32)

    with pytest.raises(ModelError, match="names a tensor that does not exist; copy it again"):
        load(edited(converted(network, SHAPE), point_outside), tmp_path)


def test_a_file_that_is_too_large_is_not_read(
    network: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trecx.nn.tflite.model.MAX_BYTES", 1_000)
    with pytest.raises(ModelError, match="larger than"):
        load(converted(network, SHAPE), tmp_path)


@pytest.fixture
def arguments(tmp_path: Path, pictures: Path) -> list[str]:  # noqa: F811
    shape = (8, 6, 3)
    content = converted(
        two_exits(shape, 2), shape, INT8, np.random.default_rng(0).random((40, *shape), np.float32)
    )
    (tmp_path / "mine.tflite").write_bytes(content)
    (tmp_path / "task.toml").write_text(IMAGES + "scale = 0.0039", encoding="utf-8")
    words = ("score", tmp_path / "mine.tflite", "--task-file", tmp_path / "task.toml", "--data", pictures)
    return [*map(str, words), "--system", "mine", "--json"]


def test_an_int8_file_becomes_an_int8_run_once(capsys: Any, arguments: list[str], tmp_path: Path) -> None:
    status, out, err = run(capsys, *arguments)
    assert status == 0, err
    first = json.loads(out)
    assert (first["model"], first["training"]["precision"]) == ("mine.tflite", "int8")
    store = Store()
    probabilities = store.load_scores(store.runs()[0]).probabilities
    assert np.array_equal(probabilities * 256, np.round(probabilities * 256))
    assert json.loads(run(capsys, *arguments)[1])["run_id"] == first["run_id"]
    assert len(store.runs()) == 1


def test_the_float_and_the_int8_network_are_two_runs(
    capsys: Any, arguments: list[str], tmp_path: Path
) -> None:
    two_exits((8, 6, 3), 2).save(tmp_path / "mine.keras")
    floats = [word.replace("mine.tflite", "mine.keras") for word in arguments]
    runs = [json.loads(run(capsys, *words)[1]) for words in (arguments, floats)]
    assert [each["training"].get("precision") for each in runs] == ["int8", None]
    assert runs[0]["run_id"] != runs[1]["run_id"]
    assert json.loads(run(capsys, *arguments)[1]) == runs[0]


def test_a_file_of_one_output_is_a_baseline(capsys: Any, arguments: list[str], tmp_path: Path) -> None:
    model = two_exits((8, 6, 3), 2)
    content = converted(lambda x: [model(x)[0]], (8, 6, 3))
    (tmp_path / "mine.tflite").write_bytes(content)
    status, _, err = run(capsys, *arguments)
    assert (status, "has one output, but 'mine' needs an early exit" in err) == (1, True)
    arguments[arguments.index("mine")] = "baseline"
    assert json.loads(run(capsys, *arguments)[1])["n_exits"] == 1


def test_an_error_on_a_later_sample_is_told(
    network: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = loaded(converted(network, SHAPE), tmp_path, monkeypatch)

    def stop(*_: Any) -> None:
        raise RuntimeError("Node number 3 (CONV_2D) failed to invoke.")

    monkeypatch.setattr("trecx.nn.tflite.interpreter.Interpreter.run", stop)
    with pytest.raises(ModelError, match="stopped on a sample: .*CONV_2D.*import its scores"):
        model.predict(PIXELS[:1])
