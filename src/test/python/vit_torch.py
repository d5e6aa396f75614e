"""FD's ViT student in PyTorch, written from its facts, with fdistill's parameter names and layouts.

Parameters live in a flat dict: dense kernels [in, out], convolutions [kh, kw, in, out].
B batch, S image side, P patch side, G grid side, N tokens, C width, H heads, D head width.
"""

import dataclasses
import math

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

    @property
    def grid(self):
        return self.image_size // self.patch_size

    @property
    def tokens(self):
        return self.grid**2 + int(self.class_token)

    @property
    def hidden(self):
        return int(self.width * self.mlp_ratio)

    @property
    def table_rows(self):
        return (2 * self.grid - 1) ** 2 + (3 if self.class_token else 0)


def parameter_shapes(vit):
    """All parameters in the order of the forward pass: name without student/ -> shape."""
    c, p = vit.width, vit.patch_size
    shapes = {"patch_embed/kernel": (p, p, 3, c), "patch_embed/bias": (c,)}
    if vit.class_token:
        shapes["cls_token"] = (1, 1, c)
    if vit.absolute_position:
        shapes["pos_embed"] = (1, vit.tokens, c)
    if vit.relative_position_shared:
        shapes["rel_pos_bias/table"] = (vit.table_rows, vit.heads)
    for i in range(vit.depth):
        for name, shape in _block_shapes(vit).items():
            shapes[f"blocks/{i:02d}/{name}"] = shape
    shapes["norm/scale"] = shapes["norm/offset"] = (c,)
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
    shapes |= {"attn/proj/kernel": (c, c), "attn/proj/bias": (c,)}
    if vit.layer_scale:
        shapes |= {"layer_scale1": (c,), "layer_scale2": (c,)}
    shapes |= {"norm2/scale": (c,), "norm2/offset": (c,)}
    shapes |= {"mlp/fc1/kernel": (c, m), "mlp/fc1/bias": (m,)}
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


def forward(vit, parameters, images, fused_attention=False):
    """Tokens [B, N, C] after the final norm, of images [B, S, S, 3].

    fused_attention takes scaled_dot_product_attention; otherwise attention is spelled out.
    """
    index = relative_index(vit)
    shared = _bias(parameters.get("rel_pos_bias/table"), index)
    x = _embed(vit, parameters, images)
    for i in range(vit.depth):
        block = _Block(vit, parameters, f"blocks/{i:02d}/", fused_attention)
        x = block(x, _sum(shared, _bias(block.optional("attn/rel_pos_bias/table"), index)))
    return _norm(vit, x, parameters["norm/scale"], parameters["norm/offset"])


def _bias(table, index):
    """[H, N, N] of a table [T, H]; None without a table."""
    return None if table is None else table[index.to(table.device)].permute(2, 0, 1)


def _sum(a, b):
    return b if a is None else a if b is None else a + b


def _embed(vit, parameters, images):
    kernel = parameters["patch_embed/kernel"].permute(3, 2, 0, 1)
    x = F.conv2d(images.permute(0, 3, 1, 2), kernel, parameters["patch_embed/bias"], stride=vit.patch_size)
    x = x.flatten(2).transpose(1, 2)
    if vit.class_token:
        x = torch.cat([parameters["cls_token"].expand(x.shape[0], -1, -1).to(x.dtype), x], dim=1)
    return x + parameters["pos_embed"] if vit.absolute_position else x


def _norm(vit, x, scale, offset):
    return F.layer_norm(x, (vit.width,), scale, offset, vit.layer_norm_epsilon)


class _Block:
    """x + scale1 attention(norm1 x), then x + scale2 mlp(norm2 x)."""

    def __init__(self, vit, parameters, prefix, fused_attention):
        self.vit, self.parameters, self.prefix = vit, parameters, prefix
        self.fused_attention = fused_attention

    def get(self, name):
        return self.parameters[self.prefix + name]

    def optional(self, name):
        return self.parameters.get(self.prefix + name)

    def dense(self, x, name):
        return F.linear(x, self.get(name + "/kernel").T, self.optional(name + "/bias"))

    def norm(self, x, name):
        return _norm(self.vit, x, self.get(name + "/scale"), self.get(name + "/offset"))

    def __call__(self, x, bias):
        x = x + self.scaled(self.attention(self.norm(x, "norm1"), bias), "layer_scale1")
        return x + self.scaled(self.mlp(self.norm(x, "norm2")), "layer_scale2")

    def scaled(self, x, name):
        return x * self.get(name) if self.vit.layer_scale else x

    def mlp(self, x):
        return self.dense(F.gelu(self.dense(x, "mlp/fc1")), "mlp/fc2")

    def attention(self, x, bias):
        b, n, c = x.shape
        heads = self.vit.heads
        qkv = F.linear(x, self.get("attn/qkv/kernel").T, self.qkv_bias())
        q, k, v = qkv.reshape(b, n, 3, heads, c // heads).permute(2, 0, 3, 1, 4)
        mixed = self.mix(q, k, v, bias).transpose(1, 2).reshape(b, n, c)
        return self.dense(mixed, "attn/proj")

    def mix(self, q, k, v, bias):
        if self.fused_attention:
            mask = None if bias is None else bias.to(q.dtype)[None]
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
