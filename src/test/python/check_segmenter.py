"""Python TensorFlow runs an exported segmenter on images of any size, as fdistill predict does.

    python check_segmenter.py EXPORT [--fdistill COMMAND]

Makes some images and has `fdistill predict` segment them.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import deterministic  # noqa: E402
from checks import require, run_checks  # noqa: E402

FDISTILL = pathlib.Path(__file__).resolve().parents[3] / "fdistill"
# Height and width of the images: of odd sides, narrow, as small as they come. The first is cut by a check.
SIDES = {"a.png": (231, 157), "b.jpg": (90, 301), "c.png": (1, 1), "d.png": (33, 64)}

# Sums in another order may decide where two classes are equally probable.
SAME = 0.9999


def make_images(folder):
    """Smooth images with some noise: classes change from place to place."""
    folder.mkdir()
    for name, (height, width) in SIDES.items():
        coarse = deterministic.integers(name, 8 * 8 * 3, 200).reshape(1, 8, 8, 3)
        noise = deterministic.integers(name + "/noise", height * width * 3, 56).reshape(height, width, 3)
        pixels = tf.cast(tf.image.resize(coarse, (height, width))[0] + noise, tf.uint8)
        encoded = tf.io.encode_jpeg(pixels) if name.endswith(".jpg") else tf.io.encode_png(pixels)
        tf.io.write_file(str(folder / name), encoded)


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=pathlib.Path)
    parser.add_argument("--fdistill", default=str(FDISTILL))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        images, maps = pathlib.Path(work, "images"), pathlib.Path(work, "maps")
        make_images(images)
        subprocess.run([options.fdistill, "predict", str(options.export.parent), "--images", str(images), "--out", str(maps)],
                       check=True)
        segmenter = Segmenter(options.export, images, maps)
        checks = (predictions, odd_sizes, a_batch, variables)
        return run_checks({check.__doc__: lambda check=check: check(segmenter) for check in checks})


if __name__ == "__main__":
    sys.exit(main())
