"""A decoder in Keras on the maps of an export: it is fine-tuned through the export's own variables.

    python check_decoder.py EXPORT

EXPORT has the signature features: the maps inside of the network, from early to late.
"""

import argparse
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import deterministic  # noqa: E402
from checks import require, run_checks  # noqa: E402

CLASSES = 3
STEPS = 12
# float32 sums in another order, over a few hundred terms.
TOLERANCE = 1e-4


class Maps:
    """An export, and the images and masks that a decoder learns from."""

    def __init__(self, path):
        self.path = str(path)
        self.model = tf.saved_model.load(self.path)
        require("features" in self.model.signatures, f"signatures: {list(self.model.signatures)}")
        self.features = self.model.signatures["features"]
        (self.input_name, self.input_spec), = self.features.structured_input_signature[1].items()
        self.side = self.input_spec.shape[1]
        pixels = deterministic.uniform("decoder/images", [4, self.side, self.side, 3], 127.5, 127.5)
        self.images = tf.constant(pixels)
        # What a pixel is follows from its colour: which of the three channels is the strongest.
        self.masks = tf.argmax(tf.image.resize(self.images, [8, 8], method="area"), axis=-1)

    def maps(self, images):
        return self.features(**{self.input_name: images})


def shapes(maps):
    """Square maps, from fine to coarse, by names that sort in their order; one call gives all of them."""
    outputs = maps.maps(maps.images)
    names = sorted(outputs)
    require(1 <= len(names) <= 8, f"maps: {names}")
    sides = [outputs[name].shape[1] for name in names]
    for name in names:
        batch, height, width, _ = outputs[name].shape
        require(batch == 4 and height == width, f"{name} has shape {outputs[name].shape}")
        require(maps.side % height == 0, f"{name} of {height} places for images of {maps.side}")
        require(bool(tf.reduce_all(tf.math.is_finite(outputs[name]))), f"{name} is not finite")
    require(sides == sorted(sides, reverse=True), f"sides {sides} of {names}")
    print("  " + ", ".join(f"{name} {list(outputs[name].shape)}" for name in names))


def before_the_norm(maps):
    """The last map is what the final norm makes serving_default's feature_map of."""
    outputs = maps.maps(maps.images)
    last = outputs[sorted(outputs)[-1]].numpy()
    normed = maps.model.signatures["serving_default"](**{maps.input_name: maps.images})["feature_map"].numpy()
    require(last.shape == normed.shape, f"last map {last.shape}, feature_map {normed.shape}")
    values = {v.name.split(":")[0]: v.numpy() for v in maps.model.variables}
    scale, offset = values.get("student/norm/scale"), values.get("student/norm/offset")
    if scale is None:
        np.testing.assert_allclose(last, normed, rtol=TOLERANCE, atol=TOLERANCE)
        return
    centred = last - last.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred ** 2).mean(axis=-1, keepdims=True) + 1e-6)
    wanted = centred / deviation * scale + offset
    np.testing.assert_allclose(normed, wanted, rtol=1e-3, atol=1e-3)


def require_moved(names, before, after):
    """All variables have moved but those behind the maps: the final norm, and the network's own head."""
    behind = ("student_norm_", "student_fc_norm_", "head_")
    before_maps = [i for i, name in enumerate(names) if not name.replace("/", "_").startswith(behind)]
    still = [names[i] for i in before_maps if not float(np.abs(after[i] - before[i]).max()) > 0]
    require(bool(before_maps) and not still, f"variables that did not move: {still[:5]}")
    print(f"  {len(before_maps)} of {len(names)} variables are in front of the maps, and moved")


def loaded_object(maps):
    """It can be called, gives maps by a method, and lists its variables; a gradient is a plain tensor."""
    model, signatures = maps.model, maps.model.signatures
    for found, name in ((model(maps.images), "serving_default"), (model.features(maps.images), "features")):
        wanted = signatures[name](**{maps.input_name: maps.images})
        require(set(found) == set(wanted), f"{name}: {sorted(found)}, expected {sorted(wanted)}")
        for key, value in wanted.items():
            np.testing.assert_allclose(found[key], value, rtol=TOLERANCE, atol=TOLERANCE, err_msg=key)
    whole = tf.cast(maps.images, tf.uint8)
    for key, value in model.features(tf.cast(whole, tf.float32)).items():
        np.testing.assert_array_equal(model.features(whole)[key], value, err_msg=f"{key} of uint8 images")
    variables = list(model.trainable_variables)
    require(len(variables) == len({v.ref() for v in model.variables}), "variables that are not trainable, or twice")
    with tf.GradientTape() as tape:
        loss = tf.add_n([tf.reduce_sum(value) for value in model.features(maps.images).values()])
    gradients = dict(zip([v.name for v in variables], tape.gradient(loss, variables)))
    sparse = [name for name, gradient in gradients.items() if isinstance(gradient, tf.IndexedSlices)]
    require(not sparse, f"gradients as tf.IndexedSlices: {sparse[:5]}")


class Decoder(keras.layers.Layer):
    """Projects every map, adds them at 8 x 8 and classifies each place."""

    def __init__(self, names):
        super().__init__()
        self.names = names
        self.projections = [keras.layers.Conv2D(16, 1) for _ in names]
        self.classify = keras.layers.Conv2D(CLASSES, 1)

    def call(self, maps):
        projected = [tf.image.resize(layer(maps[name]), [8, 8]) for name, layer in zip(self.names, self.projections)]
        return self.classify(tf.nn.gelu(tf.add_n(projected)))


def keras_layer(maps):
    """keras.layers.TFSMLayer and fit: the loss falls and our variables move."""
    images = keras.Input([maps.side, maps.side, 3])
    backbone = keras.layers.TFSMLayer(maps.path, call_endpoint="features")
    outputs = backbone(images)
    backbone(keras.Input([maps.side, maps.side, 3], dtype="uint8"))
    model = keras.Model(images, Decoder(sorted(outputs))(outputs))
    require(len(backbone.trainable_variables) > 0, "TFSMLayer sees no variables")
    first = [np.array(v) for v in backbone.trainable_variables]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(1e-3)
    # Here and not inside of fit: Keras names its slots after the variables, and "kernel:0" is no name in a graph.
    optimizer.build(model.trainable_variables)
    model.compile(optimizer=optimizer, loss=loss)
    history = model.fit(maps.images, maps.masks, batch_size=4, epochs=STEPS, shuffle=False, verbose=0)
    losses = history.history["loss"]
    require(losses[-1] < 0.9 * losses[0], f"loss went from {losses[0]} to {losses[-1]}")
    print(f"  loss {losses[0]:.3f} to {losses[-1]:.3f}")
    require_moved([v.name for v in backbone.trainable_variables], first,
                  [np.array(v) for v in backbone.trainable_variables])


def own_loop(maps):
    """tf.saved_model.load and a loop of one's own, frozen and not: what is trained is what moves."""
    decoder = Decoder(sorted(maps.maps(maps.images)))
    decoder(maps.maps(maps.images))
    ours = list(maps.model.trainable_variables)
    variables = [v.value for v in decoder.trainable_variables] + ours
    first = [v.numpy() for v in ours]
    moments = [tf.Variable(tf.zeros_like(v)) for v in variables]
    losses = []
    for _ in range(STEPS):
        with tf.GradientTape() as tape:
            logits = decoder(maps.model.features(maps.images))
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(maps.masks, logits))
        losses.append(float(loss))
        gradients = tape.gradient(loss, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
        for variable, moment, gradient in zip(variables, moments, gradients):
            moment.assign(0.9 * moment + gradient)
            variable.assign_sub(0.01 * moment)
    require(losses[-1] < losses[0], f"loss went from {losses[0]} to {losses[-1]}")
    print(f"  loss {losses[0]:.3f} to {losses[-1]:.3f}")
    require_moved([v.name for v in ours], first, [v.numpy() for v in ours])
    for variable, value in zip(ours, first):
        variable.assign(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=pathlib.Path)
    keras.utils.set_random_seed(1)
    maps = Maps(parser.parse_args().export)
    checks = [shapes, before_the_norm, loaded_object, own_loop, keras_layer]
    return run_checks({check.__name__: lambda check=check: check(maps) for check in checks})


if __name__ == "__main__":
    sys.exit(main())
