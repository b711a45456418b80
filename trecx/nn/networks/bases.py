"""The reference network of each task (MLPerf Tiny), and the dimensions of its exit heads.

Dimensions are those of the paper's published models (REFERENCE section 2). Heads that the paper does not
have are this project's own, built in the same way: those of digits, SDN and BranchyNet on vww, and the early
maps of all tasks but kws.
"""

from trecx.nn.networks.grammar import Base, Conv, Depthwise, Dropout, Elements, Pool, Residual, Slice, Stage


def _pair(filters: int, stride: int = 1) -> Elements:
    """Return a depthwise separable convolution."""
    return (Depthwise(stride=stride), Conv(filters, (1, 1)))


_RESNET_8 = Base(
    input_shape=(32, 32, 3),
    stages=(
        Stage("stem", (Conv(16),)),
        Stage("stack_1", (Residual(16),)),
        Stage("stack_2", (Residual(32, stride=2),)),
        Stage("stack_3", (Residual(64, stride=2),)),
    ),
    initializer="he_normal",
    final_head=(Pool((8, 8)),),
    early_stage="stack_1",
    exit_block=(Conv(32, (1, 1), relu=False), Depthwise((2, 2), stride=2), Pool((4, 4))),
    early_view=(Slice(32), Depthwise((2, 2), stride=2)),
    early_maps=(Pool((4, 4)),),
    plain_head=(Pool((4, 4)),),
    sdn_stages=("stack_1", "stack_2"),
    branch_head=(Conv(16, relu=False), Pool((4, 4))),
    branch_stages=("stack_1", "stack_2"),
)

_DS_CNN = Base(
    input_shape=(49, 10, 1),
    stages=(
        Stage("stem", (Conv(64, (10, 4), stride=2), Dropout(0.2))),
        Stage("pair_1", _pair(64)),
        Stage("pair_2", _pair(64)),
        Stage("pair_3", _pair(64)),
        Stage("pair_4", (*_pair(64), Dropout(0.4))),
    ),
    initializer="glorot_uniform",
    final_head=(Pool((24, 5)),),
    early_stage="pair_2",
    exit_block=(Slice(32), Depthwise(stride=2), Pool((2, 2))),
    early_view=(Slice(32), Depthwise(), Pool((13, 3))),
    early_maps=(Pool((13, 3)),),
    plain_head=(Pool((4, 4)),),
    sdn_stages=("pair_1", "pair_2", "pair_3"),
    branch_head=(Conv(32, relu=False), Pool((24, 5))),
    branch_stages=("pair_1", "pair_2"),
    baseline_head=(Pool((25, 5)),),  # as published: only the baseline uses the last row
)

# Filters and stride of the thirteen pairs of MobileNetV1 × 0.25.
_MOBILENET_PAIRS = (
    (16, 1),
    (32, 2),
    (32, 1),
    (64, 2),
    (64, 1),
    (128, 2),
    *[(128, 1)] * 5,
    (256, 2),
    (256, 1),
)

_MOBILENET = Base(
    input_shape=(96, 96, 3),
    stages=(
        Stage("stem", (Conv(8, stride=2),)),
        *(Stage(f"pair_{number}", _pair(*pair)) for number, pair in enumerate(_MOBILENET_PAIRS, 1)),
    ),
    initializer="he_normal",
    final_head=(Pool((3, 3)),),
    early_stage="pair_3",
    exit_block=(Conv(64, (1, 1), relu=False), Depthwise((2, 2), stride=2), Pool((4, 4))),
    early_view=(Slice(64), Depthwise((2, 2)), Slice(32)),
    early_maps=(Slice(32), Pool((4, 4))),
    plain_head=(Pool((6, 6)),),
    sdn_stages=("pair_3", "pair_5", "pair_11"),  # the last pairs at 24×24, 12×12 and 6×6
    branch_head=(Conv(32, relu=False), Pool((6, 6))),
    branch_stages=("pair_5", "pair_9"),  # a third and two thirds of the way
)

_DIGITS_CNN = Base(
    input_shape=(8, 8, 1),
    stages=(
        Stage("stem", (Conv(4),)),
        Stage("stage_1", (Conv(8),)),
        Stage("stage_2", (Conv(16, stride=2),)),
        Stage("stage_3", (Conv(32),)),
    ),
    initializer="he_normal",
    final_head=(Pool((4, 4)),),
    early_stage="stage_1",
    exit_block=(Conv(16, (1, 1), relu=False), Depthwise((2, 2), stride=2), Pool((2, 2))),
    early_view=(Slice(16), Depthwise((2, 2), stride=2)),
    early_maps=(Pool((2, 2)),),
    plain_head=(Pool((4, 4)),),
    sdn_stages=("stage_1", "stage_2"),
    branch_head=(Conv(8, relu=False), Pool((4, 4))),
    branch_stages=("stage_1", "stage_2"),
)

BASES = {"ic": _RESNET_8, "kws": _DS_CNN, "vww": _MOBILENET, "digits": _DIGITS_CNN}
