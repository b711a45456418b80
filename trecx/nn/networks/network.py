"""Building of a described network as a Keras model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trecx.nn import keras
from trecx.nn.networks.assembly import Part
from trecx.nn.networks.grammar import EarlyMaps, EarlyView, Exit, NetworkDescription


@dataclass(frozen=True, eq=False)
class ExitNetwork:
    """A Keras model with the data that training and FLOP counts need.

    Attributes:
        description: the description that it was built from.
        model: takes (n, *input_shape), returns a list of softmaxes (n, n_classes), early to final, or the
            softmax itself if there is one exit; its outputs are named after the exits.
        transfers: depthwise layers (source, target) between which training copies the weights.
        layers: names of the Keras layers of each stage and exit; the last one gives its output.
    """

    description: NetworkDescription
    model: Any
    transfers: tuple[tuple[Any, Any], ...]
    layers: Mapping[str, tuple[str, ...]]

    @property
    def n_exits(self) -> int:
        """Number of exits, the final one included."""
        return len(self.description.exits)


def build(description: NetworkDescription, seed: int | None = None) -> ExitNetwork:
    """Return an untrained network.

    The base is created before the heads: with the same seed, the bases of all designs have the same weights.

    Args:
        description: from `describe`, or your own.
        seed: random seed of weights and dropout; sets Keras' global seed. None: weights differ each time.
    """
    if seed is not None:
        keras.utils.set_random_seed(seed)
    base = description.base
    image = maps = keras.Input(base.input_shape, name="sample")
    parts: dict[str, Part] = {}
    stage_maps: dict[str, Any] = {}
    for stage in base.stages:
        parts[stage.name] = Part(stage.name, base.initializer, batch_norm=True)
        stage_maps[stage.name] = maps = parts[stage.name].through(stage.elements, maps)
    outputs = []
    for exit_ in description.exits:
        parts[exit_.name] = Part(exit_.name, base.initializer, batch_norm=False)
        outputs.append(_attach(exit_, stage_maps[exit_.stage], parts, description.n_classes))
    return ExitNetwork(
        description=description,
        model=keras.Model(image, outputs, name=f"{description.task}_{description.system}".replace("-", "_")),
        transfers=tuple(
            (parts[source].depthwise, parts[target].depthwise) for source, target in description.transfers
        ),
        layers={name: tuple(layer.name for layer in part.layers) for name, part in parts.items()},
    )


def _attach(exit_: Exit, maps: Any, parts: Mapping[str, Part], n_classes: int) -> Any:
    part = parts[exit_.name]
    own = part.through(exit_.head, maps)
    match exit_.beside:
        case EarlyView(elements):
            beside = part.through(elements, maps)
        case EarlyMaps(elements, source):
            beside = part.through(elements, parts[source].depthwise_maps)
        case None:
            beside = None
    return part.classify(own, beside, n_classes)
