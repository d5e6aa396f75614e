"""Import goldens of CLIP, OpenCLIP and SigLIP: visual towers inside files that hold both towers."""

import functools

import open_clip
import safetensors.torch
import torch
import torch.nn as nn
import transformers
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg
from timm.layers import QuickGELU

import hub_style
import import_case
from import_case import HALF, Case
from import_cases_vit import HF_SHAPE, SHAPE, TIMM, WIDTH, classified, facts, hf_facts, timm_folder, tokens, vit

OPEN_CLIP = f"open_clip_torch {open_clip.__version__}, VisionTransformer: ln_post on every token"
TEXT = {"context_length": 8, "vocab_size": 20, "width": 8, "heads": 2, "layers": 1}
HF_TEXT = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32,
           "vocab_size": 20,
           "max_position_embeddings": 8, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}


def openai_dtype(key):
    """What OpenAI stores as float16: dense, convolutions, attention, projections."""
    half = ("in_proj_weight", "in_proj_bias", "conv1.weight", "proj", "text_projection")
    return torch.float16 if key.endswith(half) or ".out_proj." in key or ".mlp." in key else torch.float32


def clip(name, dtype, quick_gelu, width=16, head_width=8):
    vision = {"layers": 2, "width": width, "head_width": head_width, "patch_size": 8, "image_size": 32}
    model = CLIP(16, CLIPVisionCfg(**vision), CLIPTextCfg(**TEXT), quick_gelu=quick_gelu)
    return import_case.fill(model, name, dtype), vision


def clip_case(name, checkpoint, arch, vision, quick_gelu, **more):
    return Case(name, checkpoint, import_case.CLIP, family="clip", arch=arch, width=vision["width"],
                depth=vision["layers"],
                heads=vision["width"] // vision["head_width"], image_size=32, patch_size=8, prefix_tokens=1,
                activation="QUICK_GELU" if quick_gelu else "GELU", layer_norm_epsilon=1e-5, source=OPEN_CLIP, **more)


def clip_tokens(model, x):
    tower = model.visual
    features = tower.ln_post(tower.transformer(tower._embeds(x)))
    return {"tokens": features, "image_features": features[:, 0] @ tower.proj}


def openai_state(model, dtype_of=openai_dtype):
    """State dict with the sizes that OpenAI keeps among the tensors."""
    sizes = {"input_resolution": torch.tensor(32), "context_length": torch.tensor(8), "vocab_size": torch.tensor(20)}
    return {**sizes, **{k: v.to(dtype_of(k)) for k, v in model.state_dict().items()}}


def openai(name, script):
    """ViT-B-16.pt: a TorchScript archive; or the state dict of the same model."""
    model, vision = clip(name, openai_dtype, quick_gelu=True)
    file = "ViT-B-16.pt" if script else "ViT-B-16-state-dict.pt"
    case = clip_case(name, file, "clip_vit_b16", vision, True, notes=[
        "float16 matrices, float32 norms, tokens and positions", "visual.conv1 has no bias",
        "input_resolution, context_length and vocab_size are int64 scalars among the tensors",
        "the text tower, text_projection, logit_scale and visual.proj are left out"])
    if script:
        case.facts["notes"].append("TorchScript: data.pkl holds module objects of classes __torch__.*")
        hub_style.torch_script(openai_state(model), case.checkpoint)
    else:
        case.torch_file(hub_style.state(openai_state(model)))
    case.expect(model, clip_tokens)
    case.write()


def open_clip_config(vision, **more):
    return {"model_cfg": {"embed_dim": 16, **more, "vision_cfg": vision, "text_cfg": TEXT},
            "preprocess_cfg": {"mean": import_case.CLIP[0], "std": import_case.CLIP[1]}}


def open_clip_folder(name, arch, folder, dtype, quick_gelu, pickled=False, **shape):
    model, vision = clip(name, dtype, quick_gelu, **shape)
    case = clip_case(name, folder, arch, vision, quick_gelu, notes=[
        "quick_gelu in open_clip_config.json says which activation; without it GELU"])
    case.checkpoint.mkdir()
    more = {"quick_gelu": True} if quick_gelu else {}
    import_case.write_json(case.checkpoint / "open_clip_config.json", open_clip_config(vision, **more))
    weights = {k: v.to(dtype) for k, v in model.state_dict().items()}
    if pickled:
        torch.save(hub_style.state(weights), case.checkpoint / "open_clip_pytorch_model.bin")
    else:
        safetensors.torch.save_file(weights, case.checkpoint / "open_clip_model.safetensors", {"format": "pt"})
    case.expect(model, clip_tokens)
    case.write()


def open_clip_training(name):
    """epoch_32.pt of OpenCLIP's training."""
    model, vision = clip(name, torch.float32, False)
    case = clip_case(name, "epoch_32.pt", "open_clip_vit_b16", vision, False,
                     notes=["key state_dict, keys behind module."])
    case.torch_file({"epoch": 32, "name": "ViT-B-16",
                     "state_dict": hub_style.state(hub_style.prefixed("module.", model.state_dict())),
                     "optimizer": hub_style.optimizer(name), "scaler": hub_style.scaler()})
    case.expect(model, clip_tokens)
    case.write()


def clip_timm(name):
    """vit_base_patch16_clip_quickgelu_224.openai: as timm converts the tower, with the projection as its head."""
    norm = functools.partial(nn.LayerNorm, eps=1e-5)
    model = import_case.fill(vit(pre_norm=True, norm_layer=norm, act_layer=QuickGELU, num_classes=16), name)
    architecture = "vit_base_patch16_clip_quickgelu_224"
    case = Case(name, architecture + ".openai", import_case.CLIP, family="clip", arch="open_clip_vit_b16", **facts(
        model, source=TIMM, notes=["head.* is the projection into the space shared with text: left out",
                                   "quickgelu in the architecture's name says which activation"]))
    case.facts |= {"activation": "QUICK_GELU", "layer_norm_epsilon": 1e-5}
    timm_folder(case, model, architecture)
    case.expect(model, tokens)
    case.write()


def clip_preprocessor(size):
    return {"crop_size": size, "do_center_crop": True, "do_normalize": True, "do_resize": True,
            "feature_extractor_type": "CLIPFeatureExtractor", "image_mean": import_case.CLIP[0],
            "image_std": import_case.CLIP[1], "resample": 3, "size": size}


def position_ids(tensors, text_length=8):
    """The index buffers that transformers stored before version 4.31."""
    prefix = "vision_model.embeddings."
    count = tensors[prefix + "position_embedding.weight"].shape[0]
    extra = {prefix + "position_ids": torch.arange(count)[None]}
    if "text_model.embeddings.position_embedding.weight" in tensors:
        extra["text_model.embeddings.position_ids"] = torch.arange(text_length)[None]
    return {**tensors, **extra}


def clip_hugging_face(name, vision_only, activation):
    vision = transformers.CLIPVisionConfig(**HF_SHAPE, projection_dim=16, hidden_act=activation)
    if vision_only:
        model = transformers.CLIPVisionModel(vision)
        edit = lambda t: position_ids(hub_style.prefixed("vision_model.", t))
    else:
        text = transformers.CLIPTextConfig(**HF_TEXT, projection_dim=16)
        model = transformers.CLIPModel(transformers.CLIPConfig(text_config=text.to_dict(),
                                                               vision_config=vision.to_dict(), projection_dim=16))
        edit = position_ids
    import_case.fill(model, name)
    kind = type(model).__name__
    case = Case(name, "clip-vit-base-patch16", import_case.CLIP, family="clip", arch="clip_vit_b16",
                **hf_facts(vision, 1, kind + ": post_layernorm on every token", notes=[
                    "pre_layrnorm is spelled so", "position_ids are int64 buffers",
                    "hidden_act of config.json says which activation"]))
    case.facts["activation"] = "QUICK_GELU" if activation == "quick_gelu" else "GELU"
    import_case.hugging_face(case, model, edit=edit, preprocessor=clip_preprocessor(32))

    def outputs(network, x):
        tower = getattr(network, "vision_model", network)
        return {"tokens": tower.post_layernorm(tower(pixel_values=x).last_hidden_state)}

    case.expect(model, outputs)
    case.write()


def siglip_hugging_face(name):
    """Norm on every token, then a pooling head by attention; no class token."""
    vision = transformers.SiglipVisionConfig(**HF_SHAPE)
    text = transformers.SiglipTextConfig(**HF_TEXT, projection_size=WIDTH)
    model = import_case.fill(transformers.SiglipModel(transformers.SiglipConfig(
        text_config=text.to_dict(), vision_config=vision.to_dict())), name)
    case = Case(name, "siglip-base-patch16-224", HALF, family="siglip", arch="siglip_vit_b16",
                **hf_facts(vision, 0, "SiglipModel", notes=[
                    "vision_model.head.* pools by attention: pooled",
                    "text_model.*, logit_scale, logit_bias are left out"]))
    case.facts["activation"] = "GELU_TANH"
    import_case.hugging_face(case, model, preprocessor=import_case.preprocessor("SiglipImageProcessor", 32, HALF))

    def outputs(network, x):
        result = network.vision_model(pixel_values=x)
        return {"tokens": result.last_hidden_state, "pooled": result.pooler_output}

    case.expect(model, outputs)
    case.write()


def siglip_vit(name, tanh, **changes):
    activation = functools.partial(nn.GELU, approximate="tanh") if tanh else nn.GELU
    options = {**SHAPE, "class_token": False, "global_pool": "map", "act_layer": activation}
    return import_case.fill(vit(**{**options, **changes}), name)


def pooled(model, x):
    result = classified(model, x)
    return {"tokens": result["tokens"], "pooled": result["logits"]}


def siglip_timm(name):
    model = siglip_vit(name, tanh=False)
    architecture = "vit_base_patch16_siglip_224"
    case = Case(name, architecture + ".webli", HALF, family="siglip", arch="siglip_vit_b16",
                **facts(model, source=TIMM, notes=[
        "attn_pool.* pools by attention: pooled",
        "timm computes this architecture with GELU by the error function, big_vision and Hugging Face with tanh"]))
    timm_folder(case, model, architecture, global_pool="map")
    case.expect(model, pooled)
    case.write()


def siglip_open_clip(name):
    """ViT-B-16-SigLIP as OpenCLIP stores it: the timm network behind visual.trunk."""
    model = siglip_vit(name, False)
    case = Case(name, "ViT-B-16-SigLIP", HALF, family="siglip", arch="siglip_vit_b16", **facts(
        model, source=TIMM, notes=["visual.trunk.*; text.*, logit_scale and logit_bias are left out"]))
    case.checkpoint.mkdir()
    text = hub_style.drawn(name, {"text.token_embedding.weight": (20, 8), "text.positional_embedding": (8, 8),
                                  "text.ln_final.weight": (8,),
                                  "text.ln_final.bias": (8,), "logit_scale": (1,), "logit_bias": (1,)})
    weights = {**hub_style.prefixed("visual.trunk.", model.state_dict()), **text}
    safetensors.torch.save_file(weights, case.checkpoint / "open_clip_model.safetensors", {"format": "pt"})
    import_case.write_json(case.checkpoint / "open_clip_config.json", {
        "model_cfg": {"embed_dim": WIDTH, "init_logit_bias": -10, "custom_text": True, "vision_cfg": {
            "image_size": 32, "timm_model_name": "vit_base_patch16_siglip_224", "timm_model_pretrained": False,
            "timm_pool": "map", "timm_proj": "none"}, "text_cfg": TEXT},
        "preprocess_cfg": {"mean": HALF[0], "std": HALF[1], "interpolation": "bicubic", "resize_mode": "squash"}})
    case.expect(model, pooled)
    case.write()


CASES = {
    "clip-openai": lambda n: openai(n, script=True),
    "clip-openai-state-dict": lambda n: openai(n, script=False),
    "clip-hf": lambda n: clip_hugging_face(n, vision_only=False, activation="quick_gelu"),
    "clip-hf-vision-gelu": lambda n: clip_hugging_face(n, vision_only=True, activation="gelu"),
    "clip-timm": clip_timm,
    "clip-open-clip": lambda n: open_clip_folder(n, "open_clip_vit_b16", "CLIP-ViT-B-16-laion2B-s34B-b88K",
                                                 torch.float32, False),
    "clip-open-clip-quickgelu": lambda n: open_clip_folder(
        n, "open_clip_vit_b16", "vit_base_patch16_clip_quickgelu_224.metaclip_400m", torch.bfloat16, True,
        pickled=True),
    "clip-open-clip-h14": lambda n: open_clip_folder(
        n, "open_clip_vit_h14", "CLIP-ViT-H-14-laion2B-s32B-b79K", torch.float16, False, width=40, head_width=20),
    "clip-open-clip-training": open_clip_training,
    "siglip-hf": siglip_hugging_face,
    "siglip-timm": siglip_timm,
    "siglip-open-clip": siglip_open_clip,
}
