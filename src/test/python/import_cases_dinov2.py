"""Import goldens of DINOv2: torch.hub, Hugging Face and timm layouts, registers, SwiGLU, other image sizes."""

import copy

import torch
import torch.nn as nn
import torch.nn.functional as F
import transformers
from timm.layers import SwiGLUPacked

import hub_style
import import_case
from import_case import Case
from import_cases_vit import TIMM, WIDTH, facts, hf_facts, hf_tokens, timm_folder, tokens, vit

SHAPE = {"img_size": 56, "patch_size": 14, "embed_dim": WIDTH, "num_heads": 2, "init_values": 1.0}
OTHER_SIZE = 70
HF_SHAPE = {"image_size": 56, "patch_size": 14, "hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 2}
TO_HUB = (("reg_token", "register_tokens"), ("mlp.fc1", "mlp.w12"), ("mlp.fc2", "mlp.w3"))


def resized_grid(grid, side, offset, antialias):
    """[1, G*G, C] to another side. An offset enters the scale that bicubic sampling uses, not the size."""
    old = int(grid.shape[1] ** 0.5)
    square = grid.reshape(1, old, old, -1).permute(0, 3, 1, 2)
    if offset:
        scale = (side + offset) / old
        result = F.interpolate(square, scale_factor=(scale, scale), mode="bicubic", antialias=antialias)
    else:
        result = F.interpolate(square, size=(side, side), mode="bicubic", antialias=antialias)
    assert result.shape[-1] == side
    return result.permute(0, 2, 3, 1).flatten(1, 2)


def at_other_size(model, grid, offset, antialias):
    """The model for images of OTHER_SIZE; grid: the patches' positions; others stay."""
    other = copy.deepcopy(model)
    resized = resized_grid(grid.double(), OTHER_SIZE // 14, offset, antialias)
    others = model.pos_embed.double()[:, : model.pos_embed.shape[1] - grid.shape[1]]
    other.pos_embed = nn.Parameter(torch.cat([others, resized], dim=1))
    other.patch_embed.img_size = (OTHER_SIZE, OTHER_SIZE)
    return other


def hub(name):
    model = import_case.fill(vit(**SHAPE), name)
    case = Case(name, "dinov2_vitb14_pretrain.pth", family="dinov2", arch="dinov2_vitb14",
                **facts(model, source=TIMM, notes=[
        "mask_token is not used", "resized: bicubic (a = -0.75), scale (5 + 0.1) / 4, no antialias"]))
    weights = {**model.state_dict(), **hub_style.drawn(name, {"mask_token": (1, WIDTH)})}
    case.torch_file(hub_style.state(weights))
    case.expect(model, tokens)
    case.facts["image_size_resized"] = OTHER_SIZE
    other = at_other_size(model, model.pos_embed.data[:, 1:], offset=0.1, antialias=False)
    case.expect(other, tokens, suffix="_resized", image_size=OTHER_SIZE)
    case.write()


def hub_registers(name):
    """pos_embed has a row for the class token and none for the registers, which come second."""
    model = import_case.fill(vit(**SHAPE, reg_tokens=4, no_embed_class=True), name)
    weights = {**hub_style.renamed(model.state_dict(), *TO_HUB[:1]),
               **hub_style.drawn(name, {"mask_token": (1, WIDTH)})}
    first = import_case.values(name, "pos_embed/class", (1, 1, WIDTH))
    weights["pos_embed"] = torch.cat([first, model.pos_embed.data], dim=1)
    model.cls_token = nn.Parameter(model.cls_token.data.double() + first.double())
    case = Case(name, "dinov2_vitb14_reg4_pretrain.pth", family="dinov2", arch="dinov2_vitb14_reg4",
                **facts(model, registers=4, source=TIMM + " with reg_tokens, the class position added to cls_token",
                        notes=[
                    "mask_token is not used", "resized: bicubic (a = -0.75) to size 5, antialiased"]))
    case.torch_file(hub_style.state(weights))
    case.expect(model, tokens)
    case.facts["image_size_resized"] = OTHER_SIZE
    other = at_other_size(model, model.pos_embed.data, offset=0.0, antialias=True)
    case.expect(other, tokens, suffix="_resized", image_size=OTHER_SIZE)
    case.write()


def hub_giant(name):
    """SwiGLU of 2/3 the hidden width, rounded up to a multiple of 8: 24 wide, 64 hidden."""
    model = import_case.fill(vit(img_size=28, patch_size=14, embed_dim=24, num_heads=3, init_values=1.0,
                                 mlp_ratio=128 / 24,
                                 mlp_layer=SwiGLUPacked, act_layer=nn.SiLU), name)
    case = Case(name, "dinov2_vitg14_pretrain.pth", family="dinov2", arch="dinov2_vitg14", **facts(
        model, activation="SWIGLU", mlp_hidden=64, source=TIMM + " with SwiGLUPacked",
        notes=["mlp.w12: the gate's rows first, then the values'; mlp.w3 back to C"]))
    weights = {**hub_style.renamed(model.state_dict(), *TO_HUB), **hub_style.drawn(name, {"mask_token": (1, 24)})}
    case.torch_file(hub_style.state(weights))
    case.expect(model, tokens)
    case.write()


def training(name):
    """teacher_checkpoint.pth of the training code: blocks in chunks, numbered through."""
    model = import_case.fill(vit(**SHAPE), name)
    case = Case(name, "teacher_checkpoint.pth", family="dinov2", arch="dinov2_vitb14",
                **facts(model, source=TIMM, notes=[
        "key teacher; backbone.blocks.CHUNK.INDEX.*, INDEX counts through all chunks; dino_head.* is left out"]))
    chunks = hub_style.renamed(model.state_dict(), ("blocks.0.", "blocks.0.0."), ("blocks.1.", "blocks.1.1."))
    weights = {**chunks, **hub_style.drawn(name, {"mask_token": (1, WIDTH)})}
    case.torch_file({"teacher": hub_style.state(
        hub_style.prefixed("backbone.", weights), hub_style.prefixed("dino_head.", hub_style.dino_head(name, WIDTH)))})
    case.expect(model, tokens)
    case.write()


def hugging_face(name, registers, swiglu=False):
    if registers:
        config = transformers.Dinov2WithRegistersConfig(**HF_SHAPE, num_register_tokens=4)
        model, kind = transformers.Dinov2WithRegistersModel(config), "Dinov2WithRegistersModel"
    else:
        shape = {**HF_SHAPE, "image_size": 28, "hidden_size": 24, "num_attention_heads": 3} if swiglu else HF_SHAPE
        config = transformers.Dinov2Config(**shape, use_swiglu_ffn=swiglu)
        model, kind = transformers.Dinov2Model(config), "Dinov2Model"
    import_case.fill(model, name)
    arch = "dinov2_vitg14" if swiglu else "dinov2_vitb14_reg4" if registers else "dinov2_vitb14"
    case = Case(name, arch.replace("_", "-"), family="dinov2", arch=arch, **hf_facts(
        config, 5 if registers else 1, kind, registers=4 if registers else 0, notes=[
            "embeddings.mask_token is not used",
            "published: image_size 518 in config.json, 224 pixels in preprocessor_config.json"]))
    if swiglu:
        case.facts |= {"activation": "SWIGLU", "mlp_hidden": 64}
        case.facts["notes"].append("mlp.weights_in: gate first; mlp.weights_out")
    size = config.image_size
    import_case.hugging_face(case, model, preprocessor={
        "crop_size": {"height": size, "width": size}, "do_center_crop": True, "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True, "do_resize": True, "image_mean": case.statistics[0],
        "image_processor_type": "BitImageProcessor",
        "image_std": case.statistics[1], "resample": 3, "rescale_factor": 1 / 255, "size": {"shortest_edge": size}})
    case.expect(model, hf_tokens)
    if not swiglu:
        case.facts["image_size_resized"] = OTHER_SIZE
        case.facts["notes"].append("resized: bicubic (a = -0.75) to size 5" + (", antialiased" if registers else ""))
        case.expect(model, hf_tokens, suffix="_resized", image_size=OTHER_SIZE)
    case.write()


def timm_registers(name):
    model = import_case.fill(vit(**SHAPE, reg_tokens=4, no_embed_class=True), name)
    case = Case(name, "vit_base_patch14_reg4_dinov2.lvd142m", family="dinov2", arch="dinov2_vitb14_reg4",
                **facts(model, registers=4, source=TIMM, notes=["reg_token; pos_embed has no row for the class token"]))
    timm_folder(case, model, "vit_base_patch14_reg4_dinov2")
    case.expect(model, tokens)
    case.write()


CASES = {
    "dinov2-hub": hub,
    "dinov2-hub-registers": hub_registers,
    "dinov2-hub-giant": hub_giant,
    "dinov2-training": training,
    "dinov2-hf": lambda n: hugging_face(n, registers=False),
    "dinov2-hf-registers": lambda n: hugging_face(n, registers=True),
    "dinov2-hf-giant": lambda n: hugging_face(n, registers=False, swiglu=True),
    "dinov2-timm-registers": timm_registers,
}
