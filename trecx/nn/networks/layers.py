"""The only layer of these networks that Keras does not have."""

from typing import Any

from trecx.nn import keras


@keras.saving.register_keras_serializable(package="trecx")
class FirstChannels(keras.layers.Layer):  # type: ignore[misc]  # keras is untyped
    """Keeps the first channels of channels-last maps: (n, height, width, c) → (n, height, width, channels).

    Raises:
        ValueError: the maps have fewer channels.
    """

    def __init__(self, channels: int, **options: Any) -> None:
        super().__init__(**options)
        self.channels = channels

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Check the maps.

        Raises:
            ValueError: they have fewer channels.
        """
        if input_shape[-1] is None or input_shape[-1] < self.channels:
            raise ValueError(
                f"{self.name} needs maps of {self.channels} channels or more, got shape {input_shape}"
            )
        super().build(input_shape)

    def call(self, maps: Any) -> Any:
        """Return the first channels of `maps`."""
        return maps[..., : self.channels]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that create the same layer again."""
        return {**super().get_config(), "channels": self.channels}
