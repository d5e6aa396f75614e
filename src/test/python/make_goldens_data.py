"""Goldens of the input pipeline: pixels of PIL and torchvision, and the law of torchvision's crops."""

import io

import numpy as np
import torch
from PIL import Image
from torchvision import transforms
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

import golden_files

MODES = {"BILINEAR": InterpolationMode.BILINEAR, "BICUBIC": InterpolationMode.BICUBIC}
DRAWS = 200_000
QUANTILES = np.linspace(0.05, 0.95, 19)


def picture(width, height, seed):
    """Smooth colours, a few hard edges and mild noise: what a photograph asks of a resize."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    image = np.zeros((height, width, 3))
    for c in range(3):
        for _ in range(4):
            fx, fy, phase = rng.uniform(0.01, 0.12), rng.uniform(0.01, 0.12), rng.uniform(0, 6.28)
            image[..., c] += 28 * np.sin(fx * x + fy * y + phase)
    for _ in range(6):
        left, top = rng.integers(0, width - 8), rng.integers(0, height - 8)
        image[top : top + rng.integers(4, height // 2), left : left + rng.integers(4, width // 2)] += rng.uniform(-70, 70, 3)
    image += 128 + rng.normal(0, 4, image.shape)
    return Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def sixteen_bits(image):
    """A grey PNG of 16 bits whose high bytes are the image's."""
    high = np.asarray(image.convert("L")).astype(np.uint16)
    return encoded(Image.fromarray(high * 256 + 77), "PNG")


def files():
    """Name to (bytes, the RGB image that a reader should see)."""
    photo = picture(150, 110, 1)
    alpha = photo.copy()
    alpha.putalpha(Image.fromarray(np.tile(np.arange(150, dtype=np.uint8), (110, 1))))
    raw = {
        "jpeg420": encoded(photo, "JPEG", quality=88),
        "jpeg444-progressive": encoded(photo, "JPEG", quality=88, subsampling=0, progressive=True),
        "jpeg-grey": encoded(photo.convert("L"), "JPEG", quality=88),
        "jpeg-cmyk": encoded(photo.convert("CMYK"), "JPEG", quality=88),
        "png": encoded(photo, "PNG"),
        "png-alpha": encoded(alpha, "PNG"),
        "png-palette": encoded(photo.quantize(64), "PNG"),
        "gif": encoded(photo.quantize(64), "GIF"),
        "bmp": encoded(photo.resize((75, 55)), "BMP"),
    }
    seen = {name: (data, Image.open(io.BytesIO(data)).convert("RGB")) for name, data in raw.items()}
    # PIL clips 16 bits to 255 when it converts; the high byte is what the file means.
    seen["png-16bit"] = (sixteen_bits(photo), photo.convert("L").convert("RGB"))
    return seen


def centre_crop(image, side, mode):
    resized = F.resize(image, int(256 / 224 * side), MODES[mode])
    return np.asarray(F.center_crop(resized, side))


def pixels():
    arrays, cases = {}, []
    for name, (data, image) in files().items():
        arrays[f"file/{name}"] = np.frombuffer(data, np.uint8)
        for side in (56, 140) if name == "jpeg420" else (56,):
            for mode in MODES:
                arrays[f"centre/{name}/{side}/{mode}"] = centre_crop(image, side, mode)
                cases.append({"view": "centre", "file": name, "side": side, "interpolation": mode})
    for name in ("jpeg420", "jpeg444-progressive", "jpeg-cmyk", "png"):
        image = files()[name][1]
        for top, left, height, width in ((0, 0, 110, 150), (13, 21, 60, 97), (50, 101, 59, 31), (5, 2, 48, 48)):
            for mode in MODES:
                box = f"{top}-{left}-{height}-{width}"
                crop = F.resized_crop(image, top, left, height, width, [48, 48], MODES[mode])
                arrays[f"crop/{name}/{box}/{mode}"] = np.asarray(crop)
                cases.append({"view": "crop", "file": name, "side": 48, "interpolation": mode, "box": [top, left, height, width]})
    golden_files.write("data/pixels", arrays, {"cases": cases})


def boxes():
    """The distribution function of each side of the box at some thresholds, from many draws."""
    torch.manual_seed(0)
    arrays, cases = {}, []
    for width, height, scale in ((500, 375, (0.08, 1.0)), (64, 64, (0.67, 1.0)), (90, 400, (0.08, 1.0))):
        image = torch.zeros(1, height, width)
        draws = np.array(
            [transforms.RandomResizedCrop.get_params(image, list(scale), [3 / 4, 4 / 3]) for _ in range(DRAWS)], np.int64
        )
        top, left, h, w = draws.T
        name = f"{width}x{height}"
        for quantity, values in (("top", top), ("left", left), ("height", h), ("width", w), ("area", h * w)):
            at = np.unique(np.quantile(values, QUANTILES, method="lower"))
            arrays[f"{name}/{quantity}/at"] = at
            arrays[f"{name}/{quantity}/share"] = np.array([np.mean(values <= t) for t in at])
        cases.append({"name": name, "width": width, "height": height, "min_scale": scale[0], "max_scale": scale[1]})
    golden_files.write("data/boxes", arrays, {"cases": cases, "draws": DRAWS})


if __name__ == "__main__":
    pixels()
    boxes()
