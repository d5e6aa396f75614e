"""Import goldens of networks with rotary positions: DINOv3 and EVA-02, in their own, Hugging Face's and timm's layouts."""

import copy

import timm
import torch
import torch.nn as nn
import transformers

import hub_style
import import_case
from import_case import CLIP, Case
from import_cases_vit import WIDTH, facts, hf_facts, hf_tokens, timm_folder, tokens

SMALL = {"embed_dim": WIDTH, "depth": 2, "num_heads": 2, "num_classes": 0}
DINOV3 = {**SMALL, "img_size": 24, "patch_size": 8}
EVA02 = {**SMALL, "img_size": 28, "patch_size": 7}
OTHER_SIZE = {"dinov3": 40, "eva02": 35}
HF_SHAPE = {"image_size": 24, "patch_size": 8, "hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 2,
            "intermediate_size": 3 * WIDTH, "num_register_tokens": 4}
SOURCE = f"timm {timm.__version__}, "
TO_DINOV3 = (("gamma_1", "ls1.gamma"), ("gamma_2", "ls2.gamma"), ("reg_token", "storage_tokens"),
             ("mlp.fc1_g", "mlp.w1"), ("mlp.fc1_x", "mlp.w2"))
TO_EVA02 = (("q_proj.bias", "q_bias"), ("v_proj.bias", "v_bias"), ("mlp.fc1_g", "mlp.w1"), ("mlp.fc1_x", "mlp.w2"),
            ("mlp.fc2", "mlp.w3"), ("mlp.norm", "mlp.ffn_ln"), ("attn.norm", "attn.inner_attn_ln"))


def eva(name, architecture, shape, **more):
    """timm's network of an architecture, small and filled."""
    return import_case.fill(timm.create_model(architecture, **shape, **more), name)


class SeparateNorms(nn.Module):
    """norm of the patches, cls_norm of what stands before them."""

    def __init__(self, prefix, norm):
        super().__init__()
        self.prefix, self.norm, self.cls_norm = prefix, norm, copy.deepcopy(norm)

    def forward(self, x):
        return torch.cat([self.cls_norm(x[:, :self.prefix]), self.norm(x[:, self.prefix:])], dim=1)


def dinov3_state(name, model):
    """The names of DINOv3's own files, with a joint bias whose keys' part is masked."""
    weights = hub_style.renamed(model.state_dict(), *TO_DINOV3)
    if "blocks.0.mlp.w1.weight" in weights:
        weights = hub_style.renamed(weights, ("mlp.fc2", "mlp.w3"))
    for i in range(2):
        q, v = (weights.pop(f"blocks.{i}.attn.{n}_bias", None) for n in "qv")
        if q is not None:
            masked = import_case.values(name, f"blocks.{i}.attn.k_bias", (WIDTH,))
            weights[f"blocks.{i}.attn.qkv.bias"] = torch.cat([q, masked, v])
            weights[f"blocks.{i}.attn.qkv.bias_mask"] = torch.cat([torch.ones_like(q), torch.zeros_like(q),
                                                                   torch.ones_like(q)])
    return hub_style.state({**weights, "rope_embed.periods": model.rope.periods.clone()},
                           hub_style.drawn(name, {"mask_token": (1, WIDTH)}))


def dinov3_hub(name, file, arch, architecture, separate=False, rounded=True, **more):
    """torch.hub's files; the 7B has no biases of queries, keys and values."""
    model = eva(name, architecture, {**DINOV3, **more})
    if rounded:
        model.rope.periods.copy_(model.rope.periods.bfloat16())
    extra = {}
    if separate:
        model.norm = SeparateNorms(5, model.norm)
        import_case.fill(model, name)
    weights = dinov3_state(name, model)
    if separate:
        weights = hub_style.renamed(weights, ("norm.cls_norm", "cls_norm"), ("norm.norm", "norm"))
        weights |= hub_style.drawn(name, {"local_cls_norm.weight": (WIDTH,), "local_cls_norm.bias": (WIDTH,)})
        extra = {"final_norm": "SEPARATE"}
    case = Case(name, file, family="dinov3", arch=arch, **facts(
        model, registers=4, layer_norm_epsilon=1e-5, source=SOURCE + architecture, **extra, notes=[
            "the keys' part of qkv.bias is not zero and masked by bias_mask", "mask_token is not used",
            "rope_embed.periods are rounded to bfloat16" if rounded else "rope_embed.periods are float32"]))
    case.torch_file(weights)
    case.expect(model, tokens)
    case.write()


def dinov3_timm(name, architecture, arch):
    model = eva(name, architecture, DINOV3)
    case = Case(name, architecture + ".lvd1689m", family="dinov3", arch=arch, **facts(
        model, registers=4, layer_norm_epsilon=1e-5, source=SOURCE + architecture, notes=[]))
    timm_folder(case, model, architecture)
    case.expect(model, tokens)
    case.write()


def dinov3_hugging_face(name, gated):
    config = transformers.DINOv3ViTConfig(**HF_SHAPE, use_gated_mlp=gated, hidden_act="silu" if gated else "gelu")
    model = import_case.fill(transformers.DINOv3ViTModel(config), name)
    kind = "vits16plus" if gated else "vits16"
    case = Case(name, f"dinov3-{kind}-pretrain-lvd1689m", family="dinov3", arch="dinov3_" + kind, **hf_facts(
        config, 5, "DINOv3ViTModel", registers=4, notes=["embeddings.mask_token is not used"]))
    import_case.hugging_face(case, model, preprocessor={
        "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": case.statistics[0],
        "image_processor_type": "DINOv3ViTImageProcessorFast", "image_std": case.statistics[1], "resample": 2,
        "rescale_factor": 1 / 255, "size": {"height": config.image_size, "width": config.image_size}})
    case.expect(model, hf_tokens)
    case.facts["image_size_resized"] = OTHER_SIZE["dinov3"]
    case.expect(model, hf_tokens, suffix="_resized", image_size=OTHER_SIZE["dinov3"])
    case.write()


def pooled(model, x):
    features = model.forward_features(x)
    return {"tokens": features, "pooled": model.forward_head(features, pre_logits=True),
            "logits": model.forward_head(features)}


def eva02_facts(model, architecture, notes):
    return facts(model, activation="SWIGLU", final_norm="ON_POOLED", source=SOURCE + architecture, notes=notes)


def eva02_timm(name, architecture, arch, resized=False):
    """Fine-tuned: fc_norm on the mean of the patches, and a classifier."""
    model = eva(name, architecture, {**EVA02, "num_classes": 10})
    case = Case(name, architecture + ".mim_in22k_ft_in1k", CLIP, family="eva02", arch=arch,
                **eva02_facts(model, architecture, []))
    timm_folder(case, model, architecture)
    case.expect(model, pooled)
    if resized:
        case.facts["image_size_resized"] = OTHER_SIZE["eva02"]
        other = copy.deepcopy(model)
        other.set_input_size(img_size=OTHER_SIZE["eva02"])
        case.expect(other, tokens, suffix="_resized", image_size=OTHER_SIZE["eva02"])
    case.write()


def rope_buffers(model):
    """EVA-02's own cosines and sines [G^2, D], which every block holds again."""
    sine, cosine = model.rope.get_embed().chunk(2, dim=-1)
    buffers = {"freqs_cos": cosine.contiguous(), "freqs_sin": sine.contiguous()}
    places = ["rope.", *(f"blocks.{i}.attn.rope." for i in range(2))]
    return {place + key: value for place in places for key, value in buffers.items()}


def eva02_original(name, file, architecture, arch, joint):
    """Pre-trained: a norm on all tokens, the mask token and the head of pre-training."""
    model = eva(name, architecture, EVA02, global_pool="token")
    renames = (("mlp.fc1", "mlp.w12"), ("mlp.fc2", "mlp.w3")) if joint else TO_EVA02
    case = Case(name, file, CLIP, family="eva02", arch=arch, **{
        **eva02_facts(model, architecture + " with global_pool token", [
            "mask_token and lm_head.* are not used", "rope.freqs_* in the network and in every block"]),
        "final_norm": "ON_TOKENS"})
    leftovers = hub_style.drawn(name, {"mask_token": (1, 1, WIDTH), "lm_head.weight": (12, WIDTH), "lm_head.bias": (12,)})
    case.torch_file({"module": hub_style.state(
        hub_style.renamed(model.state_dict(), *renames), rope_buffers(model), leftovers)})
    case.expect(model, tokens)
    case.write()


def eva02_clip(name, original):
    """The visual tower with norms in attention as well; in a file with the text's, or as timm has it."""
    architecture = "eva02_base_patch16_clip_224"
    model = eva(name, architecture, {**DINOV3, "num_classes": 12})
    checkpoint = "EVA02_CLIP_B_psz16_s8B.pt" if original else architecture + ".merged2b_s8b_b131k"
    case = Case(name, checkpoint, CLIP, family="eva02_clip", arch="eva02_clip_b16", **facts(
        model, activation="SWIGLU", source=SOURCE + architecture, notes=["head.* is the projection to text"]))
    if original:
        visual = hub_style.prefixed("visual.", {**hub_style.renamed(model.state_dict(), *TO_EVA02), **rope_buffers(model)})
        text = hub_style.drawn(name, {"text.token_embedding.weight": (8, 12), "logit_scale": ()})
        case.torch_file(hub_style.state(visual, text))
    else:
        timm_folder(case, model, architecture)
    case.expect(model, tokens)
    case.write()


CASES = {
    "dinov3-hub": lambda n: dinov3_hub(n, "dinov3_vits16_pretrain_lvd1689m-08c60483.pth", "dinov3_vits16",
                                       "vit_small_patch16_dinov3_qkvb"),
    "dinov3-hub-plus": lambda n: dinov3_hub(n, "dinov3_vits16plus_pretrain_lvd1689m-4057cbaa.pth", "dinov3_vits16plus",
                                            "vit_small_plus_patch16_dinov3_qkvb", num_heads=1, mlp_ratio=2.0),
    "dinov3-hub-7b": lambda n: dinov3_hub(n, "dinov3_vit7b16_pretrain_lvd1689m-a955f4ea.pth", "dinov3_vit7b16",
                                          "vit_small_plus_patch16_dinov3", num_heads=1, mlp_ratio=2.0, separate=True,
                                          rounded=False),
    "dinov3-hf": lambda n: dinov3_hugging_face(n, gated=False),
    "dinov3-hf-plus": lambda n: dinov3_hugging_face(n, gated=True),
    "dinov3-timm": lambda n: dinov3_timm(n, "vit_small_patch16_dinov3", "dinov3_vits16"),
    "dinov3-timm-plus": lambda n: dinov3_timm(n, "vit_small_plus_patch16_dinov3_qkvb", "dinov3_vits16plus"),
    "eva02-timm": lambda n: eva02_timm(n, "eva02_base_patch14_448", "eva02_b14_448", resized=True),
    "eva02-timm-joint": lambda n: eva02_timm(n, "eva02_tiny_patch14_336", "eva02_ti14_336"),
    "eva02-original": lambda n: eva02_original(n, "eva02_B_pt_in21k_p14.pt", "eva02_base_patch14_224", "eva02_b14",
                                               joint=False),
    "eva02-original-joint": lambda n: eva02_original(n, "eva02_Ti_pt_in21k_p14.pt", "eva02_tiny_patch14_224",
                                                     "eva02_ti14", joint=True),
    "eva02-clip-timm": lambda n: eva02_clip(n, original=False),
    "eva02-clip-original": lambda n: eva02_clip(n, original=True),
}
