"""vit_torch against timm, transformers and open_clip, in float64, on small sizes and random weights."""

import math

import numpy as np
import open_clip.pos_embed
import timm
import timm.layers
import torch
import transformers

import vit_torch

TOLERANCE = 1e-12
FLOAT32_TABLES = 1e-6  # both libraries round the angles of rotary positions to float32

# Prefixes of a block's parameters: timm's name -> ours.
TIMM_BLOCK = {"norm1": "norm1", "norm2": "norm2", "attn.qkv": "attn/qkv", "attn.proj": "attn/proj",
              "mlp.fc1": "mlp/fc1", "mlp.fc2": "mlp/fc2"}
ROTARY = dict(image_size=12, patch_size=4, width=32, depth=2, heads=4, relative_position_shared=False,
              register_tokens=4, layer_norm_epsilon=1e-5, rotary_position="DINOV3")
EVA02 = dict(qkv_bias="QV_BIAS", activation="SWIGLU", rotary_position="EVA02", final_norm="ON_POOLED")
NORMS = {"weight": "scale", "bias": "offset"}
DENSE = {"weight": "kernel", "bias": "bias"}


def check():
    """Raises where one network differs."""
    torch.manual_seed(0)
    _check_tables()
    for name, (vit, module, values, tokens, pooled) in _references().items():
        shapes = {n: tuple(v.shape) for n, v in values.items()}
        assert shapes == vit_torch.parameter_shapes(vit), (name, shapes)
        images = torch.randn(2, vit.image_size, vit.image_size, 3, dtype=torch.float64)
        with torch.no_grad():
            ours = vit_torch.forward(vit, values, images)
            _compare(name, ours, tokens(module, images.permute(0, 3, 1, 2)))
            if pooled:
                mean = vit_torch.pooled(vit, values, ours)
                _compare(name + " pooled", mean, pooled(module, images.permute(0, 3, 1, 2)))


def _compare(name, ours, theirs):
    assert ours.shape == theirs.shape, (name, ours.shape, theirs.shape)
    error = float((ours - theirs).abs().max() / theirs.abs().max())
    print(f"{name}: differs by {error:.1e}")
    assert error < (FLOAT32_TABLES if "rotary" in name else TOLERANCE), name


def _check_tables():
    """MAE's as open_clip builds it; MoCo v3's as timm does, in float32 and with all sines first."""
    theirs = open_clip.pos_embed.get_2d_sincos_pos_embed(32, 5)
    assert np.abs(vit_torch.sine_cosine("SIN_COS_MAE", 5, 32) - theirs).max() < TOLERANCE
    theirs = timm.layers.build_sincos2d_pos_embed([5, 5], dim=32).double().numpy()
    theirs = theirs.reshape(25, 2, 2, 8).transpose(0, 2, 1, 3).reshape(25, 32)
    assert np.abs(vit_torch.sine_cosine("SIN_COS_MOCO_V3", 5, 32) - theirs).max() < 1e-6


def _references():
    c, h, p, side = 32, 4, 4, 12
    base = dict(image_size=side, patch_size=p, width=c, depth=2, heads=h, absolute_position=True,
                relative_position_shared=False, layer_scale=False, qkv_bias="FULL_BIAS")
    small = dict(img_size=side, patch_size=p, embed_dim=c, depth=2, num_heads=h, num_classes=0)
    return {
        "timm DINO": _timm("vit_small_patch16_224", small, base, {}),
        "timm DINOv2 with registers": _timm(
            "vit_small_patch14_reg4_dinov2", small, base,
            dict(register_tokens=4, positioned_tokens="PATCHES", layer_scale=True)),
        "timm DINOv2 with registers, class position split": _split_class_position(_timm(
            "vit_small_patch14_reg4_dinov2", small, base,
            dict(register_tokens=4, positioned_tokens="PATCHES", layer_scale=True))),
        "timm DINOv2 g": _timm("vit_giant_patch14_dinov2", small | dict(mlp_ratio=2.75 * 2), base,
                               dict(activation="SWIGLU", mlp_hidden=88, layer_scale=True)),
        "timm DeiT III": _timm("deit3_small_patch16_224", small, base,
                               dict(positioned_tokens="PATCHES", layer_scale=True)),
        "timm DeiT, distilled": _timm("deit_small_distilled_patch16_224", small, base,
                                      dict(register_tokens=1, positioned_tokens="EVERY_TOKEN")),
        "timm CLIP": _timm("vit_base_patch16_clip_quickgelu_224", small, base,
                           dict(pre_norm=True, patch_bias=False, activation="QUICK_GELU", layer_norm_epsilon=1e-5)),
        "timm SigLIP 2": _timm("vit_base_patch16_siglip_224", small | dict(act_layer="gelu_tanh"), base,
                               dict(class_token=False, activation="GELU_TANH")),
        "timm MAE, fine-tuned": _timm("vit_base_patch16_224.mae", small | dict(global_pool="avg"), base,
                                      dict(final_norm="ON_POOLED")),
        "timm DINOv3, rotary": _eva("vit_small_patch16_dinov3_qkvb", small, ROTARY),
        "timm DINOv3 S+, rotary": _eva("vit_small_plus_patch16_dinov3", small,
                                       ROTARY | dict(qkv_bias="NO_BIAS", activation="SWIGLU", mlp_hidden=128)),
        "timm EVA-02 S, rotary": _eva("eva02_small_patch14_224", small, base | EVA02 | dict(mlp_hidden=85)),
        "timm EVA-02 B, rotary": _eva("eva02_base_patch14_224", small,
                                      base | EVA02 | dict(mlp_hidden=85, mlp_norm=True)),
        "timm EVA-02 CLIP, rotary": _eva(
            "eva02_base_patch16_clip_224", small,
            base | EVA02 | dict(mlp_hidden=85, mlp_norm=True, attention_norm=True, final_norm="ON_TOKENS")),
        "transformers DINOv3, rotary": _dinov3(gated=False),
        "transformers DINOv3 S+, rotary": _dinov3(gated=True),
        "transformers CLIP": _clip(base),
        "transformers SigLIP": _siglip(base),
        "transformers DINOv2 with registers": _dinov2(base),
    }


def _timm(name, sizes, base, options):
    vit = vit_torch.Vit(**base | options)
    module = _random(timm.create_model(name, **sizes))
    state = module.state_dict()
    values = {"patch_embed/" + k: v for k, v in _convolution(state, "patch_embed.proj").items()}
    for ours, theirs in (("cls_token", "cls_token"), ("reg_tokens", "reg_token"), ("reg_tokens", "dist_token"),
                         ("pos_embed", "pos_embed")):
        if theirs in state:
            values[ours] = state[theirs]
    for norm in ("norm_pre", "norm", "fc_norm"):
        values |= _renamed(state, norm, norm, NORMS)
    for i in range(vit.depth):
        for theirs, ours in TIMM_BLOCK.items():
            kinds = NORMS if "norm" in ours else DENSE
            values |= _renamed(state, f"blocks.{i}.{theirs}", f"blocks/{i:02d}/{ours}", kinds)
        for n in (1, 2):
            if vit.layer_scale:
                values[f"blocks/{i:02d}/layer_scale{n}"] = state[f"blocks.{i}.ls{n}.gamma"]
    pooled = None
    if vit.final_norm == "ON_POOLED":
        pooled = lambda m, x: m.forward_head(m.forward_features(x), pre_logits=True)
    return vit, module, values, lambda m, x: m.forward_features(x), pooled


def _eva(name, sizes, options):
    """DINOv3 and EVA-02, which turn neighbouring channels where we turn channels D/2 apart."""
    vit = vit_torch.Vit(**options)
    module = _random(timm.create_model(name, **sizes))
    state = module.state_dict()
    order = _pairs_to_halves(vit) if vit.rotary_position == "EVA02" else slice(None)
    values = {"patch_embed/" + k: v for k, v in _convolution(state, "patch_embed.proj").items()}
    for ours, theirs in (("cls_token", "cls_token"), ("reg_tokens", "reg_token"), ("pos_embed", "pos_embed")):
        if theirs in state:
            values[ours] = state[theirs]
    for norm in ("norm", "fc_norm"):
        values |= _renamed(state, norm, norm, NORMS)
    for i in range(vit.depth):
        values |= _eva_block(state, f"blocks.{i}.", f"blocks/{i:02d}/", order)
    pooled = None
    if vit.final_norm == "ON_POOLED":
        pooled = lambda m, x: m.forward_head(m.forward_features(x), pre_logits=True)
    return vit, module, values, lambda m, x: m.forward_features(x), pooled


def _eva_block(state, theirs, ours, order):
    values = {}
    if theirs + "attn.qkv.weight" in state:
        q, k, v = state[theirs + "attn.qkv.weight"].chunk(3)
        biases = {n: state.get(f"{theirs}attn.{n}_bias") for n in "qv"}
    else:
        q, k, v = (state[f"{theirs}attn.{n}_proj.weight"] for n in "qkv")
        biases = {n: state[f"{theirs}attn.{n}_proj.bias"] for n in "qv"}
    values[ours + "attn/qkv/kernel"] = torch.cat([q[order], k[order], v]).T
    if biases["q"] is not None:
        values |= {ours + "attn/q_bias": biases["q"][order], ours + "attn/v_bias": biases["v"]}
    for name in ("norm1", "norm2", "attn.norm", "mlp.norm"):
        values |= _renamed(state, theirs + name, ours + name.replace(".", "/"), NORMS)
    for name in ("attn.proj", "mlp.fc1", "mlp.fc2"):
        values |= _renamed(state, theirs + name, ours + name.replace(".", "/"), DENSE)
    if theirs + "mlp.fc1_g.weight" in state:
        values |= _joint(state, [f"{theirs}mlp.fc1_{n}" for n in "gx"], ours + "mlp/fc1")
    for n in (1, 2):
        if f"{theirs}gamma_{n}" in state:
            values[f"{ours}layer_scale{n}"] = state[f"{theirs}gamma_{n}"]
    return values


def _pairs_to_halves(vit):
    """Rows of a kernel of queries: of each head the even ones, then the odd ones."""
    rows = torch.arange(vit.width).reshape(vit.heads, -1, 2)
    return rows.transpose(1, 2).reshape(-1)


def _dinov3(gated):
    vit = vit_torch.Vit(**ROTARY | (dict(activation="SWIGLU", mlp_hidden=72) if gated else dict(mlp_hidden=72)))
    config = transformers.DINOv3ViTConfig(**_sizes(vit), num_register_tokens=4, use_gated_mlp=gated,
                                          hidden_act="silu" if gated else "gelu")
    module = _random(transformers.DINOv3ViTModel(config))
    state = _without(module.state_dict(), "model.")
    values = {"patch_embed/" + k: v for k, v in _convolution(state, "embeddings.patch_embeddings").items()}
    values |= {"cls_token": state["embeddings.cls_token"], "reg_tokens": state["embeddings.register_tokens"]}
    values |= _renamed(state, "norm", "norm", NORMS)
    for i in range(vit.depth):
        theirs, ours = f"layer.{i}.", f"blocks/{i:02d}/"
        values[ours + "attn/qkv/kernel"] = torch.cat([state[f"{theirs}attention.{n}_proj.weight"] for n in "qkv"]).T
        values |= {f"{ours}attn/{n}_bias": state[f"{theirs}attention.{n}_proj.bias"] for n in "qv"}
        values |= _renamed(state, theirs + "attention.o_proj", ours + "attn/proj", DENSE)
        if gated:
            values |= _joint(state, [f"{theirs}mlp.{n}_proj" for n in ("gate", "up")], ours + "mlp/fc1")
        else:
            values |= _renamed(state, theirs + "mlp.up_proj", ours + "mlp/fc1", DENSE)
        values |= _renamed(state, theirs + "mlp.down_proj", ours + "mlp/fc2", DENSE)
        for n in (1, 2):
            values |= _renamed(state, f"{theirs}norm{n}", f"{ours}norm{n}", NORMS)
            values[f"{ours}layer_scale{n}"] = state[f"{theirs}layer_scale{n}.lambda1"]
    return vit, module, values, lambda m, x: m(pixel_values=x).last_hidden_state, None


def _split_class_position(reference):
    """timm keeps the class token's position inside the token, where DINOv2's own code adds it."""
    vit, module, values, tokens, pooled = reference
    position = torch.randn(1, 1, vit.width, dtype=torch.float64)
    values["cls_token"] = values["cls_token"] - position
    values["pos_embed"] = torch.cat([position, values["pos_embed"]], dim=1)
    return vit_torch.dataclasses.replace(vit, positioned_tokens="CLASS_AND_PATCHES"), module, values, tokens, pooled


def _clip(base):
    vit = vit_torch.Vit(**base | dict(pre_norm=True, patch_bias=False, activation="QUICK_GELU", layer_norm_epsilon=1e-5))
    config = transformers.CLIPVisionConfig(**_sizes(vit), hidden_act="quick_gelu")
    module = _random(transformers.CLIPVisionModel(config))
    state = _without(module.state_dict(), "vision_model.")
    values = {"patch_embed/kernel": state["embeddings.patch_embedding.weight"].permute(2, 3, 1, 0),
              "cls_token": state["embeddings.class_embedding"].reshape(1, 1, -1),
              "pos_embed": state["embeddings.position_embedding.weight"][None]}
    values |= _renamed(state, "pre_layrnorm", "norm_pre", NORMS) | _renamed(state, "post_layernorm", "norm", NORMS)
    values |= _transformers_blocks(state, vit)
    norm = torch.nn.functional.layer_norm

    def tokens(m, x):
        hidden = m(pixel_values=x).last_hidden_state
        return norm(hidden, (vit.width,), values["norm/scale"], values["norm/offset"], vit.layer_norm_epsilon)

    return vit, module, values, tokens, None


def _siglip(base):
    vit = vit_torch.Vit(**base | dict(class_token=False, activation="GELU_TANH", mlp_hidden=52))
    config = transformers.SiglipVisionConfig(**_sizes(vit))
    module = _random(transformers.SiglipVisionModel(config))
    state = _without(module.state_dict(), "vision_model.")
    values = {"patch_embed/" + k: v for k, v in _convolution(state, "embeddings.patch_embedding").items()}
    values["pos_embed"] = state["embeddings.position_embedding.weight"][None]
    values |= _renamed(state, "post_layernorm", "norm", NORMS) | _transformers_blocks(state, vit)
    return vit, module, values, lambda m, x: m(pixel_values=x).last_hidden_state, None


def _dinov2(base):
    vit = vit_torch.Vit(**base | dict(register_tokens=4, layer_scale=True, activation="SWIGLU", mlp_hidden=88))
    sizes = {k: v for k, v in _sizes(vit).items() if k != "intermediate_size"}
    config = transformers.Dinov2WithRegistersConfig(
        **sizes, num_register_tokens=4, use_swiglu_ffn=True, mlp_ratio=4)
    module = _random(transformers.Dinov2WithRegistersModel(config))
    state = module.state_dict()
    values = {"patch_embed/" + k: v for k, v in _convolution(state, "embeddings.patch_embeddings.projection").items()}
    values |= {"cls_token": state["embeddings.cls_token"], "reg_tokens": state["embeddings.register_tokens"],
               "pos_embed": state["embeddings.position_embeddings"]}
    values |= _renamed(state, "layernorm", "norm", NORMS)
    for i in range(vit.depth):
        theirs, ours = f"encoder.layer.{i}.", f"blocks/{i:02d}/"
        values |= _joint(state, [f"{theirs}attention.{n}_proj" for n in "qkv"], ours + "attn/qkv")
        values |= _renamed(state, theirs + "attention.o_proj", ours + "attn/proj", DENSE)
        values |= _joint(state, [f"{theirs}mlp.{n}_proj" for n in ("gate", "up")], ours + "mlp/fc1")
        values |= _renamed(state, theirs + "mlp.down_proj", ours + "mlp/fc2", DENSE)
        for n in (1, 2):
            values |= _renamed(state, f"{theirs}norm{n}", f"{ours}norm{n}", NORMS)
            values[f"{ours}layer_scale{n}"] = state[f"{theirs}layer_scale{n}.lambda1"]
    return vit, module, values, lambda m, x: m(pixel_values=x).last_hidden_state, None


def _sizes(vit):
    return dict(image_size=vit.image_size, patch_size=vit.patch_size, hidden_size=vit.width,
                num_hidden_layers=vit.depth, num_attention_heads=vit.heads, intermediate_size=vit.hidden,
                layer_norm_eps=vit.layer_norm_epsilon, attn_implementation="sdpa")


def _transformers_blocks(state, vit):
    values = {}
    for i in range(vit.depth):
        theirs, ours = f"encoder.layers.{i}.", f"blocks/{i:02d}/"
        values |= _joint(state, [f"{theirs}self_attn.{n}_proj" for n in "qkv"], ours + "attn/qkv")
        values |= _renamed(state, theirs + "self_attn.out_proj", ours + "attn/proj", DENSE)
        for n in (1, 2):
            values |= _renamed(state, f"{theirs}layer_norm{n}", f"{ours}norm{n}", NORMS)
            values |= _renamed(state, f"{theirs}mlp.fc{n}", f"{ours}mlp/fc{n}", DENSE)
    return values


def _joint(state, names, ours):
    """One kernel and one bias of several layers, columns in the order of the names."""
    return {ours + "/kernel": torch.cat([state[n + ".weight"] for n in names]).T,
            ours + "/bias": torch.cat([state[n + ".bias"] for n in names])}


def _convolution(state, name):
    values = {"kernel": state[name + ".weight"].permute(2, 3, 1, 0)}
    return values | ({"bias": state[name + ".bias"]} if name + ".bias" in state else {})


def _renamed(state, theirs, ours, kinds):
    """Weight and bias of one layer, where it is there; kernels are transposed."""
    values = {}
    for suffix, name in kinds.items():
        if f"{theirs}.{suffix}" in state:
            value = state[f"{theirs}.{suffix}"]
            values[f"{ours}/{name}"] = value.T if name == "kernel" else value
    return values


def _without(state, prefix):
    return {name.removeprefix(prefix): value for name, value in state.items()}


def _random(module):
    """Every parameter away from its first value, so that none can hide."""
    module = module.double().eval()
    with torch.no_grad():
        for name, value in module.named_parameters():
            scale = 1 / math.sqrt(value[0].numel()) if value.ndim > 1 and "token" not in name else 0.5
            value.copy_(torch.randn_like(value) * scale + (1 if "norm" in name and name.endswith("weight") else 0))
    return module


if __name__ == "__main__":
    check()
