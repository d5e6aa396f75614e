"""Imports small networks of transformers with random weights and compares their tokens with transformers' in float64.

    python compare_transformers.py           every class of every family that is read; some five minutes
    python compare_transformers.py clip vit  those whose names begin so
    python compare_transformers.py --published siglip radio
                                             as large as the published ViT-B/16, Swin-B and SwinV2-B

Each network comes twice: as save_pretrained writes it, in the names of the hub, and as torch.save writes its
state_dict(), in the names that transformers has in memory. Needs the packages of requirements-golden.txt.
"""

import argparse
import copy
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import torch
import transformers as hf

LAUNCHER = pathlib.Path(__file__).resolve().parents[3] / "fdistill"
TEXT = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
        "vocab_size": 20, "max_position_embeddings": 8}
PER_LAYER = {"use_relative_position_bias": True, "vocab_size": 20}
SHARED = {"use_shared_relative_position_bias": True, "vocab_size": 20}
CLASSES = {"num_labels": 5}
SMALL_WIDTH = 32
SMALL = {"hidden_size": SMALL_WIDTH, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 32,
         "patch_size": 8}
SMALL_SWIN = {"image_size": 32, "patch_size": 2, "embed_dim": 16, "depths": [2, 2], "num_heads": [2, 4],
              "window_size": 4}
BASE = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "image_size": 224, "patch_size": 16}
BASE_SWIN = {"image_size": 224, "patch_size": 4, "embed_dim": 128, "depths": [2, 2, 18, 2],
             "num_heads": [4, 8, 16, 32], "window_size": 7}


def tower(model, x):
    return getattr(model, "vision_model", model)(pixel_values=x).last_hidden_state


def inside(model, x):
    return getattr(model, model.base_model_prefix, model)(pixel_values=x).last_hidden_state


def masked(model, x):
    """All patches, in order."""
    noise = torch.arange((model.config.image_size // model.config.patch_size) ** 2).float().expand(len(x), -1)
    return getattr(model, "vit", model)(pixel_values=x, noise=noise).last_hidden_state


def clip(model, x):
    vision = getattr(model, "vision_model", model)
    return vision.post_layernorm(vision(pixel_values=x).last_hidden_state)


def radio(model, x):
    model.make_preprocessor_external()
    return model(pixel_values=x).last_hidden_state


def networks(plain, mlp_ratio, swin):
    """All of them by name: class, config's class, its options, and what takes the tokens."""
    width = plain["hidden_size"]
    vit = {**plain, "intermediate_size": mlp_ratio * width}
    dinov2 = {**plain, "mlp_ratio": mlp_ratio}
    registers = {**dinov2, "num_register_tokens": 4}
    mae = {**vit, "mask_ratio": 0.0, "decoder_hidden_size": 16, "decoder_num_hidden_layers": 1,
           "decoder_num_attention_heads": 2, "decoder_intermediate_size": 32}
    clip_parts = {"text_config": TEXT, "vision_config": vit, "projection_dim": 16}
    siglip_parts = {"text_config": {**TEXT, "projection_size": width}, "vision_config": vit}
    stride = swin["patch_size"] * 2 ** (len(swin["depths"]) - 1)
    radio_parts = {**plain, "max_img_size": 2 * plain["image_size"]}
    return {
        "vit": (hf.ViTModel, hf.ViTConfig, vit, inside),
        "vit-classifier": (hf.ViTForImageClassification, hf.ViTConfig, {**vit, **CLASSES}, inside),
        "vit-masked": (hf.ViTForMaskedImageModeling, hf.ViTConfig, {**vit, "encoder_stride": vit["patch_size"]}, inside),
        "deit": (hf.DeiTModel, hf.DeiTConfig, vit, inside),
        "deit-classifier": (hf.DeiTForImageClassification, hf.DeiTConfig, {**vit, **CLASSES}, inside),
        "deit-distilled": (hf.DeiTForImageClassificationWithTeacher, hf.DeiTConfig, {**vit, **CLASSES}, inside),
        "mae": (hf.ViTMAEModel, hf.ViTMAEConfig, mae, masked),
        "mae-decoder": (hf.ViTMAEForPreTraining, hf.ViTMAEConfig, mae, masked),
        "beit": (hf.BeitModel, hf.BeitConfig, {**vit, **PER_LAYER, "use_mean_pooling": False}, inside),
        "beit-shared": (hf.BeitForMaskedImageModeling, hf.BeitConfig, {**vit, **SHARED, "use_mean_pooling": False},
                        inside),
        "beit-classifier": (hf.BeitForImageClassification, hf.BeitConfig, {**vit, **PER_LAYER, **CLASSES}, inside),
        "dinov2": (hf.Dinov2Model, hf.Dinov2Config, dinov2, inside),
        "dinov2-swiglu": (hf.Dinov2Model, hf.Dinov2Config, {**dinov2, "use_swiglu_ffn": True}, inside),
        "dinov2-classifier": (hf.Dinov2ForImageClassification, hf.Dinov2Config, {**dinov2, **CLASSES}, inside),
        "dinov2-registers": (hf.Dinov2WithRegistersModel, hf.Dinov2WithRegistersConfig, registers, inside),
        "dinov2-registers-classifier": (hf.Dinov2WithRegistersForImageClassification, hf.Dinov2WithRegistersConfig,
                                        {**registers, **CLASSES}, inside),
        "clip": (hf.CLIPModel, hf.CLIPConfig, clip_parts, clip),
        "clip-vision": (hf.CLIPVisionModel, hf.CLIPVisionConfig, vit, clip),
        "clip-vision-projected": (hf.CLIPVisionModelWithProjection, hf.CLIPVisionConfig,
                                  {**vit, "projection_dim": 16}, clip),
        "clip-classifier": (hf.CLIPForImageClassification, hf.CLIPConfig, {**clip_parts, **CLASSES}, clip),
        "siglip": (hf.SiglipModel, hf.SiglipConfig, siglip_parts, tower),
        "siglip-vision": (hf.SiglipVisionModel, hf.SiglipVisionConfig, vit, tower),
        "siglip-vision-headless": (hf.SiglipVisionModel, hf.SiglipVisionConfig, {**vit, "vision_use_head": False},
                                   tower),
        "siglip-classifier": (hf.SiglipForImageClassification, hf.SiglipConfig, {**siglip_parts, **CLASSES}, tower),
        "radio": (hf.RadioModel, hf.RadioConfig, radio_parts, radio),
        "swin": (hf.SwinModel, hf.SwinConfig, swin, inside),
        "swin-classifier": (hf.SwinForImageClassification, hf.SwinConfig, {**swin, **CLASSES}, inside),
        "swin-masked": (hf.SwinForMaskedImageModeling, hf.SwinConfig, {**swin, "encoder_stride": stride}, inside),
        "swinv2": (hf.Swinv2Model, hf.Swinv2Config, swin, inside),
        "swinv2-classifier": (hf.Swinv2ForImageClassification, hf.Swinv2Config, {**swin, **CLASSES}, inside),
        "swinv2-masked": (hf.Swinv2ForMaskedImageModeling, hf.Swinv2Config, {**swin, "encoder_stride": stride}, inside),
    }


def fill(model):
    """Random values of a size that lets every parameter show in the tokens."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            scale = "lambda" in name or (parameter.ndim == 1 and "norm" in name and name.endswith("weight"))
            inputs = parameter[0].numel() if parameter.ndim in (2, 4) else 1
            half = 0.3 * min(1, (SMALL_WIDTH / inputs) ** 0.5)
            low, high = (0.5, 1.2) if scale else (-half, half)
            parameter.uniform_(low, high, generator=generator)
    return model.eval()


def write(model, side, folder):
    """Both folders, saved and memory."""
    saved, memory = folder / "saved", folder / "memory"
    model.save_pretrained(saved)
    memory.mkdir()
    torch.save(model.state_dict(), memory / "pytorch_model.bin")
    half = [0.5] * 3
    processor = {"image_mean": half, "image_std": half, "size": {"height": side, "width": side}, "resample": 3}
    (saved / "preprocessor_config.json").write_text(json.dumps(processor), encoding="utf-8")
    for name in ("config.json", "preprocessor_config.json"):
        shutil.copy(saved / name, memory / name)
    return saved, memory


def answers(model, side, take):
    """In float64, of pixels that the processor brings to -1..1; C-RADIO, which has a norm of its own, gets that one."""
    images = np.random.default_rng(1).integers(0, 256, (2, side, side, 3)).astype(np.float32)
    mean, std = (torch.tensor(getattr(model.config, name, [0.5] * 3), dtype=torch.double).view(3, 1, 1)
                 for name in ("norm_mean", "norm_std"))
    pixels = torch.tensor(images).double().permute(0, 3, 1, 2)
    with torch.no_grad():
        tokens = take(copy.deepcopy(model).double(), (pixels / 255 - mean) / std)
    return {"images": images, "tokens": tokens.float().numpy()}


def imported(folder, out, pairs):
    run = subprocess.run([LAUNCHER, "import-teacher", "--checkpoint", folder, "--out", out, "--check-against", pairs,
                          "--tolerance", "1e-5"], capture_output=True, text=True)
    said = [line for line in run.stderr.splitlines() if line.startswith(("error:", "Checked"))]
    return run.returncode == 0, said[0] if said else run.stderr


def compare(name, kind, config, options, side, take):
    """How many of its two folders are read otherwise."""
    model = fill(kind(config(**options)))
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        written = write(model, side, folder)
        np.savez(folder / "pairs.npz", **answers(model, side, take))
        for checkpoint in written:
            agrees, said = imported(checkpoint, folder / ("out-" + checkpoint.name), folder / "pairs.npz")
            wrong += not agrees
            print(f"{'agrees' if agrees else 'WRONG'} {name}, {checkpoint.name}: {said}", flush=True)
    return wrong


def main(starts, published):
    hf.utils.logging.set_verbosity_error()
    hf.utils.logging.disable_progress_bar()
    plain, mlp_ratio, swin = (BASE, 4, BASE_SWIN) if published else (SMALL, 2, SMALL_SWIN)
    wrong = 0
    for name, (kind, config, options, take) in networks(plain, mlp_ratio, swin).items():
        if name.startswith(tuple(starts) or ""):
            wrong += compare(name, kind, config, options, plain["image_size"], take)
    return wrong


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("starts", nargs="*", help="of the names of those to compare")
    words.add_argument("--published", action="store_true", help="of a published size")
    arguments = words.parse_args()
    sys.exit(min(1, main(arguments.starts, arguments.published)))
