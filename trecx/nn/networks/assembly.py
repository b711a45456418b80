"""Keras layers for the elements of a network description."""

from collections import Counter
from collections.abc import Callable
from typing import Any, assert_never

from trecx.nn import keras
from trecx.nn.networks.grammar import Conv, Depthwise, Dropout, Element, Elements, Pool, Residual, Slice
from trecx.nn.networks.layers import FirstChannels

L2 = 1e-4  # on kernels of convolutions, in all published models; depthwise and dense kernels are free


class Part:
    """The Keras layers of one stage or one exit, each named after it.

    Attributes:
        name: of the stage or exit.
        layers: its layers so far, in order.
        depthwise: the part's last depthwise layer; None if it has none.
        depthwise_maps: that layer's output after its ReLU.
    """

    def __init__(self, name: str, initializer: str, batch_norm: bool) -> None:
        self.name = name
        self.layers: list[Any] = []
        self.depthwise: Any = None
        self.depthwise_maps: Any = None
        self._made: Counter[str] = Counter()
        self._initializer = initializer
        self._batch_norm = batch_norm

    def through(self, elements: Elements, tensor: Any) -> Any:
        """Return `tensor` after all elements, and add their layers to this part."""
        for element in elements:
            tensor = self._element(element, tensor)
        return tensor

    def classify(self, maps: Any, beside: Any | None, n_classes: int) -> Any:
        """Return the softmax of shape (n, n_classes) over maps, and over the second input `beside`."""
        vector = self._add("flatten", keras.layers.Flatten)(maps)
        if beside is not None:
            view = self._add("flatten", keras.layers.Flatten)(beside)
            vector = self._add("join", keras.layers.Concatenate)([vector, view])
        dense = keras.layers.Dense(
            n_classes, activation="softmax", kernel_initializer=self._initializer, name=self.name
        )
        self.layers.append(dense)
        return dense(vector)

    def _element(self, element: Element, tensor: Any) -> Any:
        match element:
            case Conv(filters, kernel, stride, relu):
                return self._normed(self._conv(filters, kernel, stride)(tensor), relu)
            case Depthwise(kernel, stride):
                make = keras.layers.DepthwiseConv2D
                self.depthwise = self._add("depthwise", make, kernel, strides=stride, padding="same")
                self.depthwise_maps = self._normed(self.depthwise(tensor))
                return self.depthwise_maps
            case Residual(filters, stride):
                return self._residual(tensor, filters, stride)
            case Slice(channels):
                return self._add("slice", FirstChannels, channels)(tensor)
            case Pool(window):
                return self._add("pool", keras.layers.AveragePooling2D, window)(tensor)
            case Dropout(rate):
                return self._add("dropout", keras.layers.Dropout, rate)(tensor)
            case _:
                assert_never(element)

    def _residual(self, tensor: Any, filters: int, stride: int) -> Any:
        maps = self._normed(self._conv(filters, (3, 3), stride)(tensor))
        maps = self._normed(self._conv(filters, (3, 3))(maps), relu=False)
        if stride != 1 or tensor.shape[-1] != filters:
            tensor = self._conv(filters, (1, 1), stride)(tensor)
        return self._add("relu", keras.layers.ReLU)(self._add("add", keras.layers.Add)([tensor, maps]))

    def _conv(self, filters: int, kernel: tuple[int, int], stride: int = 1) -> Any:
        return self._add(
            "conv",
            keras.layers.Conv2D,
            filters,
            kernel,
            strides=stride,
            padding="same",
            kernel_initializer=self._initializer,
            kernel_regularizer=keras.regularizers.L2(L2),
        )

    def _normed(self, maps: Any, relu: bool = True) -> Any:
        if self._batch_norm:
            maps = self._add("norm", keras.layers.BatchNormalization)(maps)
        return self._add("relu", keras.layers.ReLU)(maps) if relu else maps

    def _add(self, kind: str, make: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        self._made[kind] += 1
        number = "" if self._made[kind] == 1 else f"_{self._made[kind]}"
        layer = make(*arguments, name=f"{self.name}_{kind}{number}", **options)
        self.layers.append(layer)
        return layer
