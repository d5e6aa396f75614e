"""The ViTs of fdistill in PyTorch, written from their facts, with fdistill's parameter names and layouts.

Parameters live in a flat dict: dense kernels [in, out], convolutions [kh, kw, in, out].
B batch, S image side, P patch side, G grid side, N tokens, C width, H heads, D head width,
M hidden width of the MLP, R register tokens.
"""

import dataclasses
import math

import numpy as np
import torch
import torch.nn.functional as F


@dataclasses.dataclass(frozen=True)
class Vit:
    image_size: int = 224
    patch_size: int = 16
    width: int = 768
    depth: int = 12
    heads: int = 12
    mlp_ratio: float = 4.0
    class_token: bool = True
    absolute_position: bool = False
    relative_position_per_layer: bool = False
    relative_position_shared: bool = True
    layer_scale: bool = True
    qkv_bias: str = "QV_BIAS"  # or NO_BIAS, FULL_BIAS
    layer_norm_epsilon: float = 1e-6
    register_tokens: int = 0
    absolute_position_kind: str = "LEARNED"  # or SIN_COS_MAE, SIN_COS_MOCO_V3
    positioned_tokens: str = "CLASS_AND_PATCHES"  # or PATCHES, EVERY_TOKEN
    pre_norm: bool = False
    patch_bias: bool = True
    activation: str = "GELU"  # or GELU_TANH, QUICK_GELU, SWIGLU
    mlp_hidden: int = 0
    final_norm: str = "ON_TOKENS"  # or ON_POOLED, SEPARATE
    rotary_position: str = "NO_ROTARY"  # or DINOV3, EVA02
    mlp_norm: bool = False
    attention_norm: bool = False

    @property
    def grid(self):
        return self.image_size // self.patch_size

    @property
    def tokens(self):
        return self.grid**2 + self.prefix

    @property
    def prefix(self):
        return int(self.class_token) + self.register_tokens

    @property
    def hidden(self):
        return self.mlp_hidden or int(self.width * self.mlp_ratio)

    @property
    def positions(self):
        """Rows of a learned table of absolute positions."""
        with_class = self.grid**2 + int(self.class_token)
        return {"CLASS_AND_PATCHES": with_class, "PATCHES": self.grid**2, "EVERY_TOKEN": self.tokens}[
            self.positioned_tokens]

    @property
    def table_rows(self):
        return (2 * self.grid - 1) ** 2 + (3 if self.class_token else 0)


def parameter_shapes(vit):
    """All parameters in the order of the forward pass: name without student/ -> shape."""
    c, p = vit.width, vit.patch_size
    shapes = {"patch_embed/kernel": (p, p, 3, c)}
    if vit.patch_bias:
        shapes["patch_embed/bias"] = (c,)
    if vit.class_token:
        shapes["cls_token"] = (1, 1, c)
    if vit.register_tokens:
        shapes["reg_tokens"] = (1, vit.register_tokens, c)
    if vit.absolute_position and vit.absolute_position_kind == "LEARNED":
        shapes["pos_embed"] = (1, vit.positions, c)
    if vit.pre_norm:
        shapes["norm_pre/scale"] = shapes["norm_pre/offset"] = (c,)
    if vit.relative_position_shared:
        shapes["rel_pos_bias/table"] = (vit.table_rows, vit.heads)
    for i in range(vit.depth):
        for name, shape in _block_shapes(vit).items():
            shapes[f"blocks/{i:02d}/{name}"] = shape
    for norm in {"ON_TOKENS": ["norm"], "ON_POOLED": ["fc_norm"], "SEPARATE": ["cls_norm", "norm"]}[vit.final_norm]:
        shapes[norm + "/scale"] = shapes[norm + "/offset"] = (c,)
    return shapes


def _block_shapes(vit):
    c, m = vit.width, vit.hidden
    shapes = {"norm1/scale": (c,), "norm1/offset": (c,), "attn/qkv/kernel": (c, 3 * c)}
    if vit.qkv_bias == "QV_BIAS":
        shapes |= {"attn/q_bias": (c,), "attn/v_bias": (c,)}
    elif vit.qkv_bias == "FULL_BIAS":
        shapes["attn/qkv/bias"] = (3 * c,)
    if vit.relative_position_per_layer:
        shapes["attn/rel_pos_bias/table"] = (vit.table_rows, vit.heads)
    if vit.attention_norm:
        shapes |= {"attn/norm/scale": (c,), "attn/norm/offset": (c,)}
    shapes |= {"attn/proj/kernel": (c, c), "attn/proj/bias": (c,)}
    if vit.layer_scale:
        shapes |= {"layer_scale1": (c,), "layer_scale2": (c,)}
    shapes |= {"norm2/scale": (c,), "norm2/offset": (c,)}
    up = 2 * m if vit.activation == "SWIGLU" else m
    shapes |= {"mlp/fc1/kernel": (c, up), "mlp/fc1/bias": (up,)}
    if vit.mlp_norm:
        shapes |= {"mlp/norm/scale": (m,), "mlp/norm/offset": (m,)}
    shapes |= {"mlp/fc2/kernel": (m, c), "mlp/fc2/bias": (c,)}
    return shapes


def relative_index(vit):
    """Rows of the bias table, [N, N] as query by key."""
    g = vit.grid
    side = 2 * g - 1
    row = torch.arange(g).repeat_interleave(g)
    column = torch.arange(g).repeat(g)
    patches = (row[:, None] - row[None, :] + g - 1) * side + column[:, None] - column[None, :] + g - 1
    if not vit.class_token:
        return patches
    index = torch.empty(g * g + 1, g * g + 1, dtype=torch.int64)
    index[1:, 1:] = patches
    index[0, 1:] = side * side
    index[1:, 0] = side * side + 1
    index[0, 0] = side * side + 2
    return index


def forward(vit, parameters, images, fused_attention=False, drop_path=None, kept=None):
    """Tokens [B, N, C], of images [B, S, S, 3]; after the final norm unless that is on the mean.

    kept: numbers of the patches that enter the blocks [B, K]; all others are left out, after the positions.

    fused_attention takes scaled_dot_product_attention; otherwise attention is spelled out.
    drop_path: by the branch's name, such as blocks/01/layer_scale2, what it is multiplied by [B]: 0 in
    dropped examples, 1 / (1 - rate) in the others. A branch that has none is kept as it is.
    """
    index, visible = relative_index(vit), None
    if kept is not None:
        prefix = torch.arange(vit.prefix).expand(len(kept), -1)
        visible = torch.cat([prefix, kept + vit.prefix], dim=1)
        index = index[visible[:, :, None], visible[:, None, :]] if not vit.register_tokens else None
    shared = _bias(parameters.get("rel_pos_bias/table"), index)
    x = _embed(vit, parameters, images)
    if kept is not None:
        x = torch.stack([tokens[chosen] for tokens, chosen in zip(x, visible)])
    for i in range(vit.depth):
        block = _Block(vit, parameters, f"blocks/{i:02d}/", fused_attention, drop_path or {}, visible)
        x = block(x, _sum(shared, _bias(block.optional("attn/rel_pos_bias/table"), index)))
    if vit.final_norm == "SEPARATE":
        parts = _norm(vit, x[:, :vit.prefix], parameters, "cls_norm"), _norm(vit, x[:, vit.prefix:], parameters, "norm")
        return torch.cat(parts, dim=1)
    return _norm(vit, x, parameters, "norm") if vit.final_norm == "ON_TOKENS" else x


def decoder_of(vit, width, depth, heads):
    """The decoder that completes a network's tokens, as a Vit without an embedding of its own."""
    return dataclasses.replace(vit, width=width, depth=depth, heads=heads, qkv_bias="FULL_BIAS", layer_scale=False,
                               relative_position_shared=False, relative_position_per_layer=False,
                               absolute_position=False)


def completed(decoder, parameters, tokens, kept=None):
    """MAE's decoder: from the tokens of the kept patches [B, K] (None: of all) to those of all patches."""
    x = F.linear(tokens, parameters["embed/kernel"].T, parameters["embed/bias"])
    prefix, patches = x[:, :decoder.prefix], x[:, decoder.prefix:]
    if kept is not None:
        masked = parameters["mask_token"].to(x.dtype).expand(len(x), decoder.grid**2, -1)
        patches = masked.scatter(1, kept[:, :, None].expand_as(patches), patches)
    positions = torch.tensor(sine_cosine("SIN_COS_MAE", decoder.grid, decoder.width)).to(x)
    x = torch.cat([prefix, patches + positions], dim=1)
    for i in range(decoder.depth):
        x = _Block(decoder, parameters, f"blocks/{i:02d}/", False, {}, None)(x, None)
    return _norm(decoder, x, parameters, "norm")


def pooled(vit, parameters, tokens):
    """[B, C]: the mean of the patch tokens, through the final norm if that is on the mean."""
    mean = tokens[:, vit.prefix:].mean(dim=1)
    return _norm(vit, mean, parameters, "fc_norm") if vit.final_norm == "ON_POOLED" else mean


def sine_cosine(kind, grid, width):
    """The fixed table [G^2, C] in float64, by the formulas of MAE (util/pos_embed.py) and MoCo v3 (vits.py)."""
    frequencies = 1.0 / 10000.0 ** (np.arange(width // 4, dtype=np.float64) / (width // 4))
    steps = np.arange(grid, dtype=np.float64)
    if kind == "SIN_COS_MAE":
        first, second = np.meshgrid(steps, steps)
    else:
        first, second = np.meshgrid(steps, steps, indexing="ij")
    angles = [np.outer(coordinate.ravel(), frequencies) for coordinate in (first, second)]
    return np.concatenate([f(a) for a in angles for f in (np.sin, np.cos)], axis=1)


def rotary_angles(vit):
    """[N, D/2] in float64: of each patch the angles of its row, then of its column; 0 for prefix tokens."""
    grid, frequencies = vit.grid, vit.width // vit.heads // 4
    steps, share = np.arange(grid, dtype=np.float64), np.arange(frequencies, dtype=np.float64) / frequencies
    if vit.rotary_position == "DINOV3":
        turns = np.outer((2 * steps + 1) / grid - 1, 2 * np.pi * 100.0**-share)
    else:
        turns = np.outer(steps / grid * 16, 10000.0**-share)
    row, column = np.repeat(np.arange(grid), grid), np.tile(np.arange(grid), grid)
    patches = np.concatenate([turns[row], turns[column]], axis=1)
    return np.concatenate([np.zeros((vit.prefix, 2 * frequencies)), patches])


def _turned(x, angles):
    """x [B, H, N, D], angles [N, D/2] or [B, 1, N, D/2]: channels i and i + D/2 as real and imaginary part, times exp(i angle)."""
    real, imaginary = x.chunk(2, dim=-1)
    cosine, sine = (torch.tensor(f(angles)).to(x) for f in (np.cos, np.sin))
    return torch.cat([real * cosine - imaginary * sine, imaginary * cosine + real * sine], dim=-1)


def _bias(table, index):
    """[H, N, N] of a table [T, H], or [B, H, N, N] of an index by example; None without a table."""
    return None if table is None else table[index.to(table.device)].movedim(-1, -3)


def _sum(a, b):
    return b if a is None else a if b is None else a + b


def _embed(vit, parameters, images):
    kernel = parameters["patch_embed/kernel"].permute(3, 2, 0, 1)
    bias = parameters.get("patch_embed/bias")
    x = F.conv2d(images.permute(0, 3, 1, 2), kernel, bias, stride=vit.patch_size)
    x = x.flatten(2).transpose(1, 2)
    prefix = [parameters[name] for name in ("cls_token", "reg_tokens") if name in parameters]
    if prefix:
        x = torch.cat([token.expand(x.shape[0], -1, -1).to(x.dtype) for token in prefix] + [x], dim=1)
    if vit.absolute_position:
        x = _positioned(vit, parameters, x)
    return _norm(vit, x, parameters, "norm_pre") if vit.pre_norm else x


def _positioned(vit, parameters, x):
    """Adds positions where tokens have one; the others are concatenated as they are."""
    patches = x[:, vit.prefix:]
    if vit.absolute_position_kind != "LEARNED":
        table = sine_cosine(vit.absolute_position_kind, vit.grid, vit.width)
        return torch.cat([x[:, :vit.prefix], patches + torch.tensor(table).to(x)], dim=1)
    table = parameters["pos_embed"]
    if vit.positions == vit.tokens:
        return x + table
    if vit.positioned_tokens == "PATCHES" or not vit.class_token:
        return torch.cat([x[:, :vit.prefix], patches + table], dim=1)
    registers = x[:, 1:vit.prefix]
    return torch.cat([x[:, :1] + table[:, :1], registers, patches + table[:, 1:]], dim=1)


def _norm(vit, x, parameters, name):
    return F.layer_norm(x, x.shape[-1:], parameters[name + "/scale"], parameters[name + "/offset"],
                        vit.layer_norm_epsilon)


class _Block:
    """x + drop(scale1 attention(norm1 x)), then x + drop(scale2 mlp(norm2 x))."""

    def __init__(self, vit, parameters, prefix, fused_attention, drop_path, visible):
        self.vit, self.parameters, self.prefix = vit, parameters, prefix
        self.visible = visible  # numbers of the tokens [B, n]; None: all
        self.fused_attention, self.drop_path = fused_attention, drop_path

    def get(self, name):
        return self.parameters[self.prefix + name]

    def optional(self, name):
        return self.parameters.get(self.prefix + name)

    def dense(self, x, name):
        return F.linear(x, self.get(name + "/kernel").T, self.optional(name + "/bias"))

    def norm(self, x, name):
        return _norm(self.vit, x, self.parameters, self.prefix + name)

    def __call__(self, x, bias):
        x = x + self.branch(self.attention(self.norm(x, "norm1"), bias), "layer_scale1")
        return x + self.branch(self.mlp(self.norm(x, "norm2")), "layer_scale2")

    def branch(self, x, name):
        x = x * self.get(name) if self.vit.layer_scale else x
        factor = self.drop_path.get(self.prefix + name)
        return x if factor is None else x * factor[:, None, None]

    def mlp(self, x):
        x = self.activated(self.dense(x, "mlp/fc1"))
        return self.dense(self.norm(x, "mlp/norm") if self.vit.mlp_norm else x, "mlp/fc2")

    def activated(self, x):
        if self.vit.activation == "GELU":
            return F.gelu(x)
        if self.vit.activation == "GELU_TANH":
            return F.gelu(x, approximate="tanh")
        if self.vit.activation == "QUICK_GELU":
            return x * torch.sigmoid(1.702 * x)
        gate, value = x.chunk(2, dim=-1)
        return F.silu(gate) * value

    def attention(self, x, bias):
        b, n, c = x.shape
        heads = self.vit.heads
        qkv = F.linear(x, self.get("attn/qkv/kernel").T, self.qkv_bias())
        q, k, v = qkv.reshape(b, n, 3, heads, c // heads).permute(2, 0, 3, 1, 4)
        if self.vit.rotary_position != "NO_ROTARY":
            angles = rotary_angles(self.vit)
            angles = angles if self.visible is None else angles[self.visible][:, None]
            q, k = (_turned(part, angles) for part in (q, k))
        mixed = self.mix(q, k, v, bias).transpose(1, 2).reshape(b, n, c)
        mixed = self.norm(mixed, "attn/norm") if self.vit.attention_norm else mixed
        return self.dense(mixed, "attn/proj")

    def mix(self, q, k, v, bias):
        if self.fused_attention:
            mask = None if bias is None else bias.to(q.dtype)
            return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        logits = (q / math.sqrt(q.shape[-1])) @ k.transpose(-2, -1)
        return torch.softmax(logits if bias is None else logits + bias, dim=-1) @ v

    def qkv_bias(self):
        if self.vit.qkv_bias == "NO_BIAS":
            return None
        if self.vit.qkv_bias == "FULL_BIAS":
            return self.get("attn/qkv/bias")
        q = self.get("attn/q_bias")
        return torch.cat([q, torch.zeros_like(q), self.get("attn/v_bias")])
