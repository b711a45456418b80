"""Small model files."""


def saved(folder, name, *activations):
    from trecx.nn import keras

    inputs = keras.Input((96, 96, 3))
    stem = keras.layers.Conv2D(4, 3, strides=4, activation="relu")(inputs)
    deeper = keras.layers.Conv2D(4, 3, strides=4, activation="relu")(stem)
    pooled = [keras.layers.GlobalAveragePooling2D()(maps) for maps in (stem, deeper)[-len(activations) :]]
    outputs = [keras.layers.Dense(2, activation=a)(p) for a, p in zip(activations, pooled, strict=True)]
    path = folder / name
    keras.Model(inputs, outputs).save(path)
    return str(path)
