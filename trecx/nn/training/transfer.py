"""Weight transfer to the early view during training."""

from typing import Any

from trecx.nn.networks import ExitNetwork


class WeightTransfer:
    """Copies early depthwise weights to the final exit before every batch of the first epochs (Section 4.3).

    Args:
        network: its `transfers` are the pairs of layers.
        epochs: number of epochs in which weights are copied; later the final exit's weights are trained.
    """

    def __init__(self, network: ExitNetwork, epochs: float) -> None:
        self._pairs: tuple[tuple[Any, Any], ...] = network.transfers
        self._epochs = epochs

    def on_batch_begin(self, epoch: int) -> None:
        """Copy the weights if `epoch`, from 0, is one of the first."""
        if epoch < self._epochs:
            for source, target in self._pairs:
                # A copy, because on some backends both layers would share one buffer.
                target.set_weights([weights.copy() for weights in source.get_weights()])
