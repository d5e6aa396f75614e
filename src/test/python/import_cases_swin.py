"""Import goldens of Swin, EsViT, SwinV2 and Feature Distillation's Swin student."""

import functools
import re

import safetensors.torch
import timm
import torch
import torch.nn as nn
import transformers
from timm.models.swin_transformer import SwinTransformer
from timm.models.swin_transformer_v2 import SwinTransformerV2

import hub_style
import import_case
from import_case import Case
from import_cases_beit import fd_checkpoint, fd_config

# Maps of 16, 8 and 4: shifted windows in the first two stages, one window in the last.
SHAPE = {"img_size": 64, "patch_size": 4, "embed_dim": 8, "depths": (2, 2, 1), "num_heads": (1, 2, 4), "window_size": 4}
# Maps of 8, 4 and 2: the last stage's window shrinks to its map.
SMALL_MAPS = {**SHAPE, "img_size": 32}
HF_SHAPE = {"image_size": 64, "patch_size": 4, "embed_dim": 8, "depths": [2, 2, 1], "num_heads": [1, 2, 4],
            "window_size": 4}
TOP = 32
BUFFERS = "buffers relative_position_index (int64) and attn_mask of shifted blocks are left out"


def swin(kind, name, shape, epsilon=1e-5, classes=10, **changes):
    norm = functools.partial(nn.LayerNorm, eps=epsilon)
    return import_case.fill(kind(**{**shape, "num_classes": classes, "norm_layer": norm, **changes}), name)


def facts(shape, kind, epsilon=1e-5, **more):
    return {"width": shape["embed_dim"], "depths": shape["depths"], "heads": shape["num_heads"],
            "image_size": shape["img_size"],
            "patch_size": shape["patch_size"], "window": shape["window_size"], "prefix_tokens": 0, "activation": "GELU",
            "layer_norm_epsilon": epsilon, "source": f"timm {timm.__version__}, {kind.__name__}", **more}


def official(model, masks=True, position_network="cpb_mlp"):
    """Microsoft's names: a stage ends with its downsampling, buffers are stored, the head is one layer."""
    def rename(key):
        key = re.sub(r"layers\.(\d+)\.downsample", lambda m: f"layers.{int(m[1]) - 1}.downsample", key)
        return key.replace("head.fc.", "head.").replace("cpb_mlp", position_network)

    weights = {rename(key): value for key, value in model.state_dict().items()}
    for i, stage in enumerate(model.layers):
        for j, block in enumerate(stage.blocks):
            prefix = f"layers.{i}.blocks.{j}."
            weights[prefix + "attn.relative_position_index"] = block.attn.relative_position_index.clone()
            if hasattr(block.attn, "relative_coords_table"):
                weights[prefix + "attn.relative_coords_table"] = block.attn.relative_coords_table.clone()
            if masks and block.attn_mask is not None:
                weights[prefix + "attn_mask"] = block.attn_mask.clone()
    return weights


def tokens(model, x):
    return {"tokens": model.forward_features(x).flatten(1, 2)}


def classified(model, x):
    return {**tokens(model, x), "logits": model(x)}


def official_file(name, kind, family, arch, file, shape, legacy=False, notes=(), **changes):
    model = swin(kind, name, shape, **changes)
    if kind is SwinTransformerV2:
        model.layers[2].blocks[0].attn.logit_scale.data[1] = 5.0  # above the clamp at log 100
    case = Case(name, file, family=family, arch=arch, **facts(shape, kind, notes=[BUFFERS, *notes]))
    case.torch_file({"model": hub_style.state(official(model))}, legacy)
    case.expect(model, classified)
    case.write()


def window_change(name):
    """swinv2_*_window12to16_*: offsets are divided by the side of the window of pre-training."""
    windows = (3, 3, 2)
    model = swin(SwinTransformerV2, name, SMALL_MAPS, pretrained_window_sizes=windows)
    case = Case(name, "swinv2_base_patch4_window12to16_192to256_22kto1k_ft.pth", family="swin_v2", arch="swin_v2_b",
                **facts(SMALL_MAPS, SwinTransformerV2, position_window=windows, notes=[
                    BUFFERS, "the windows of pre-training are in the file by relative_coords_table alone"]))
    case.torch_file({"model": hub_style.state(official(model))})
    case.expect(model, classified)
    case.write()


def timm_folder(name, kind, family, arch, architecture):
    model = swin(kind, name, SHAPE)
    case = Case(name, architecture, family=family, arch=arch, **facts(SHAPE, kind, notes=[
        "timm's names: layers.i.downsample stands before stage i's blocks (i from 1); head.fc.*; no buffers"]))
    case.checkpoint.mkdir()
    safetensors.torch.save_file(model.state_dict(), case.checkpoint / "model.safetensors", {"format": "pt"})
    import_case.write_json(case.checkpoint / "config.json", {
        "architecture": architecture.split(".")[0], "num_classes": 10, "num_features": TOP, "pretrained_cfg": {
            "tag": architecture.split(".")[1], "input_size": [3, 64, 64], "fixed_input_size": True,
            "interpolation": "bicubic",
            "crop_pct": 0.9, "mean": case.statistics[0], "std": case.statistics[1], "num_classes": 10,
            "first_conv": "patch_embed.proj", "classifier": "head.fc"}})
    case.expect(model, classified)
    case.write()


def esvit(name):
    """checkpoint_best.pth: student behind DistributedDataParallel; heads for views and for regions."""
    networks = {p: swin(SwinTransformer, f"{name}/{p}", SMALL_MAPS, 1e-6, classes=0) for p in ("student", "teacher")}
    case = Case(name, "checkpoint_best.pth", family="swin", arch="esvit_swin_b_w14",
                **facts(SMALL_MAPS, SwinTransformer, 1e-6, notes=[
        "key student: module.*; key teacher: no prefix; head.* and head_dense.* are left out",
        "tokens are the teacher's, tokens_student the student's on images_student",
        "Feature Distillation takes the student",
        "epsilon 1e-6 as EsViT builds its network; Feature Distillation's teacher runs the same weights with 1e-5",
        "relative_position_index is stored, attn_mask is not; the last stage's window is its map"]))

    def weights(part):
        views, regions = (hub_style.dino_head(f"{name}/{part}/{head}", TOP) for head in ("head", "head_dense"))
        heads = {**hub_style.prefixed("head.", views), **hub_style.prefixed("head_dense.", regions)}
        return {**official(networks[part], masks=False), **heads}

    case.torch_file({"student": hub_style.state(hub_style.prefixed("module.", weights("student"))),
                     "teacher": hub_style.state(weights("teacher")),
                     "optimizer": hub_style.optimizer(name), "epoch": 300,
                     "args": hub_style.namespace(cfg="swin_base_window14.yaml"),
                     "dino_loss": hub_style.state({"center": torch.zeros(1, 16), "center_grid": torch.zeros(1, 16)}),
                     "fp16_scaler": hub_style.scaler()})
    case.expect(networks["teacher"], tokens)
    case.expect(networks["student"], tokens, suffix="_student")
    case.write()


def hugging_face(name, family, arch, folder, config, kind):
    model = import_case.fill(kind(config), name)
    case = Case(name, folder, family=family, arch=arch, width=config.embed_dim, depths=config.depths,
                heads=config.num_heads,
                image_size=config.image_size, patch_size=config.patch_size, window=config.window_size, prefix_tokens=0,
                activation="GELU",
                layer_norm_epsilon=config.layer_norm_eps,
                source=f"transformers {transformers.__version__}, {kind.__name__}",
                notes=["query, key and value are apart" + ("; key has no bias" if family == "swin_v2" else "")])
    reader = import_case.preprocessor("ViTImageProcessor", 64, case.statistics)
    import_case.hugging_face(case, model, preprocessor=reader)
    case.expect(model, lambda network, x: {"tokens": network(pixel_values=x).last_hidden_state})
    case.write()


def fd_distilled(name):
    """SwinV2 student by rpe_mlp, projector, and EsViT's Swin as teacher."""
    model = swin(SwinTransformerV2, name, SMALL_MAPS, classes=0)
    teacher = swin(SwinTransformer, name + "/teacher", SMALL_MAPS, classes=0)
    projector = hub_style.drawn(name, {"decoder.0.weight": (TOP, TOP, 1), "decoder.0.bias": (TOP,)})
    case = Case(name, "fd_esvit_swin_base_300ep.pth", family="fd", arch="fd_swin_v2_b",
                **facts(SMALL_MAPS, SwinTransformerV2, notes=[
        BUFFERS, "attn.rpe_mlp is SwinV2's cpb_mlp",
        "key model; encoder.* is the student; decoder.0.* and feature_model.* are left out",
        "config is a yacs.config.CfgNode"]))
    case.torch_file(fd_checkpoint(name, {
        **hub_style.prefixed("encoder.", official(model, position_network="rpe_mlp")), **projector,
        **hub_style.prefixed("feature_model.", official(teacher))}, fd_config(TYPE="swin_v2")))
    case.expect(model, tokens)
    case.write()


def fd_finetuned(name):
    model = swin(SwinTransformerV2, name, SMALL_MAPS)
    case = Case(name, "fd_esvit_swin_base_300ep_ft.pth", family="fd", arch="fd_swin_v2_b",
                **facts(SMALL_MAPS, SwinTransformerV2,
                        notes=[BUFFERS, "attn.rpe_mlp is SwinV2's cpb_mlp", "config is a yacs.config.CfgNode"]))
    case.torch_file(fd_checkpoint(name, official(model, position_network="rpe_mlp"),
                                  fd_config(TYPE="swin_v2", NUM_CLASSES=10), 99))
    case.expect(model, classified)
    case.write()


CASES = {
    "fd-swin-distilled": fd_distilled,
    "fd-swin-finetuned": fd_finetuned,
    "swin-official": lambda n: official_file(
        n, SwinTransformer, "swin", "swin_b", "swin_base_patch4_window7_224.pth", SHAPE, legacy=True,
        notes=["legacy serialisation (no zip)"]),
    "swin-timm": lambda n: timm_folder(n, SwinTransformer, "swin", "swin_b",
                                       "swin_base_patch4_window7_224.ms_in22k_ft_in1k"),
    "swin-hf": lambda n: hugging_face(
        n, "swin", "swin_b", "swin-base-patch4-window7-224", transformers.SwinConfig(**HF_SHAPE),
        transformers.SwinModel),
    "esvit": esvit,
    "swin-v2-official": lambda n: official_file(
        n, SwinTransformerV2, "swin_v2", "swin_v2_b", "swinv2_base_patch4_window8_256.pth", SMALL_MAPS, notes=[
            "the last stage's window is its map", "one logit_scale is above its clamp, log 100"]),
    "swin-v2-window-change": window_change,
    "swin-v2-timm": lambda n: timm_folder(n, SwinTransformerV2, "swin_v2", "swin_v2_b",
                                          "swinv2_base_window8_256.ms_in1k"),
    "swin-v2-hf": lambda n: hugging_face(
        n, "swin_v2", "swin_v2_b", "swinv2-base-patch4-window8-256", transformers.Swinv2Config(**HF_SHAPE),
        transformers.Swinv2Model),
}
