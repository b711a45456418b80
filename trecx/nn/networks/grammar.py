"""Descriptions of networks with exits as plain data, without Keras.

A network is a base, which is a list of named stages, and a list of exits attached to stages. An exit has a
head: a few elements, then a dense softmax. The final head can have a second input in addition to its own
maps: an early view, or the early exit's maps.
"""

from dataclasses import dataclass

Window = tuple[int, int]  # height, width


@dataclass(frozen=True)
class Conv:
    """A convolution with a bias and same padding; 1×1 is a pointwise convolution."""

    filters: int
    kernel: Window = (3, 3)
    stride: int = 1
    relu: bool = True


@dataclass(frozen=True)
class Depthwise:
    """A depthwise convolution with a bias, ReLU and same padding."""

    kernel: Window = (3, 3)
    stride: int = 1


@dataclass(frozen=True)
class Residual:
    """ResNet's stack: two 3×3 convolutions and a shortcut, which is a 1×1 convolution if the size changes."""

    filters: int
    stride: int = 1


@dataclass(frozen=True)
class Slice:
    """Keep the first channels."""

    channels: int


@dataclass(frozen=True)
class Pool:
    """Average pooling; the stride is the window's size, and a remainder at the edge is dropped."""

    window: Window


@dataclass(frozen=True)
class Dropout:
    """Dropout while training."""

    rate: float


Element = Conv | Depthwise | Residual | Slice | Pool | Dropout
Elements = tuple[Element, ...]


@dataclass(frozen=True)
class Stage:
    """A named part of a base; its convolutions are followed by batch normalisation."""

    name: str
    elements: Elements


@dataclass(frozen=True)
class EarlyView:
    """The last maps after a copy of an early exit's depthwise layer (Section 4.3).

    Attributes:
        elements: applied to the maps of the exit's own stage; one of them is the depthwise layer.
        of: exit whose depthwise layer is copied.
        transfer: whether training copies the weights of that layer.
    """

    elements: Elements
    of: str = "exit_1"
    transfer: bool = True


@dataclass(frozen=True)
class EarlyMaps:
    """The output maps of an early exit's depthwise layer.

    Attributes:
        elements: applied to these maps.
        of: exit that the layer belongs to.
    """

    elements: Elements
    of: str = "exit_1"


@dataclass(frozen=True)
class Exit:
    """A head on a stage; its layers have no batch normalisation.

    Attributes:
        name: `exit_1`, `exit_2`, … or `final`: the name of its softmax layer too.
        stage: where it is attached.
        head: the elements before the dense softmax.
        beside: a second input, which is flattened and concatenated with the head's own maps.
    """

    name: str
    stage: str
    head: Elements
    beside: EarlyView | EarlyMaps | None = None


@dataclass(frozen=True)
class Base:
    """The reference network of a task, and the exit heads that each design adds to it.

    Attributes:
        input_shape: of one sample.
        stages: from the input to the last maps.
        initializer: of the kernels of convolutions and dense layers (depthwise kernels use Glorot's).
        final_head: the elements before the final dense softmax.
        early_stage: the stage of T-RECX's early exit.
        exit_block: T-RECX's head (Section 4.2).
        early_view: elements of the final exit's early view.
        early_maps: elements that reduce the early depthwise output to the size of the early view.
        plain_head: pooling only, for SDN and the baseline's early exit.
        sdn_stages: the stages of SDN's exits.
        branch_head: BranchyNet's head.
        branch_stages: the stages of BranchyNet's exits.
        baseline_head: replaces `final_head` if there is no early exit.
    """

    input_shape: tuple[int, int, int]
    stages: tuple[Stage, ...]
    initializer: str
    final_head: Elements
    early_stage: str
    exit_block: Elements
    early_view: Elements
    early_maps: Elements
    plain_head: Elements
    sdn_stages: tuple[str, ...]
    branch_head: Elements
    branch_stages: tuple[str, ...]
    baseline_head: Elements | None = None


@dataclass(frozen=True)
class NetworkDescription:
    """A base with its exits, early to final.

    Raises:
        ValueError: an exit's stage does not exist, or the exits are out of order.
    """

    task: str
    system: str
    base: Base
    exits: tuple[Exit, ...]
    n_classes: int

    def __post_init__(self) -> None:
        stages = [stage.name for stage in self.base.stages]
        unknown = [exit_.stage for exit_ in self.exits if exit_.stage not in stages]
        if unknown:
            raise ValueError(f"exits must be attached to one of {stages}, got {unknown}")
        depths = [stages.index(exit_.stage) for exit_ in self.exits]
        if depths != sorted(set(depths)) or depths[-1:] != [len(stages) - 1]:
            raise ValueError(
                f"exits must be in the order of their stages and end after the last, got {depths}"
            )

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of stages and exits in the order of one inference."""
        heads = {exit_.stage: exit_.name for exit_ in self.exits}
        stages = [stage.name for stage in self.base.stages]
        return tuple(name for stage in stages for name in (stage, heads.get(stage)) if name)

    @property
    def transfers(self) -> tuple[tuple[str, str], ...]:
        """Pairs of exits (source, target): training copies the weights of their depthwise layers."""
        views = [(exit_.beside, exit_.name) for exit_ in self.exits]
        return tuple((view.of, name) for view, name in views if isinstance(view, EarlyView) and view.transfer)
