"""Import goldens of npz files as Google's vision_transformer and big_vision write them from JAX."""

import functools

import numpy as np
import torch.nn as nn

import import_case
from import_case import HALF, Case
from import_cases_clip import pooled, siglip_vit
from import_cases_vit import TIMM, classified, facts, vit

VISION_TRANSFORMER = {"attention": "MultiHeadDotProductAttention_1", "mlp": "MlpBlock_3",
                      "norms": ("LayerNorm_0", "LayerNorm_2")}
BIG_VISION = {"attention": "MultiHeadDotProductAttention_0", "mlp": "MlpBlock_0",
              "norms": ("LayerNorm_0", "LayerNorm_1")}


def dense(name, weight, bias):
    return {f"{name}/kernel": weight.T, f"{name}/bias": bias}


def norm(name, module):
    return {f"{name}/scale": array(module.weight), f"{name}/bias": array(module.bias)}


def array(tensor):
    return tensor.detach().numpy()


def attention(name, heads, parts, out):
    """Kernels [C, H, D] of query, key and value, [H, D, C] of out."""
    entries = {}
    for part, (weight, bias) in zip(("query", "key", "value"), parts):
        entries[f"{name}/{part}/kernel"] = weight.T.reshape(weight.shape[1], heads, -1)
        entries[f"{name}/{part}/bias"] = bias.reshape(heads, -1)
    entries[f"{name}/out/kernel"] = array(out.weight).T.reshape(heads, -1, out.weight.shape[0])
    return {**entries, f"{name}/out/bias": array(out.bias)}


def mlp(name, module):
    return {**dense(f"{name}/Dense_0", array(module.fc1.weight), array(module.fc1.bias)),
            **dense(f"{name}/Dense_1", array(module.fc2.weight), array(module.fc2.bias))}


def block(module, names):
    qkv = zip(np.split(array(module.attn.qkv.weight), 3), np.split(array(module.attn.qkv.bias), 3))
    return {**norm(names["norms"][0], module.norm1), **norm(names["norms"][1], module.norm2),
            **attention(names["attention"], module.attn.num_heads, qkv, module.attn.proj),
            **mlp(names["mlp"], module.mlp)}


def embedding(model):
    return {"embedding/kernel": array(model.patch_embed.proj.weight).transpose(2, 3, 1, 0),
            "embedding/bias": array(model.patch_embed.proj.bias), **norm("Transformer/encoder_norm", model.norm)}


def blocks(model, names, stacked):
    """encoderblock_0, encoderblock_1, ...; or encoderblock with the blocks in front of every shape."""
    each = [block(module, names) for module in model.blocks]
    if stacked:
        return {f"Transformer/encoderblock/{key}": np.stack([b[key] for b in each]) for key in each[0]}
    return {f"Transformer/encoderblock_{i}/{key}": value for i, b in enumerate(each) for key, value in b.items()}


def pooling(pool):
    """MAPHead_0: a probe that attends to all tokens."""
    keys, values = np.split(array(pool.kv.weight), 2), np.split(array(pool.kv.bias), 2)
    parts = [(array(pool.q.weight), array(pool.q.bias)), (keys[0], values[0]), (keys[1], values[1])]
    head = {"probe": array(pool.latent), **attention("MultiHeadDotProductAttention_0", pool.num_heads, parts,
                                                     pool.proj),
            **norm("LayerNorm_0", pool.norm), **mlp("MlpBlock_0", pool.mlp)}
    return {f"MAPHead_0/{key}": value for key, value in head.items()}


def save(case, entries, prefix=""):
    np.savez(case.checkpoint, **{prefix + key: np.ascontiguousarray(value) for key, value in entries.items()})


def google(name):
    """ViT-B_16.npz and the augreg files: GELU by tanh, as flax's default is; timm reads them with erf."""
    tanh = functools.partial(nn.GELU, approximate="tanh")
    model = import_case.fill(vit(num_classes=10, act_layer=tanh), name)
    case = Case(name, "B_16-i21k-300ep-lr_0.001-aug_medium1-wd_0.1-do_0.0-sd_0.0--imagenet2012.npz", HALF,
                family="vit", arch="vit_b16",
                **facts(model, activation="GELU_TANH", source=TIMM, notes=[
                    "the project's own code takes flax's nn.gelu, which is the tanh form; tokens are by it",
                    "timm computes these weights with erf: tokens_gelu",
                    "pre_logits/* is in files of 21k classes of the first release and is left out"]))
    save(case, {**embedding(model), **blocks(model, VISION_TRANSFORMER, stacked=False), "cls": array(model.cls_token),
                "Transformer/posembed_input/pos_embedding": array(model.pos_embed),
                **dense("pre_logits", np.eye(16, dtype=np.float32), np.zeros(16, np.float32)),
                **dense("head", array(model.head.weight), array(model.head.bias))})
    exact = vit(num_classes=10)
    exact.load_state_dict(model.state_dict())
    case.expect(model, lambda network, x: {**classified(network, x),
                                           "tokens_gelu": exact.to(x.dtype).forward_features(x)})
    case.write()


def siglip(name, stacked):
    """big_vision's SigLIP: params/img/*, params/txt/*, params/t and params/b."""
    model = siglip_vit(name, tanh=True)
    file = "siglip2_b16_224.npz" if stacked else "webli_en_b16_224_63724782.npz"
    case = Case(name, file, HALF, family="siglip", arch="siglip_vit_b16",
                **facts(model, activation="GELU_TANH", source=TIMM, notes=[
        "params/img is the visual tower; params/txt, params/t and params/b are left out",
        "MAPHead_0 pools by attention: pooled"]))
    if stacked:
        case.facts["notes"].append("Transformer/encoderblock/* hold all blocks, one after another in the first axis")
    text = {"txt/Embed_0/embedding": (20, 8), "txt/pos_embedding": (1, 8, 8), "txt/Encoder_0/encoder_norm/scale": (8,),
            "txt/Encoder_0/encoder_norm/bias": (8,), "txt/head/kernel": (8, 16), "txt/head/bias": (16,), "t": (1,),
            "b": (1,)}
    tower = {**embedding(model), **blocks(model, BIG_VISION, stacked), "pos_embedding": array(model.pos_embed),
             **pooling(model.attn_pool)}
    save(case, {**{"img/" + key: value for key, value in tower.items()},
                **{key: import_case.values(name, key, shape).numpy() for key, shape in text.items()}}, "params/")
    case.expect(model, pooled)
    case.write()


CASES = {
    "vit-npz": google,
    "siglip-npz": lambda n: siglip(n, stacked=False),
    "siglip-npz-stacked": lambda n: siglip(n, stacked=True),
}
