"""Swin, versions 1 and 2, in PyTorch, written from its facts, with fdistill's parameter names and layouts.

Parameters live in a flat dict: dense kernels [in, out], convolutions [kh, kw, in, out].
B batch, S image side, P patch side, G grid side, w window side, W windows, N tokens of a window, C width,
H heads, D head width.
"""

import dataclasses
import math

import torch
import torch.nn.functional as F


@dataclasses.dataclass(frozen=True)
class Swin:
    version: int
    image_size: int
    patch_size: int
    width: int
    depths: tuple
    heads: tuple
    window: int
    mlp_ratio: float = 4.0
    layer_norm_epsilon: float = 1e-5
    position_window: tuple = ()  # version 2
    main_norm_interval: int = 0  # version 2

    def stage(self, number):
        grid = self.image_size // self.patch_size // 2**number
        given = self.position_window[number] if self.position_window else 0
        window = min(self.window, grid)
        return Stage(grid, self.width * 2**number, self.depths[number], self.heads[number], window, given or window)

    @property
    def stages(self):
        return [self.stage(i) for i in range(len(self.depths))]


@dataclasses.dataclass(frozen=True)
class Stage:
    grid: int
    width: int
    depth: int
    heads: int
    window: int
    position_window: int

    def shift(self, block):
        return self.window // 2 if block % 2 == 1 and self.window < self.grid else 0


def parameter_shapes(swin):
    """All parameters in the order of the forward pass: name without student/ -> shape."""
    c, p = swin.width, swin.patch_size
    shapes = {"patch_embed/kernel": (p, p, 3, c), "patch_embed/bias": (c,)} | _norm_shapes("patch_embed/norm", c)
    for s, stage in enumerate(swin.stages):
        for b in range(stage.depth):
            shapes |= {f"layers/{s}/blocks/{b:02d}/{n}": v for n, v in _block_shapes(swin, stage, b).items()}
        if s + 1 < len(swin.depths):
            shapes |= _norm_shapes(f"layers/{s}/downsample/norm", (4 if swin.version == 1 else 2) * stage.width)
            shapes[f"layers/{s}/downsample/reduction/kernel"] = (4 * stage.width, 2 * stage.width)
    return shapes | _norm_shapes("norm", swin.stages[-1].width)


def _norm_shapes(name, width):
    return {name + "/scale": (width,), name + "/offset": (width,)}


def _block_shapes(swin, stage, block):
    c, h = stage.width, stage.heads
    m = int(c * swin.mlp_ratio)
    shapes = _norm_shapes("norm1", c) | _norm_shapes("norm2", c) | {"attn/qkv/kernel": (c, 3 * c)}
    if swin.version == 1:
        shapes |= {"attn/qkv/bias": (3 * c,), "attn/rel_pos_bias/table": ((2 * stage.window - 1) ** 2, h)}
    else:
        shapes |= {"attn/q_bias": (c,), "attn/v_bias": (c,), "attn/logit_scale": (h,)}
        shapes |= {"attn/cpb/fc1/kernel": (2, 512), "attn/cpb/fc1/bias": (512,), "attn/cpb/fc2/kernel": (512, h)}
    shapes |= {"attn/proj/kernel": (c, c), "attn/proj/bias": (c,)}
    shapes |= {"mlp/fc1/kernel": (c, m), "mlp/fc1/bias": (m,), "mlp/fc2/kernel": (m, c), "mlp/fc2/bias": (c,)}
    return shapes | (_norm_shapes("main_norm", c) if has_main_norm(swin, block) else {})


def has_main_norm(swin, block):
    return swin.main_norm_interval > 0 and (block + 1) % swin.main_norm_interval == 0


def forward(swin, parameters, images):
    """Tokens [B, G², C] of the last stage after the final norm, of images [B, S, S, 3]."""
    net = _Net(swin, parameters)
    kernel = parameters["patch_embed/kernel"].permute(3, 2, 0, 1)
    x = F.conv2d(images.permute(0, 3, 1, 2), kernel, parameters["patch_embed/bias"], stride=swin.patch_size)
    x = net.norm(x.permute(0, 2, 3, 1), "patch_embed/norm")
    for s, stage in enumerate(swin.stages):
        for b in range(stage.depth):
            x = net.block(x, stage, b, f"layers/{s}/blocks/{b:02d}/")
        if s + 1 < len(swin.depths):
            x = net.merge(x, f"layers/{s}/downsample/")
    return net.norm(x, "norm").flatten(1, 2)


class _Net:
    """Layers on maps [B, G, G, C]."""

    def __init__(self, swin, parameters):
        self.swin, self.parameters = swin, parameters

    def norm(self, x, name):
        scale, offset = self.parameters[name + "/scale"], self.parameters[name + "/offset"]
        return F.layer_norm(x, scale.shape, scale, offset, self.swin.layer_norm_epsilon)

    def dense(self, x, name):
        return F.linear(x, self.parameters[name + "/kernel"].T, self.parameters.get(name + "/bias"))

    def block(self, x, stage, number, name):
        if self.swin.version == 1:
            x = x + self.attention(self.norm(x, name + "norm1"), stage, number, name)
            return x + self.mlp(self.norm(x, name + "norm2"), name)
        x = x + self.norm(self.attention(x, stage, number, name), name + "norm1")
        x = x + self.norm(self.mlp(x, name), name + "norm2")
        return self.norm(x, name + "main_norm") if has_main_norm(self.swin, number) else x

    def mlp(self, x, name):
        return self.dense(F.gelu(self.dense(x, name + "mlp/fc1")), name + "mlp/fc2")

    def merge(self, x, name):
        parts = [x[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        x = torch.cat(parts, dim=-1)
        if self.swin.version == 1:
            return self.dense(self.norm(x, name + "norm"), name + "reduction")
        return self.norm(self.dense(x, name + "reduction"), name + "norm")

    def attention(self, x, stage, number, name):
        b, g, w, shift = x.shape[0], stage.grid, stage.window, stage.shift(number)
        rolled = torch.roll(x, (-shift, -shift), (1, 2))
        windows = rolled.reshape(b, g // w, w, g // w, w, -1).transpose(2, 3).reshape(-1, w * w, stage.width)
        mixed = self.window_attention(windows, stage, shift, name + "attn/")
        rolled = mixed.reshape(b, g // w, g // w, w, w, -1).transpose(2, 3).reshape(b, g, g, -1)
        return torch.roll(rolled, (shift, shift), (1, 2))

    def window_attention(self, x, stage, shift, name):
        windows, n, c = x.shape
        qkv = F.linear(x, self.parameters[name + "qkv/kernel"].T, self.qkv_bias(name))
        q, k, v = qkv.reshape(windows, n, 3, stage.heads, -1).permute(2, 0, 3, 1, 4)
        logits = self.logits(q, k, name) + self.bias(stage, name)
        if shift:
            mask = shift_mask(stage, shift).to(x.dtype)
            logits = (logits.reshape(-1, len(mask), stage.heads, n, n) + mask[:, None]).reshape(logits.shape)
        mixed = torch.softmax(logits, dim=-1) @ v
        return self.dense(mixed.transpose(1, 2).reshape(windows, n, c), name + "proj")

    def qkv_bias(self, name):
        if self.swin.version == 1:
            return self.parameters[name + "qkv/bias"]
        q = self.parameters[name + "q_bias"]
        return torch.cat([q, torch.zeros_like(q), self.parameters[name + "v_bias"]])

    def logits(self, q, k, name):
        if self.swin.version == 1:
            return q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        scale = self.parameters[name + "logit_scale"].clamp(max=math.log(100)).exp()
        return F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1) * scale[:, None, None]

    def bias(self, stage, name):
        """[H, N, N]."""
        if self.swin.version == 1:
            table = self.parameters[name + "rel_pos_bias/table"]
        else:
            offsets = log_offsets(stage).to(self.parameters[name + "logit_scale"].dtype)
            hidden = F.relu(self.dense(offsets, name + "cpb/fc1"))
            table = 16 * torch.sigmoid(self.dense(hidden, name + "cpb/fc2"))
        return table[relative_index(stage.window)].permute(2, 0, 1)


def relative_index(w):
    """Rows of a table of offsets, [N, N] as query by key."""
    row = torch.arange(w).repeat_interleave(w)
    column = torch.arange(w).repeat(w)
    return (row[:, None] - row[None] + w - 1) * (2 * w - 1) + column[:, None] - column[None] + w - 1


def log_offsets(stage):
    """[(2w-1)², 2] in float64."""
    along = torch.arange(1 - stage.window, stage.window, dtype=torch.float64)
    along = along * 8 / max(1, stage.position_window - 1)
    along = torch.sign(along) * torch.log2(1 + along.abs()) / 3
    return torch.cartesian_prod(along, along)


def shift_mask(stage, shift):
    """[W, N, N]: -100 between tokens of different regions of the rolled map."""
    g, w = stage.grid, stage.window
    position = torch.arange(g)
    band = (position >= g - w).long() + (position >= g - shift).long()
    regions = 3 * band[:, None] + band[None]
    regions = regions.reshape(g // w, w, g // w, w).transpose(1, 2).reshape(-1, w * w)
    return -100.0 * (regions[:, :, None] != regions[:, None, :])
