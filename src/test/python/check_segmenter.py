"""Python TensorFlow runs an exported segmenter on images of any size, as fdistill predict does.

    python check_segmenter.py EXPORT IMAGES MAPS

MAPS is what `fdistill predict EXPORT --images IMAGES --out MAPS` wrote.
"""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from checks import require, run_checks  # noqa: E402

# Sums in another order may decide where two classes are equally probable.
SAME = 0.9999


class Segmenter:
    def __init__(self, export, images, maps):
        self.model = tf.saved_model.load(str(export))
        self.signatures = self.model.signatures
        self.files = sorted(p for p in pathlib.Path(images).iterdir() if p.suffix in (".jpg", ".png"))
        self.maps = pathlib.Path(maps)

    def pixels(self, file):
        return tf.io.decode_image(tf.io.read_file(str(file)), channels=3, expand_animations=False)[None]

    def classes(self, signature, value):
        name, = self.signatures[signature].structured_input_signature[1]
        return self.signatures[signature](**{name: value})["class_map"].numpy()[0]


def agree(what, ours, theirs):
    require(ours.shape == theirs.shape, f"{what}: {ours.shape} and {theirs.shape}")
    share = float(np.mean(ours == theirs))
    require(share >= SAME, f"{what}: {share:.6f} of the pixels agree")


def predictions(segmenter):
    """class_map of a file is what predict wrote."""
    for file in segmenter.files:
        written = tf.io.decode_png(tf.io.read_file(str(segmenter.maps / (file.stem + ".classes.png"))), channels=1)
        found = segmenter.classes("image_bytes", tf.constant([file.read_bytes()]))
        require(found.dtype == np.uint8, f"class_map is {found.dtype}")
        # The signature decodes JPEG as PIL does; predict gives its pixels to uint8_images.
        agree(file.name, found, written.numpy()[:, :, 0])


def odd_sizes(segmenter):
    """Floats and bytes give the same at any size, down to a pixel, and the logits' best class is the map's."""
    whole = segmenter.pixels(segmenter.files[0])
    for height, width in ((1, 1), (37, 101), (211, 64), (whole.shape[1] - 1, whole.shape[2] - 3)):
        part = whole[:, :height, :width]
        floats = tf.cast(part, tf.float32)
        answer = segmenter.signatures["serving_default"](images=floats)
        found = answer["class_map"].numpy()[0]
        require(found.shape == (height, width), f"{height} x {width}: {found.shape}")
        agree("logits", found, np.argmax(answer["logits"].numpy()[0], axis=-1))
        agree(f"{height} x {width}", found, segmenter.classes("uint8_images", part))


def a_batch(segmenter):
    """Two images of one size at once are each by itself."""
    part = tf.cast(segmenter.pixels(segmenter.files[0])[:, :90, :120], tf.float32)
    other = part[:, ::-1]
    both = segmenter.signatures["serving_default"](images=tf.concat([part, other], 0))["class_map"].numpy()
    agree("first", both[0], segmenter.classes("serving_default", part))
    agree("second", both[1], segmenter.classes("serving_default", other))


def variables(segmenter):
    """Running statistics are variables, and not trainable ones."""
    statistics = [v for v in segmenter.model.variables if v.name.endswith(("/mean:0", "/variance:0"))]
    require(statistics, "no running statistics among the variables")
    require(not any(v.trainable for v in statistics), "running statistics are trainable")
    require(any(v.trainable for v in segmenter.model.variables), "nothing is trainable")


if __name__ == "__main__":
    segmenter = Segmenter(*sys.argv[1:4])
    checks = (predictions, odd_sizes, a_batch, variables)
    sys.exit(run_checks({check.__doc__: lambda check=check: check(segmenter) for check in checks}))
