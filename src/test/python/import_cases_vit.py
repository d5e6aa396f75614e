"""Import goldens of the ViTs that timm computes: DINO, MAE, DeiT, supervised ViT, MoCo v3, iBOT."""

import functools

import safetensors.torch
import timm
import torch
import torch.nn as nn
import transformers
from timm.models.deit import VisionTransformerDistilled
from timm.models.vision_transformer import VisionTransformer

import hub_style
import import_case
from import_case import HALF, Case

EPSILON = 1e-6
TIMM = f"timm {timm.__version__}, VisionTransformer"
TRANSFORMERS = f"transformers {transformers.__version__}, "
WIDTH = 16
SHAPE = {"img_size": 32, "patch_size": 8, "embed_dim": WIDTH, "depth": 2, "num_heads": 2}
HF_SHAPE = {"image_size": 32, "patch_size": 8, "hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 2,
            "intermediate_size": 4 * WIDTH}


def vit(kind=VisionTransformer, **changes):
    """A small timm ViT and the facts that a case states of it."""
    options = {**SHAPE, "num_classes": 0, "norm_layer": functools.partial(nn.LayerNorm, eps=EPSILON), **changes}
    return kind(**options)


def facts(model, **more):
    return {"width": model.embed_dim, "depth": len(model.blocks), "heads": model.blocks[0].attn.num_heads,
            "image_size": model.patch_embed.img_size[0], "patch_size": model.patch_embed.patch_size[0],
            "prefix_tokens": model.num_prefix_tokens, "activation": "GELU", "layer_norm_epsilon": EPSILON, **more}


def hf_facts(config, prefix, source, **more):
    return {"width": config.hidden_size, "depth": config.num_hidden_layers, "heads": config.num_attention_heads,
            "image_size": config.image_size, "patch_size": config.patch_size, "prefix_tokens": prefix,
            "activation": "GELU",
            "layer_norm_epsilon": config.layer_norm_eps, "source": TRANSFORMERS + source, **more}


def tokens(model, x):
    return {"tokens": model.forward_features(x)}


def classified(model, x):
    features = model.forward_features(x)
    return {"tokens": features, "logits": model.forward_head(features)}


def hf_tokens(model, x):
    return {"tokens": model(pixel_values=x).last_hidden_state}


def dino_backbone(name, patch, image):
    """dino_vitbase*_pretrain.pth: the flat state dict of the teacher's backbone."""
    model = import_case.fill(vit(img_size=image, patch_size=patch, embed_dim=24, num_heads=3), name)
    case = Case(name, f"dino_vitbase{patch}_pretrain.pth", family="dino", arch=f"dino_vitb{patch}",
                **facts(model, source=TIMM))
    case.torch_file(model.state_dict())
    case.expect(model, tokens)
    case.write()


def dino_full(name):
    """The training checkpoint: student behind DistributedDataParallel, teacher not."""
    student, teacher = (import_case.fill(vit(), f"{name}/{part}") for part in ("student", "teacher"))
    case = Case(name, "dino_deitsmall16_pretrain_full_checkpoint.pth", family="dino", arch="dino_vits16",
                **facts(teacher, source=TIMM, notes=[
                    "key teacher: backbone.*, head.*; key student: module.backbone.*, module.head.*",
                    "tokens are the teacher's, tokens_student the student's on images_student",
                    "args is an argparse.Namespace"]))
    case.torch_file({
        "student": hub_style.state(hub_style.prefixed("module.backbone.", student.state_dict()),
                                   hub_style.prefixed("module.head.", hub_style.dino_head(name + "/student", WIDTH))),
        "teacher": hub_style.state(hub_style.prefixed("backbone.", teacher.state_dict()),
                                   hub_style.prefixed("head.", hub_style.dino_head(name + "/teacher", WIDTH))),
        "optimizer": hub_style.optimizer(name), "epoch": 100,
        "args": hub_style.namespace(arch="vit_small", patch_size=16, out_dim=65536, norm_last_layer=False),
        "dino_loss": hub_style.state({"center": torch.zeros(1, 16)}), "fp16_scaler": hub_style.scaler()})
    case.expect(teacher, tokens)
    case.expect(student, tokens, suffix="_student")
    case.write()


def mae(name, file, content, notes):
    """content(encoder's state dict) is what torch.save gets."""
    model = import_case.fill(vit(), name)
    model.pos_embed.data = hub_style.sin_cos_mae(WIDTH, 4)
    case = Case(name, file, family="mae", arch="mae_vit_b16", **facts(model, source=TIMM, notes=notes))
    case.torch_file(content(name, model.state_dict()))
    case.expect(model, tokens)
    case.write()


def mae_decoder(name, encoder_width, width=8, patch=8, grid=4):
    block = {"norm1.weight": (width,), "norm1.bias": (width,), "attn.qkv.weight": (3 * width, width),
             "attn.qkv.bias": (3 * width,), "attn.proj.weight": (width, width), "attn.proj.bias": (width,),
             "norm2.weight": (width,), "norm2.bias": (width,), "mlp.fc1.weight": (4 * width, width),
             "mlp.fc1.bias": (4 * width,), "mlp.fc2.weight": (width, 4 * width), "mlp.fc2.bias": (width,)}
    shapes = {"mask_token": (1, 1, width), "decoder_embed.weight": (width, encoder_width),
              "decoder_embed.bias": (width,),
              **{"decoder_blocks.0." + k: s for k, s in block.items()},
              "decoder_norm.weight": (width,), "decoder_norm.bias": (width,),
              "decoder_pred.weight": (patch * patch * 3, width), "decoder_pred.bias": (patch * patch * 3,)}
    return {**hub_style.drawn(name, shapes), "decoder_pos_embed": hub_style.sin_cos_mae(width, grid)}


def mae_training(name, encoder):
    return {"model": hub_style.state(encoder, mae_decoder(name, WIDTH)), "optimizer": hub_style.optimizer(name),
            "epoch": 799, "scaler": hub_style.scaler(),
            "args": hub_style.namespace(model="mae_vit_base_patch16", mask_ratio=0.75, norm_pix_loss=True)}


def mae_finetuned(name):
    """fc_norm on the mean of the patches: no norm on tokens, which leave as the last block gives them."""
    model = import_case.fill(vit(num_classes=10, global_pool="avg"), name)
    case = Case(name, "mae_finetuned_vit_base.pth", family="mae", arch="mae_vit_b16",
                **facts(model, final_norm="ON_POOLED", source=TIMM + " with global_pool avg", notes=[
                    "keys fc_norm.* and head.*, no norm.*: tokens are the last block's output without a norm",
                    "pooled is fc_norm of the mean over the patches (class token left out), logits its classifier",
                    "pos_embed is trained here, no longer the sine-cosine table"]))
    case.torch_file({"model": hub_style.state(model.state_dict()), "optimizer": hub_style.optimizer(name), "epoch": 99,
                     "scaler": hub_style.scaler(),
                     "args": hub_style.namespace(model="vit_base_patch16", global_pool=True)})

    def outputs(network, x):
        features = network.forward_features(x)
        return {"tokens": features, "pooled": network.forward_head(features, pre_logits=True),
                "logits": network.forward_head(features)}

    case.expect(model, outputs)
    case.write()


def mae_hugging_face(name):
    """ViTMAEForPreTraining as published: vit.*, decoder.decoder_layers.*."""
    config = transformers.ViTMAEConfig(**HF_SHAPE, decoder_hidden_size=8, decoder_num_hidden_layers=1,
                                       decoder_num_attention_heads=2, decoder_intermediate_size=32, mask_ratio=0.75)
    model = import_case.fill(transformers.ViTMAEForPreTraining(config), name)
    with torch.no_grad():
        model.vit.embeddings.position_embeddings.copy_(hub_style.sin_cos_mae(WIDTH, 4))
        model.decoder.decoder_pos_embed.copy_(hub_style.sin_cos_mae(8, 4))
    case = Case(name, "vit-mae-base", family="mae", arch="mae_vit_b16",
                **hf_facts(config, 1, "ViTMAEForPreTraining", notes=[
        "decoder.* is not part of the encoder",
        "tokens: every patch visible, in order (the layers after the embedding of all patches)"]))
    import_case.hugging_face(
        case, model, edit=lambda t: hub_style.renamed(t, ("decoder.decoder_encoder.layer.", "decoder.decoder_layers.")),
        preprocessor=import_case.preprocessor("ViTImageProcessor", 32, import_case.IMAGENET))
    case.expect(model, mae_all_visible)
    case.write()


def mae_all_visible(model, x):
    """Mask ratio 0 with noise in rising order keeps the patches where they are."""
    vit_part = model.vit
    vit_part.embeddings.config.mask_ratio = vit_part.config.mask_ratio = 0.0
    patches = vit_part.config.image_size // vit_part.config.patch_size
    noise = torch.arange(patches**2, dtype=x.dtype).expand(x.shape[0], -1)
    return {"tokens": vit_part(pixel_values=x, noise=noise).last_hidden_state}


def deit_base(name):
    """deit_base_patch16_224-*.pth in the format before zip files, some tensors views of one storage."""
    model = import_case.fill(vit(num_classes=10), name)
    case = Case(name, "deit_base_patch16_224-b5f2ef4d.pth", family="deit", arch="deit_b16",
                **facts(model, source=TIMM, notes=[
        "legacy serialisation (no zip)", "the two blocks' qkv biases are views of one storage, the second at an offset",
        "blocks.1.mlp.fc2.weight is stored transposed: strides (1, C)"]))
    weights = hub_style.state(model.state_dict())
    both = torch.cat([weights["blocks.0.attn.qkv.bias"], weights["blocks.1.attn.qkv.bias"]])
    weights["blocks.0.attn.qkv.bias"], weights["blocks.1.attn.qkv.bias"] = both.split(3 * WIDTH)
    weights["blocks.1.mlp.fc2.weight"] = weights["blocks.1.mlp.fc2.weight"].t().contiguous().t()
    case.torch_file({"model": weights}, legacy=True)
    case.expect(model, classified)
    case.write()


def deit_distilled(name):
    model = import_case.fill(vit(VisionTransformerDistilled, num_classes=10), name)
    case = Case(name, "deit_base_distilled_patch16_224-df68dfff.pth", family="deit", arch="deit_b16_distilled",
                **facts(model, source=f"timm {timm.__version__}, VisionTransformerDistilled", notes=[
                    "dist_token follows the class token; pos_embed covers both; head_dist is the second classifier",
                    "logits is the mean of both classifiers"]))
    case.torch_file({"model": hub_style.state(model.state_dict())})
    case.expect(model, classified)
    case.write()


def deit_hugging_face(name):
    config = transformers.DeiTConfig(**HF_SHAPE)
    model = import_case.fill(transformers.DeiTModel(config), name)
    case = Case(name, "deit-base-distilled-patch16-224", family="deit", arch="deit_b16_distilled",
                **hf_facts(config, 2, "DeiTModel", notes=["pooler.* is not used"]))
    import_case.hugging_face(case, model, edit=lambda t: hub_style.prefixed("deit.", t), pickled=True,
                             preprocessor=import_case.preprocessor("DeiTImageProcessor", 32, import_case.IMAGENET))
    case.facts["notes"].append("pytorch_model.bin; keys behind deit. as DeiTForImageClassificationWithTeacher has them")
    case.expect(model, hf_tokens)
    case.write()


def deit3(name):
    """Positions for patches alone, LayerScale as gamma_1 and gamma_2."""
    model = import_case.fill(vit(num_classes=10, no_embed_class=True, init_values=1e-6), name)
    case = Case(name, "deit_3_base_224_1k.pth", family="deit", arch="deit3_b16", **facts(model, source=TIMM, notes=[
        "pos_embed has no row for the class token"]))
    weights = hub_style.renamed(model.state_dict(), ("ls1.gamma", "gamma_1"), ("ls2.gamma", "gamma_2"))
    case.torch_file({"model": hub_style.state(weights)})
    case.expect(model, classified)
    case.write()


def timm_config(architecture, model, statistics, **more):
    """config.json of a timm model on the Hugging Face hub."""
    side = model.patch_embed.img_size[0]
    return {"architecture": architecture, "num_classes": model.num_classes, "num_features": model.num_features,
            "global_pool": "token", **more,
            "pretrained_cfg": {"tag": "augreg_in21k_ft_in1k", "custom_load": False, "input_size": [3, side, side],
                               "fixed_input_size": True, "interpolation": "bicubic", "crop_pct": 0.9,
                               "crop_mode": "center",
                               "mean": statistics[0], "std": statistics[1], "num_classes": model.num_classes,
                               "pool_size": None, "first_conv": "patch_embed.proj", "classifier": "head"}}


def timm_folder(case, model, architecture, dtype=torch.float32, **more):
    case.checkpoint.mkdir()
    import_case.write_json(case.checkpoint / "config.json", timm_config(architecture, model, case.statistics, **more))
    tensors = {k: v.to(dtype).contiguous() if v.is_floating_point() else v for k, v in model.state_dict().items()}
    safetensors.torch.save_file(tensors, case.checkpoint / "model.safetensors", {"format": "pt"})


def vit_timm(name, dtype):
    model = import_case.fill(vit(num_classes=10, embed_dim=24, num_heads=3), name, dtype)
    case = Case(name, "vit_base_patch16_224.augreg_in21k_ft_in1k", HALF, family="vit", arch="vit_b16",
                **facts(model, source=TIMM, notes=[f"model.safetensors of {dtype}",
                                                   "mean and std from config.json: pretrained_cfg"]))
    timm_folder(case, model, "vit_base_patch16_224", dtype)
    case.expect(model, classified)
    case.write()


def vit_timm_flat(name):
    model = import_case.fill(vit(num_classes=10), name)
    case = Case(name, "jx_vit_base_p16_224-80ecf9dd.pth", HALF, family="vit", arch="vit_b16",
                **facts(model, source=TIMM, notes=["flat state dict, legacy serialisation (no zip)"]))
    case.torch_file(model.state_dict(), legacy=True)
    case.expect(model, classified)
    case.write()


def vit_hugging_face(name, kind, statistics):
    config = transformers.ViTConfig(**HF_SHAPE, num_labels=10)
    model = import_case.fill(kind(config), name)
    case = Case(name, "vit-base-patch16-224", statistics, family="vit", arch="vit_b16",
                **hf_facts(config, 1, kind.__name__, notes=["layer_norm_eps of config.json is 1e-12"]))
    import_case.hugging_face(case, model, preprocessor=import_case.preprocessor("ViTImageProcessor", 32, statistics))

    def outputs(network, x):
        if kind is transformers.ViTModel:
            return hf_tokens(network, x)
        return {**hf_tokens(network.vit, x), "logits": network(pixel_values=x).logits}

    case.expect(model, outputs)
    case.write()


def moco_head(name, width):
    """Projector [width, 8, 8, 4] with batch norms, the last one without scale."""
    shapes = {"0.weight": (8, width), "1.weight": (8,), "1.bias": (8,), "1.running_mean": (8,), "1.running_var": (8,),
              "3.weight": (8, 8), "4.weight": (8,), "4.bias": (8,), "4.running_mean": (8,), "4.running_var": (8,),
              "6.weight": (4, 8), "7.running_mean": (4,), "7.running_var": (4,)}
    counters = {f"{i}.num_batches_tracked": torch.tensor(375300) for i in (1, 4, 7)}
    return {**hub_style.drawn(name, shapes), **counters}


def moco(name, file, arch, linear):
    """More heads than width / 64; positions fixed, rows first."""
    model = import_case.fill(vit(num_heads=4), name)
    model.pos_embed.data = hub_style.sin_cos_moco(WIDTH, 4)
    other = import_case.fill(vit(num_heads=4), name + "/other")
    case = Case(name, file, family="moco_v3", arch=arch, **facts(model, source=TIMM, notes=[]))
    if linear:
        case.facts["notes"] += ["linear probe: module.* with a linear head", "optimizer is SGD's"]
        parts = hub_style.prefixed("module.", {**model.state_dict(), **hub_style.drawn(
            name, {"head.weight": (10, WIDTH), "head.bias": (10,)})})
        leftovers = {"best_acc1": torch.tensor(73.2),
                     "optimizer": {"state": {0: {"momentum_buffer": torch.zeros(3)}}, "param_groups": []}}
    else:
        case.facts["notes"] += ["tokens are module.base_encoder's; momentum_encoder and predictor are left out"]
        parts = {**encoder("base_encoder", name, model), **encoder("momentum_encoder", name, other),
                 **hub_style.prefixed("module.predictor.",
                                      {k: v for k, v in moco_head(name + "/p", 4).items() if k < "5"})}
        leftovers = {"optimizer": hub_style.optimizer(name), "scaler": hub_style.scaler()}
    case.torch_file({"epoch": 300, "arch": "vit_small", "state_dict": hub_style.state(parts), **leftovers})
    case.expect(model, tokens)
    case.write()


def encoder(part, name, model):
    return hub_style.prefixed(f"module.{part}.",
                              {**model.state_dict(), **hub_style.prefixed("head.", moco_head(f"{name}/{part}", WIDTH))})


def moco_conv_stem(name):
    """vit_conv_small: refused, the stem is not a patch embedding."""
    model = import_case.fill(vit(num_heads=4, depth=1), name)
    model.pos_embed.data = hub_style.sin_cos_moco(WIDTH, 4)
    stem = {}
    for i, (a, b) in enumerate([(3, 2), (2, 4), (4, 8), (8, WIDTH)]):
        bn = {f"{3 * i + 1}.{k}": (b,) for k in ("weight", "bias", "running_mean", "running_var")}
        stem |= hub_style.drawn(name, {f"{3 * i}.weight": (b, a, 3, 3), **bn})
        stem[f"{3 * i + 1}.num_batches_tracked"] = torch.tensor(375300)
    stem |= hub_style.drawn(name, {"12.weight": (WIDTH, WIDTH, 1, 1), "12.bias": (WIDTH,)})
    weights = {**hub_style.without(model.state_dict(), "patch_embed"), **hub_style.prefixed("patch_embed.proj.", stem)}
    case = Case(name, "vit-conv-s-300ep.pth.tar", family="moco_v3", arch="moco_v3_vit_conv_s16",
                refused="convolutional stem: patch_embed.proj.0.weight is a 3x3 convolution", **facts(model))
    case.torch_file({"epoch": 300, "arch": "vit_conv_small",
                     "state_dict": hub_style.state(hub_style.prefixed("module.base_encoder.", weights)),
                     "optimizer": hub_style.optimizer(name), "scaler": hub_style.scaler()})
    case.write()


def ibot(name, full):
    """checkpoint_teacher.pth (key state_dict) or the training checkpoint; masked_embed is the mask token."""
    model = import_case.fill(vit(), name)
    masked = hub_style.drawn(name, {"masked_embed": (1, WIDTH)})
    head = {"mlp.0.weight": (12, WIDTH), "mlp.0.bias": (12,), "mlp.2.weight": (12, 12), "mlp.2.bias": (12,),
            "mlp.4.weight": (6, 12),
            "mlp.4.bias": (6,), "last_layer.weight_g": (16, 1), "last_layer.weight_v": (16, 6),
            "last_layer2.weight_g": (16, 1), "last_layer2.weight_v": (16, 6)}
    case = Case(name, "checkpoint.pth" if full else "checkpoint_teacher.pth", family="ibot", arch="ibot_vit_b16",
                **facts(model, source=TIMM, notes=["masked_embed is not used"]))
    if full:
        other = import_case.fill(vit(), name + "/student")
        case.facts["notes"] += ["key teacher: backbone.*; key student: module.backbone.*; tokens are the teacher's"]
        case.torch_file({
            "student": hub_style.state(hub_style.prefixed("module.backbone.", {**other.state_dict(), **masked}),
                                       hub_style.prefixed("module.head.", hub_style.drawn(name + "/s", head))),
            "teacher": hub_style.state(hub_style.prefixed("backbone.", model.state_dict()),
                                       hub_style.prefixed("head.", hub_style.drawn(name + "/t", head))),
            "optimizer": hub_style.optimizer(name), "epoch": 400,
            "args": hub_style.namespace(arch="vit_base", shared_head=False),
            "ibot_loss": hub_style.state({"center": torch.zeros(1, 16), "center2": torch.zeros(1, 1, 16)}),
            "fp16_scaler": hub_style.scaler()})
    else:
        case.torch_file({"state_dict": dict({**masked, **model.state_dict()})})
    case.expect(model, tokens)
    case.write()


CASES = {
    "dino-backbone-p8": lambda n: dino_backbone(n, 8, 32),
    "dino-backbone-p16": lambda n: dino_backbone(n, 16, 64),
    "dino-full": dino_full,
    "mae-encoder": lambda n: mae(n, "mae_pretrain_vit_base.pth", lambda _, e: {"model": hub_style.state(e)}, []),
    "mae-training": lambda n: mae(n, "checkpoint-799.pth", mae_training,
                                  ["mask_token and decoder_* are not part of the encoder"]),
    "mae-finetuned": mae_finetuned,
    "mae-hf": mae_hugging_face,
    "deit-base": deit_base,
    "deit-distilled": deit_distilled,
    "deit-hf": deit_hugging_face,
    "deit3": deit3,
    "vit-timm": lambda n: vit_timm(n, torch.float32),
    "vit-timm-bf16": lambda n: vit_timm(n, torch.bfloat16),
    "vit-timm-flat": vit_timm_flat,
    "vit-hf-model": lambda n: vit_hugging_face(n, transformers.ViTModel, HALF),
    "vit-hf-classifier": lambda n: vit_hugging_face(n, transformers.ViTForImageClassification, HALF),
    "moco-v3": lambda n: moco(n, "vit-s-300ep.pth.tar", "moco_v3_vit_s16", False),
    "moco-v3-linear": lambda n: moco(n, "linear-vit-s-300ep.pth.tar", "moco_v3_vit_s16", True),
    "moco-v3-conv-stem": moco_conv_stem,
    "ibot-teacher": lambda n: ibot(n, False),
    "ibot-full": lambda n: ibot(n, True),
}
