"""Goldens of the augmentations: timm's RandAugment, mixup and erasing, torchvision's jitter, and segmentation's parts."""

import random

import numpy as np
import torch
from PIL import Image, ImageFilter, ImageOps
from timm.data import auto_augment, create_transform
from timm.data.mixup import Mixup, cutmix_bbox_and_lam, mixup_target
from torchvision.transforms import functional as F

import golden_files
from make_goldens_data import picture

MEAN_COLOUR = (124, 116, 104)
RESAMPLE = {"BILINEAR": Image.Resampling.BILINEAR, "BICUBIC": Image.Resampling.BICUBIC}
ENHANCEMENTS = ("ColorIncreasing", "ContrastIncreasing", "BrightnessIncreasing", "SharpnessIncreasing")
GEOMETRY = ("Rotate", "ShearX", "ShearY", "TranslateXRel", "TranslateYRel")


def images():
    """A picture, one with a channel of a single value and few others, and a tiny one."""
    odd = np.asarray(picture(25, 31, 3)).copy()
    odd[..., 1] = 77
    odd[..., 2] = np.clip(odd[..., 2], 90, 93)
    return {"picture": picture(33, 26, 2), "odd": Image.fromarray(odd), "tiny": picture(10, 10, 5).resize((2, 2))}


class Signed:
    """Stands in for timm's random numbers: the sign of an operation."""

    def __init__(self, sign):
        self.sign = sign

    def random(self):
        return 0.25 if self.sign > 0 else 0.75


def operation(name, image, magnitude, sign, interpolation):
    """timm's operation at a magnitude; its only random number decides the sign."""
    params = {"img_mean": MEAN_COLOUR, "interpolation": RESAMPLE[interpolation]}
    auto_augment.random = Signed(sign)
    try:
        return np.asarray(auto_augment.AugmentOp(name, prob=1.0, magnitude=magnitude, hparams=params)(image))
    finally:
        auto_augment.random = random


def rand_augment():
    transform = create_transform(
        224, is_training=True, auto_augment="rand-m9-mstd0.5-inc1", interpolation="bicubic", re_prob=0.25, re_mode="pixel"
    )
    order = [type(t).__name__ for t in transform.transforms]
    names = [op.name for op in transform.transforms[2].ops]
    assert tuple(transform.transforms[2].ops[0].kwargs["fillcolor"]) == MEAN_COLOUR
    arrays, cases = {}, []
    for image_name, image in images().items():
        arrays[f"image/{image_name}"] = np.asarray(image)
        for name in names:
            magnitudes = {"picture": (0.0, 4.3, 10.0), "odd": (8.37,), "tiny": (8.4,)}[image_name]
            if name == "PosterizeIncreasing":  # At 10 it keeps no bits, which Pillow refuses since version 12.
                magnitudes = tuple(min(m, 9.9) for m in magnitudes)
            for magnitude in magnitudes if auto_augment.LEVEL_TO_ARG[name] else magnitudes[-1:]:
                for sign in (1, -1) if name in GEOMETRY or name in ENHANCEMENTS else (1,):
                    for mode in ("BICUBIC", "BILINEAR") if name in GEOMETRY and magnitude < 9 else ("BICUBIC",):
                        key = f"{image_name}/{name}/{magnitude}/{sign}/{mode}"
                        result = operation(name, image, magnitude, sign, mode)
                        cases.append({"key": key, "image": image_name, "operation": name, "magnitude": magnitude, "sign": sign, "interpolation": mode})
                        arrays[f"result/{key}"] = result
    golden_files.write("augment/operations", arrays, {"cases": cases, "order": order, "operations": names})


def jitter():
    arrays, cases = {}, []
    image = images()["picture"]
    arrays["image"] = np.asarray(image)
    functions = {"brightness": F.adjust_brightness, "contrast": F.adjust_contrast, "saturation": F.adjust_saturation, "hue": F.adjust_hue}
    for order, factors in (((0, 1, 2, 3), (0.6, 1.4, 0.75, 0.11)), ((3, 2, 1, 0), (1.4, 0.6, 1.3, -0.27)), ((2, 3, 0, 1), (1.0, 1.1, 0.0, 0.5)), ((1, 0, 3, 2), (0.0, 0.9, 1.9, -0.5))):
        jittered = image
        for i in order:
            jittered = list(functions.values())[i](jittered, factors[i])
        key = "-".join(map(str, order))
        arrays[f"result/{key}"] = np.asarray(jittered)
        cases.append({"key": key, "order": order, "factors": factors})
    golden_files.write("augment/jitter", arrays, {"cases": cases})


if __name__ == "__main__":
    rand_augment()
    jitter()
