"""torchvision's MobileNetV2 (arXiv 1801.04381) as a SavedModel that fdistill takes as a teacher.

    python mobilenet.py --weights mobilenet_v2-b0353104.pth --side 128 --out savedmodels/mobilenet_v2

It takes images normalised as ImageNet's are and gives the map after the last convolution,
[B, side / 32, side / 32, 1280], without the classifier.
"""

import argparse
from pathlib import Path

import numpy as np
import tensorflow as tf

from legacy_torch import read_state_dict

# Table 2 of the paper: expansion, channels, blocks, stride of the first block.
STAGES = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
]
BATCH_NORM_EPSILON = 1e-5
DESCRIPTION = """\
# MobileNetV2 of torchvision 0.3, trained with labels of ImageNet-1K.
layout: FEATURE_MAP
prefix_tokens: 0
class_token: false
image_size: {side}
input_range: NORMALIZED
licence: "not stated for the weights; torchvision, which published them, is BSD-3-Clause"
"""


class MobileNetV2(tf.Module):
    """The network at inference: batch norms are part of the convolutions."""

    def __init__(self, weights: dict[str, np.ndarray]):
        super().__init__()
        self._weights = weights
        self._layers = []
        self._convolution("features.0", 2)
        index = 1
        for expansion, channels, blocks, stride in STAGES:
            for block in range(blocks):
                self._block(f"features.{index}.conv", expansion, stride if block == 0 else 1)
                index += 1
        self._convolution(f"features.{index}", 1)
        del self._weights

    def __call__(self, x):
        return self._run(self._layers, x)

    def _block(self, name: str, expansion: int, stride: int) -> None:
        outer, self._layers = self._layers, []
        depthwise = 0 if expansion == 1 else 1
        if depthwise:
            self._convolution(f"{name}.0", 1)
        self._convolution(f"{name}.{depthwise}", stride)
        kernel = f"{name}.{depthwise + 1}"
        self._add(f"{kernel}.weight", f"{name}.{depthwise + 2}", 1, activation=False)
        block, self._layers = self._layers, outer
        channels_in = self._weights[f"{name}.0.0.weight"].shape[0 if expansion == 1 else 1]
        channels_out = self._weights[f"{kernel}.weight"].shape[0]
        residual = stride == 1 and channels_in == channels_out
        self._layers.append((self._residual if residual else self._run, block))

    def _convolution(self, name: str, stride: int) -> None:
        self._add(f"{name}.0.weight", f"{name}.1", stride, activation=True)

    def _add(self, kernel: str, norm: str, stride: int, activation: bool) -> None:
        """A convolution with its batch norm folded in: kernel times scale, and a bias."""
        w = self._weights
        scale = w[f"{norm}.weight"] / np.sqrt(w[f"{norm}.running_var"] + BATCH_NORM_EPSILON)
        bias = w[f"{norm}.bias"] - w[f"{norm}.running_mean"] * scale
        folded = w[kernel] * scale[:, None, None, None]  # [out, in / groups, kh, kw]
        depthwise = folded.shape[1] == 1
        order = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
        variables = [
            tf.Variable(value.astype(np.float32), trainable=False)
            for value in (folded.transpose(order), bias)
        ]
        self._layers.append((self._convolve, (variables, stride, depthwise, activation)))

    @staticmethod
    def _convolve(arguments, x):
        (kernel, bias), stride, depthwise, activation = arguments
        side = kernel.shape[0] // 2  # PyTorch pads both sides alike
        x = tf.pad(x, [[0, 0], [side, side], [side, side], [0, 0]]) if side else x
        operation = tf.nn.depthwise_conv2d if depthwise else tf.nn.conv2d
        x = tf.nn.bias_add(operation(x, kernel, [1, stride, stride, 1], "VALID"), bias)
        return tf.nn.relu6(x) if activation else x

    @staticmethod
    def _run(layers, x):
        for layer, arguments in layers:
            x = layer(arguments, x)
        return x

    @staticmethod
    def _residual(layers, x):
        return x + MobileNetV2._run(layers, x)


def save(weights: Path, side: int, out: Path) -> Path:
    """Writes version 1 of the SavedModel and its description into `out`."""
    network = MobileNetV2(read_state_dict(weights))
    images = tf.TensorSpec([None, side, side, 3], tf.float32, name="images")
    signature = tf.function(lambda images: {"feature_map": network(images)})
    module = tf.Module()
    module.network = network
    version = out / "1"
    tf.saved_model.save(module, str(version), signature.get_concrete_function(images))
    (version / "teacher.txtpb").write_text(DESCRIPTION.format(side=side))
    return version


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--side", type=int, default=128, help="of its images, in pixels")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    print(save(arguments.weights, arguments.side, arguments.out))


if __name__ == "__main__":
    main()
