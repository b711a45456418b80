"""The words that a network with exits is written in: plain data, no Keras.

A network is a base, stages with names, and a list of exits attached to stages. An exit is a head: a few
elements, then a dense softmax. What the final head sees beside its own maps, an early view or the early
exit's maps, is an option of that head.
"""

from dataclasses import dataclass

Window = tuple[int, int]  # height, width


@dataclass(frozen=True)
class Conv:
    """A convolution with a bias, padding same; 1×1 is a pointwise one."""

    filters: int
    kernel: Window = (3, 3)
    stride: int = 1
    relu: bool = True


@dataclass(frozen=True)
class Depthwise:
    """A depthwise convolution with a bias and ReLU, padding same."""

    kernel: Window = (3, 3)
    stride: int = 1


@dataclass(frozen=True)
class Residual:
    """ResNet's stack: two 3×3 convolutions beside a shortcut, which is 1×1 where the size changes."""

    filters: int
    stride: int = 1


@dataclass(frozen=True)
class Slice:
    """Keep the first channels."""

    channels: int


@dataclass(frozen=True)
class Pool:
    """Average pooling, the stride as large as the window; a remainder at the edge is left out."""

    window: Window


@dataclass(frozen=True)
class Dropout:
    """Dropout while training."""

    rate: float


Element = Conv | Depthwise | Residual | Slice | Pool | Dropout
Elements = tuple[Element, ...]


@dataclass(frozen=True)
class Stage:
    """A named piece of a base; its convolutions are followed by batch normalisation."""

    name: str
    elements: Elements


@dataclass(frozen=True)
class EarlyView:
    """The last maps, seen by a copy of an early exit's depthwise layer (Section 4.3).

    Attributes:
        elements: from the maps of the exit's own stage; one of them is the depthwise layer.
        of: exit whose depthwise layer it resembles.
        transfer: whether training copies the weights of that layer.
    """

    elements: Elements
    of: str = "exit_1"
    transfer: bool = True


@dataclass(frozen=True)
class EarlyMaps:
    """The maps of an early exit's depthwise layer themselves.

    Attributes:
        elements: from those maps.
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
        head: what comes before the dense softmax.
        beside: what is flattened and concatenated with the head's own maps.
    """

    name: str
    stage: str
    head: Elements
    beside: EarlyView | EarlyMaps | None = None


@dataclass(frozen=True)
class Base:
    """The reference network of a task, and the heads that each design puts on it.

    Attributes:
        input_shape: of one sample.
        stages: from the input to the last maps.
        initializer: of the kernels of convolutions and dense layers (depthwise kernels are Glorot's).
        final_head: what comes before the final dense softmax.
        early_stage: where the one early exit of T-RECX is attached.
        exit_block: T-RECX's head (Section 4.2).
        early_view: elements of the final exit's early view.
        early_maps: from the early depthwise output to as many numbers as the early view gives.
        plain_head: pooling alone, for SDN and the baseline's early exit.
        sdn_stages: where SDN attaches exits.
        branch_head: BranchyNet's head.
        branch_stages: where BranchyNet attaches exits.
        baseline_head: in place of `final_head` where there is no early exit.
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
        ValueError: an exit is attached to no stage, or the exits are out of order.
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
        """Names of stages and exits in the order in which one inference meets them."""
        heads = {exit_.stage: exit_.name for exit_ in self.exits}
        stages = [stage.name for stage in self.base.stages]
        return tuple(name for stage in stages for name in (stage, heads.get(stage)) if name)

    @property
    def transfers(self) -> tuple[tuple[str, str], ...]:
        """Exits (source, target) between whose depthwise layers training copies the weights."""
        views = [(exit_.beside, exit_.name) for exit_ in self.exits]
        return tuple((view.of, name) for view, name in views if isinstance(view, EarlyView) and view.transfer)
