"""Goldens of the augmentations: timm's RandAugment, mixup and erasing, torchvision's jitter, and segmentation's parts."""

import io
import random
from unittest import mock

import cv2
import numpy as np
import torch
from PIL import Image, ImageFilter
from timm.data import auto_augment, create_transform
from timm.data.mixup import Mixup
from timm.data.random_erasing import RandomErasing
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
            if name == "PosterizeIncreasing":  # At 10 it keeps no bits, which newer Pillow refuses.
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


def convert(image, alpha=1, beta=0):
    """mmsegmentation's: multiplied and added to in float32, clipped and cut off."""
    return np.clip(image.astype(np.float32) * alpha + beta, 0, 255).astype(np.uint8)


def in_hsv(image, change):
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    change(hsv)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def saturate(image, factor):
    def change(hsv):
        hsv[..., 1] = convert(hsv[..., 1], alpha=factor)

    return in_hsv(image, change)


def turn(image, steps):
    def change(hsv):
        hsv[..., 0] = (hsv[..., 0].astype(int) + steps) % 180

    return in_hsv(image, change)


def distorted(image, c):
    """mmsegmentation's PhotoMetricDistortion with its random numbers given."""
    image = convert(image, beta=c["addend"])
    if c["contrast_first"]:
        image = convert(image, alpha=c["contrast"])
    if c["saturated"]:
        image = saturate(image, c["saturation"])
    if c["turned"]:
        image = turn(image, c["hue"])
    return image if c["contrast_first"] else convert(image, alpha=c["contrast"])


def photometric():
    arrays, cases = {}, []
    # OpenCV cuts off in its vector loop and rounds what is left of a row: crops of 512 have nothing left, nor has this.
    image = np.asarray(picture(64, 24, 7))
    rng = np.random.default_rng(3)
    image = np.concatenate([image, rng.integers(0, 256, (16, 64, 3), dtype=np.uint8)])
    image[:2, :30] = np.repeat([0, 255, 128, 17, 200, 1], 5)[None, :, None]
    image[2, :6] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255], [255, 0, 255]]
    arrays["image"] = image
    plain = {"addend": 0.0, "contrast": 1.0, "contrast_first": True, "saturated": False, "saturation": 1.0, "turned": False, "hue": 0}
    for change in (
        {"addend": 31.7}, {"addend": -12.4, "contrast": 1.43}, {"contrast": 0.52, "contrast_first": False},
        {"saturated": True}, {"saturated": True, "saturation": 1.5}, {"saturated": True, "saturation": 0.5},
        {"turned": True, "hue": -18}, {"turned": True, "hue": 17}, {"turned": True, "hue": 0},
        {"addend": 20.3, "contrast": 1.37, "contrast_first": False, "saturated": True, "saturation": 0.71, "turned": True, "hue": 9},
        {"addend": -28.1, "contrast": 0.66, "saturated": True, "saturation": 1.28, "turned": True, "hue": -5},
    ):
        case = plain | change
        arrays[f"result/{len(cases)}"] = distorted(image, case)
        cases.append(case)
    golden_files.write("augment/photometric", arrays, {"cases": cases})


def rescaled_size(height, width, ratio, limits=(2048, 512)):
    """mmcv's size for an image within limits that are multiplied by a ratio."""
    long_side, short_side = max(int(s * ratio) for s in limits), min(int(s * ratio) for s in limits)
    scale = min(long_side / max(height, width), short_side / min(height, width))
    return int(height * scale + 0.5), int(width * scale + 0.5)


def segment_mask(width, height, seed):
    """Regions of some classes, one of them large, and pixels without a class."""
    rng = np.random.default_rng(seed)
    mask = np.full((height, width), 3, np.uint8)
    for label in (0, 149, 255, 7, 1):
        top, left = rng.integers(0, height - 4), rng.integers(0, width - 4)
        mask[top : top + rng.integers(3, height // 2), left : left + rng.integers(3, width // 2)] = label
    return mask


def cropped(image, mask, size, offset, mirrored, side):
    """Resize, crop, flip and pad as mmsegmentation does, the image's padding black."""
    image = cv2.resize(image, size[::-1], interpolation=cv2.INTER_LINEAR)
    mask = cv2.resize(mask, size[::-1], interpolation=cv2.INTER_NEAREST)
    window = slice(offset[0], offset[0] + side), slice(offset[1], offset[1] + side)
    image, mask = image[window], mask[window]
    if mirrored:
        image, mask = image[:, ::-1], mask[:, ::-1]
    extent = mask.shape
    below = ((0, side - extent[0]), (0, side - extent[1]))
    return np.pad(image, (*below, (0, 0))), np.pad(mask, below, constant_values=255), np.array(extent, np.int32)


def first_varied(mask, size, offsets, side, limit):
    """The place of the crop that mmsegmentation takes of those that it draws one after the other."""
    mask = cv2.resize(mask, size[::-1], interpolation=cv2.INTER_NEAREST)
    for i, (top, left) in enumerate(offsets[:-1]):
        labels, counts = np.unique(mask[top : top + side, left : left + side], return_counts=True)
        counts = counts[labels != 255]
        if len(counts) > 1 and np.max(counts) / np.sum(counts) < limit:
            return i
    return len(offsets) - 1


def segment():
    arrays, crops, choices = {}, [], []
    shapes = {"wide": (61, 43), "tall": (21, 50), "dot": (1, 1), "line": (30, 1)}
    for name, (width, height) in shapes.items():
        arrays[f"image/{name}"] = np.asarray(picture(max(width, 40), max(height, 40), 11).crop((0, 0, width, height)))
        large = segment_mask(max(width, 40), max(height, 40), 5)
        arrays[f"mask/{name}"] = large[:height, :width].copy()
    for name, size, offset, mirrored in (
        ("wide", (43, 61), (0, 0), False), ("wide", (43, 61), (11, 29), True), ("wide", (86, 122), (54, 17), False),
        ("wide", (31, 44), (0, 12), True), ("wide", (22, 31), (0, 0), True), ("wide", (22, 31), (0, 0), False),
        ("tall", (100, 42), (68, 10), True), ("tall", (37, 16), (5, 0), True), ("tall", (71, 30), (39, 0), False),
        ("dot", (32, 32), (0, 0), True), ("dot", (77, 77), (40, 3), False), ("line", (9, 270), (0, 200), True), ("line", (1, 30), (0, 0), True),
    ):
        image, mask, extent = cropped(arrays[f"image/{name}"], arrays[f"mask/{name}"], size, offset, mirrored, 32)
        key = str(len(crops))
        arrays |= {f"crop/{key}/image": image, f"crop/{key}/mask": mask, f"crop/{key}/extent": extent}
        crops.append({"name": name, "size": size, "offset": offset, "mirrored": mirrored})
    rng = np.random.default_rng(1)
    for name, size, limit in (("wide", (60, 86), 0.75), ("wide", (60, 86), 0.5), ("tall", (100, 42), 0.75), ("dot", (64, 64), 0.75), ("wide", (86, 122), 0.6)):
        for _ in range(6):
            offsets = [[int(rng.integers(0, max(s - 32, 0) + 1)) for s in size] for _ in range(11)]
            index = first_varied(arrays[f"mask/{name}"], size, offsets, 32, limit)
            choices.append({"name": name, "size": size, "limit": limit, "offsets": offsets, "index": index})
    assert {0, 10} < {c["index"] for c in choices}
    sizes = [
        {"size": (h, w), "ratio": r, "scaled": rescaled_size(h, w, r)}
        for h, w in ((512, 683), (1, 1), (300, 4000), (2112, 2816), (513, 511), (97, 1301)) for r in (0.5, 1.0, 1.3717, 2.0)
    ]
    golden_files.write("augment/segment", arrays, {"crops": crops, "choices": choices, "sizes": sizes, "side": 32})


def mask_file(image, **options):
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return np.frombuffer(out.getvalue(), np.uint8)


def with_palette(numbers, colours):
    image = Image.frombytes("P", numbers.shape[::-1], numbers.tobytes())
    rng = np.random.default_rng(9)
    # Two numbers of one colour: they must not become one.
    palette = rng.integers(0, 256, (colours, 3), dtype=np.uint8)
    palette[1] = palette[0]
    image.putpalette(palette.tobytes())
    return image


def masks():
    arrays, good, bad = {}, [], []
    numbers = np.random.default_rng(4).integers(0, 256, (9, 13), dtype=np.uint8)
    files = {
        "grey": mask_file(Image.fromarray(numbers)),
        "palette8": mask_file(with_palette(numbers, 256)),
        "palette8-transparent": mask_file(with_palette(numbers, 256), transparency=bytes(range(256))),
        "palette8-two-transparent": mask_file(with_palette(numbers, 256), transparency=b"\0\x80"),
        "palette4": mask_file(with_palette(numbers % 16, 16), bits=4),
        "palette2": mask_file(with_palette(numbers % 4, 4), bits=2),
        "palette1": mask_file(with_palette(numbers % 2, 2), bits=1),
        "dot": mask_file(Image.fromarray(numbers[:1, :1])),
    }
    for name, data in files.items():
        arrays[f"file/{name}"] = data
        arrays[f"numbers/{name}"] = np.asarray(Image.open(io.BytesIO(data.tobytes())))
        good.append(name)
    colours = np.random.default_rng(5).integers(0, 256, (9, 13, 3), dtype=np.uint8)
    jpeg = io.BytesIO()
    Image.fromarray(numbers).save(jpeg, "JPEG")
    for name, data, words in (
        ("colours", mask_file(Image.fromarray(colours)), "mask in colours"),
        ("alpha", mask_file(Image.fromarray(colours).convert("RGBA")), "mask in colours"),
        ("grey-alpha", mask_file(Image.fromarray(numbers).convert("LA")), "mask in colours"),
        ("grey1", mask_file(Image.fromarray(numbers).convert("1")), "grey mask that has not 8 bits"),
        ("grey16", mask_file(Image.fromarray(numbers.astype(np.uint16) * 3)), "grey mask that has not 8 bits"),
        ("jpeg", np.frombuffer(jpeg.getvalue(), np.uint8), "mask that is no PNG"),
        ("empty", np.zeros(0, np.uint8), "mask that is no PNG"),
        ("short", files["palette8"][:30], "PNG"),
        ("cut", files["palette8"][:200], "PNG"),
    ):
        arrays[f"file/{name}"] = data
        bad.append({"name": name, "words": words})
    golden_files.write("augment/masks", arrays, {"good": good, "bad": bad})


def mixup():
    """timm's Mixup with its random numbers given, on a batch of normalised images."""
    arrays, cases = {}, []
    rng = np.random.default_rng(6)
    images, labels = rng.normal(size=(4, 12, 12, 3)).astype(np.float32), np.array([2, 0, 4, 2])
    arrays |= {"images": images, "labels": labels}
    x, y = torch.tensor(images).permute(0, 3, 1, 2), torch.tensor(labels)
    for cut, lam, row, column in ((False, 0.3, 0, 0), (False, 1.0, 0, 0), (True, 0.5, 6, 6), (True, 0.2, 1, 10), (True, 0.97, 11, 0), (True, 1.0, 5, 5), (True, 0.0, 6, 6)):
        mixer = Mixup(mixup_alpha=0.8, cutmix_alpha=1.0, label_smoothing=0.1, num_classes=5)
        mixer._params_per_batch = lambda: (lam, cut)
        centre = iter((row, column))
        with mock.patch("timm.data.mixup.np.random.randint", lambda low, high, size=None: next(centre)):
            mixed, targets = mixer(x.clone(), y)
        key = str(len(cases))
        arrays |= {f"{key}/images": mixed.permute(0, 2, 3, 1).contiguous().numpy(), f"{key}/targets": targets.numpy()}
        cases.append({"cut": cut, "share": lam, "row": row, "column": column})
    golden_files.write("augment/mixup", arrays, {"cases": cases, "classes": 5, "smoothing": 0.1})


class Rectangle:
    """Stands in for the image that timm erases: keeps the rectangle."""

    def __setitem__(self, key, value):
        _, rows, columns = key
        self.box = rows.start, columns.start, rows.stop - rows.start, columns.stop - columns.start


def erasing():
    """The distribution function of each side of timm's rectangles at some thresholds, from many draws."""
    random.seed(0)
    side, draws, image, boxes = 32, 200_000, Rectangle(), []
    erase = RandomErasing(probability=1, mode="const", device="cpu")
    with mock.patch("timm.data.random_erasing._get_pixels", lambda *args, **kwargs: None):
        for _ in range(draws):
            erase._erase(image, 3, side, side, torch.float32)
            boxes.append(image.box)
    arrays = {}
    for quantity, values in zip(("top", "left", "height", "width"), np.array(boxes).T):
        at = np.unique(np.quantile(values, np.linspace(0.05, 0.95, 15), method="lower"))
        arrays[f"{quantity}/at"] = at
        arrays[f"{quantity}/share"] = np.array([np.mean(values <= t) for t in at])
    golden_files.write("augment/erasing", arrays, {"side": side, "draws": draws})


def student_image():
    """torchvision's greys and PIL's solarise and Gaussian blur, of which radii fall on either side of a whole box."""
    arrays, cases = {}, []
    for name, image in images().items():
        arrays[f"image/{name}"] = np.asarray(image)
        arrays[f"grey/{name}"] = np.asarray(F.rgb_to_grayscale(image, num_output_channels=3))
        arrays[f"solarize/{name}"] = np.asarray(F.solarize(image, 128))
        for sigma in (0.1, 0.37, 0.8, 1.0, 1.3333, 1.9, 2.0, 5.5) if name == "picture" else (1.7, 3.1):
            sigma = float(np.float32(sigma))
            cases.append({"key": f"blur/{name}/{sigma}", "image": name, "sigma": sigma})
            arrays[cases[-1]["key"]] = np.asarray(image.filter(ImageFilter.GaussianBlur(sigma)))
    golden_files.write("augment/student-image", arrays, {"blurs": cases})


def block_mask(generator, grid, hidden, min_block=16, min_aspect=0.3):
    """BEiT's block-wise mask (masking_generator.py), brought to the exact number as in BEiT v2; True is hidden."""
    mask, failures = np.zeros((grid, grid), bool), 0
    while mask.sum() < hidden and failures < 10:
        missing = hidden - mask.sum()
        area = min_block + generator.random() * (missing - min_block)
        aspect = np.exp(generator.uniform(np.log(min_aspect), -np.log(min_aspect)))
        height, width = round(np.sqrt(area * aspect)), round(np.sqrt(area / aspect))
        failures += 1
        if height < grid and width < grid:
            top, left = generator.integers(grid - height + 1), generator.integers(grid - width + 1)
            more = mask.copy()
            more[top:top + height, left:left + width] = True
            if 0 < more.sum() - mask.sum() <= missing:
                mask, failures = more, 0
    rest = np.flatnonzero(~mask)
    mask.flat[generator.choice(rest, hidden - mask.sum(), replace=False)] = True
    return mask


def block_masks():
    """How often each patch is hidden, and how many pairs of neighbours are, of many masks."""
    arrays, cases = {}, []
    for grid, hidden, draws in ((14, 78, 20_000), (14, 147, 20_000)):
        generator = np.random.default_rng(hidden)
        masks = np.array([block_mask(generator, grid, hidden) for _ in range(draws)])
        pairs = (masks[:, 1:] & masks[:, :-1]).sum((1, 2)) + (masks[:, :, 1:] & masks[:, :, :-1]).sum((1, 2))
        arrays[f"hidden/{hidden}"] = masks.mean(0).ravel().astype(np.float32)
        cases.append({"grid": grid, "hidden": hidden, "draws": draws, "pairs": pairs.mean(), "deviation": pairs.std()})
    golden_files.write("augment/block-masks", arrays, {"cases": cases})


if __name__ == "__main__":
    rand_augment()
    jitter()
    photometric()
    segment()
    masks()
    mixup()
    erasing()
    student_image()
    block_masks()
