"""Goldens of position tables on other grids, in float64: SciPy's splines, PyTorch's bicubic."""

import numpy as np
import torch
from scipy.interpolate import RectBivariateSpline

import deterministic
import golden_files

# (given grid, wanted grid, rows of the class token, heads)
RELATIVE = [(3, 5, 3, 2), (4, 6, 0, 3), (2, 3, 3, 2), (7, 12, 0, 2), (14, 16, 3, 2), (16, 14, 3, 1), (6, 2, 0, 1)]
RATIOS = [(14, 24), (14, 32), (16, 24), (16, 32), (14, 16), (16, 14)]
# (given grid, wanted grid, prefix rows, channels, antialias, offset)
ABSOLUTE = [(4, 6, 1, 3, False, 0.0), (6, 4, 0, 2, False, 0.0), (14, 16, 1, 2, False, 0.0), (1, 3, 2, 2, False, 0.0),
            (37, 16, 1, 1, False, 0.1), (5, 8, 1, 2, False, 0.1), (37, 16, 1, 1, True, 0.0), (6, 4, 1, 2, True, 0.0),
            (4, 7, 1, 2, True, 0.0), (5, 3, 0, 2, True, 0.1)]


def ratio(given, wanted):
    """The factor by which steps grow, by bisection."""
    low, high, factor = 1.01, 1.5, 1.01
    while high - low > 1e-6:
        factor = (low + high) / 2
        reached = sum(factor**i for i in range(given - 1))
        low, high = (low, factor) if reached > wanted - 1 else (factor, high)
    return factor


def places(given, wanted):
    """Where the offsets of the given grid are laid on the axis of the wanted one."""
    factor = ratio(given, wanted)
    half = np.cumsum([factor**i for i in range(given - 1)])
    return np.concatenate([-half[::-1], [0.0], half])


def relative(table, given, wanted, class_rows):
    """BEiT's geometric interpolation: a spline through each head's square of offsets."""
    side = 2 * given - 1
    x = places(given, wanted)
    at = np.arange(1 - wanted, wanted, dtype=np.float64)
    degree = min(3, side - 1)
    grid = table[: side * side].astype(np.float64).reshape(side, side, -1)
    heads = [RectBivariateSpline(x, x, grid[:, :, head], kx=degree, ky=degree, s=0)(at, at)
             for head in range(grid.shape[2])]
    resized = np.stack(heads, axis=-1).reshape(at.size**2, -1)
    return np.concatenate([resized, table[side * side:].astype(np.float64)]) if class_rows else resized


def absolute(table, given, wanted, prefix, antialias, offset, dtype):
    """PyTorch's interpolation, by size or, where there is an offset, by scale factor."""
    table = torch.tensor(table, dtype=dtype)
    image = table[prefix:].reshape(1, given, given, -1).permute(0, 3, 1, 2)
    target = {"scale_factor": ((wanted + offset) / given,) * 2} if offset else {"size": (wanted, wanted)}
    resized = torch.nn.functional.interpolate(image, mode="bicubic", antialias=antialias, align_corners=False, **target)
    assert resized.shape[-2:] == (wanted, wanted)
    rows = resized.permute(0, 2, 3, 1).reshape(wanted * wanted, -1)
    return torch.cat([table[:prefix], rows]).numpy()


def draw(name, shape):
    return deterministic.uniform(name, shape, 0.0, 1.0), {"shape": shape, "centre": 0.0, "half_width": 1.0}


def main():
    arrays, inputs, float32_error = {}, {}, {}
    for given, wanted, class_rows, heads in RELATIVE:
        name = f"relative/{given}/{wanted}/{class_rows}"
        table, inputs[name] = draw(name, ((2 * given - 1) ** 2 + class_rows, heads))
        arrays[name] = relative(table, given, wanted, class_rows)
    for given, wanted, prefix, channels, antialias, offset in ABSOLUTE:
        name = f"absolute/{given}/{wanted}/{prefix}/{str(antialias).lower()}/{offset}"
        table, inputs[name] = draw(name, (prefix + given * given, channels))
        arrays[name] = absolute(table, given, wanted, prefix, antialias, offset, torch.float64)
        single = absolute(table, given, wanted, prefix, antialias, offset, torch.float32)
        float32_error[name] = golden_files.scaled_error(single, arrays[name])
        arrays["float32/" + name] = single
    golden_files.write("resample", arrays, {
        "tables": inputs, "float32_error": float32_error,
        "ratios": [{"from": given, "to": wanted, "q": ratio(given, wanted)} for given, wanted in RATIOS]})


if __name__ == "__main__":
    main()
