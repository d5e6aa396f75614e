"""Import goldens of BEiT v2 and of Feature Distillation's own ViT, which is BEiT's network."""

import functools

import timm
import torch
import torch.nn as nn
import transformers
from timm.models.beit import Beit
from yacs.config import CfgNode

import hub_style
import import_case
from import_case import HALF, Case
from import_cases_clip import clip, openai_state
from import_cases_vit import EPSILON, HF_SHAPE, SHAPE, WIDTH, hf_facts

TIMM = f"timm {timm.__version__}, Beit"
GRID = 4


def beit(name, pooled, **changes):
    """Shared table and a norm on tokens before fine-tuning; tables per block and fc_norm after."""
    options = {**SHAPE, "num_classes": 10 if pooled else 0, "global_pool": "avg" if pooled else "token",
               "init_values": 0.1,
               "use_rel_pos_bias": pooled, "use_shared_rel_pos_bias": not pooled, "use_abs_pos_emb": False,
               "norm_layer": functools.partial(nn.LayerNorm, eps=EPSILON)}
    return import_case.fill(Beit(**{**options, **changes}), name)


def facts(model, **more):
    return {"width": WIDTH, "depth": len(model.blocks), "heads": SHAPE["num_heads"], "image_size": 32, "patch_size": 8,
            "prefix_tokens": 1,
            "activation": "GELU", "layer_norm_epsilon": EPSILON, "source": TIMM, **more}


def relative_position_index(grid=GRID):
    """The int64 buffer [N, N] beside each table of a grid with a class token."""
    span = 2 * grid - 1
    row, column = torch.arange(grid).repeat_interleave(grid), torch.arange(grid).repeat(grid)
    index = torch.empty(grid * grid + 1, grid * grid + 1, dtype=torch.int64)
    index[1:, 1:] = (row[:, None] - row + grid - 1) * span + column[:, None] - column + grid - 1
    index[0, :], index[:, 0], index[0, 0] = span * span, span * span + 1, span * span + 2
    return index


def with_indices(weights):
    """Each table's index buffer, as the original modules register it."""
    result = dict(weights)
    for key in weights:
        if key.endswith("relative_position_bias_table"):
            result[key.replace("bias_table", "index")] = relative_position_index()
    return result


def tokens(model, x):
    return {"tokens": model.forward_features(x)}


def pooled(model, x):
    features = model.forward_features(x)
    return {"tokens": features, "pooled": model.forward_head(features, pre_logits=True),
            "logits": model.forward_head(features)}


POOLED_NOTES = ["tables per block; relative_position_index buffers are left out",
                "keys fc_norm.* and head.*, no norm.*: tokens are the last block's output without a norm",
                "pooled is fc_norm of the mean over the patches (class token left out)"]


def pretrained(name):
    """beitv2_base_patch16_224_pt1k.pth with its two extra layers for the class token."""
    model = beit(name, pooled=False)
    extra = hub_style.drawn(name, {"mask_token": (1, 1, WIDTH), "lm_head.weight": (20, WIDTH), "lm_head.bias": (20,)})
    last = {k: v for k, v in model.state_dict().items() if k.startswith("blocks.1.")}
    late = hub_style.renamed(last, ("blocks.1.", "cls_pt_layers.0."))
    case = Case(name, "beitv2_base_patch16_224_pt1k.pth", family="beit_v2", arch="beit_v2_b16", **facts(model, notes=[
        "one table rel_pos_bias.relative_position_bias_table for all blocks; its index buffer is left out",
        "mask_token, lm_head.* and cls_pt_layers.* (layers of pre-training alone) are left out"]))
    case.torch_file({"model": hub_style.state(with_indices(model.state_dict()), extra, late)})
    case.expect(model, tokens)
    case.write()


def finetuned(name):
    model = beit(name, pooled=True)
    case = Case(name, "beitv2_base_patch16_224_pt1k_ft21kto1k.pth", family="beit_v2", arch="beit_v2_b16",
                **facts(model, final_norm="ON_POOLED", notes=POOLED_NOTES))
    case.torch_file({"model": hub_style.state(with_indices(model.state_dict()))})
    case.expect(model, pooled)
    case.write()


def hugging_face(name):
    """BeitForImageClassification: beit.*, tables per layer, pooler.layernorm on the mean of the patches."""
    config = transformers.BeitConfig(**HF_SHAPE, num_labels=10, use_relative_position_bias=True, use_mean_pooling=True)
    model = import_case.fill(transformers.BeitForImageClassification(config), name)
    case = Case(name, "beit-base-patch16-224", HALF, family="beit_v2", arch="beit_v2_b16",
                **hf_facts(config, 1, "BeitForImageClassification", final_norm="ON_POOLED", notes=[
                    "lambda_1 and lambda_2 are LayerScale; key has no bias",
                    "pooler.layernorm is fc_norm; no norm on tokens",
                    "layer_norm_eps of config.json is 1e-12"]))
    import_case.hugging_face(case, model, edit=with_indices, pickled=True,
                             preprocessor=import_case.preprocessor("BeitImageProcessor", 32, HALF))

    def outputs(network, x):
        result = network.beit(pixel_values=x)
        return {"tokens": result.last_hidden_state, "pooled": result.pooler_output,
                "logits": network(pixel_values=x).logits}

    case.expect(model, outputs)
    case.write()


def fd_config(**model):
    """The yacs tree that FD's trainer stores."""
    config = CfgNode({"BASE": [""], "DEV": CfgNode({"PRED_FEAT": "CLIP_400M", "PRED_FEAT_AFTERNORM": True,
                                                    "RCT_TYPE": "norm8_log"}),
                      "MODEL": CfgNode({"DROP_PATH_RATE": 0.1, "RESUME": "", **model}), "SEED": 0, "OUTPUT": "output"})
    config.freeze()
    return config


def fd_checkpoint(name, weights, config, epoch=299):
    """Everything that FD's save_checkpoint writes."""
    scheduler = {"param_group_field": "lr", "_initial_param_group_field": "initial_lr", "base_values": [1.2e-3, 1.2e-3],
                 "metric": None, "t_initial": 187500, "lr_min": 2e-5, "warmup_t": 6250, "noise_range_t": None,
                 "cycle_limit": 1}
    return {"model": hub_style.state(weights), "optimizer": hub_style.optimizer(name), "lr_scheduler": scheduler,
            "scaler": hub_style.scaler(), "max_accuracy": 0.0, "epoch": epoch, "config": config}


def fd_vit_distilled(name):
    """Student (encoder.*), projector (decoder.0.*) and frozen CLIP teacher (feature_model.*) in one state dict."""
    model = beit(name, pooled=False)
    teacher, _ = clip(name + "/teacher", torch.float32, quick_gelu=True)
    projector = hub_style.drawn(name, {"decoder.0.weight": (WIDTH, WIDTH, 1), "decoder.0.bias": (WIDTH,)})
    case = Case(name, "fd_clip_vit_base_300ep.pth", family="fd", arch="fd_vit_b16", **facts(model, notes=[
        "key model; encoder.* is the student; decoder.0.* (projector) and feature_model.* (teacher) are left out",
        "config is a yacs.config.CfgNode"]))
    case.torch_file(fd_checkpoint(name, {
        **hub_style.prefixed("encoder.", with_indices(model.state_dict())), **projector,
        **hub_style.prefixed("feature_model.", openai_state(teacher))}, fd_config(TYPE="vit")))
    case.expect(model, tokens)
    case.write()


def fd_vit_finetuned(name):
    model = beit(name, pooled=True)
    case = Case(name, "fd_clip_vit_base_300ep_ft.pth", family="fd", arch="fd_vit_b16",
                **facts(model, final_norm="ON_POOLED", notes=POOLED_NOTES + ["config is a yacs.config.CfgNode"]))
    case.torch_file(fd_checkpoint(name, with_indices(model.state_dict()), fd_config(TYPE="vit", NUM_CLASSES=10), 99))
    case.expect(model, pooled)
    case.write()


CASES = {
    "fd-vit-distilled": fd_vit_distilled,
    "fd-vit-finetuned": fd_vit_finetuned,
    "beit-v2-pretrained": pretrained,
    "beit-v2-finetuned": finetuned,
    "beit-hf": hugging_face,
}
