"""Imports small networks of transformers with random weights and compares their tokens with transformers' in float64.

    python compare_transformers.py           every class of every family that is read; some five minutes
    python compare_transformers.py clip vit  those whose names begin so

Each network comes twice: as save_pretrained writes it, in the names of the hub, and as torch.save writes its
state_dict(), in the names that transformers has in memory. Needs the packages of requirements-golden.txt.
"""

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
SIDE = 32
PLAIN = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": SIDE, "patch_size": 8}
VIT = {**PLAIN, "intermediate_size": 64}
DINOV2 = {**PLAIN, "mlp_ratio": 2}
REGISTERS = {**DINOV2, "num_register_tokens": 4}
SWIN = {"image_size": SIDE, "patch_size": 2, "embed_dim": 16, "depths": [2, 2], "num_heads": [2, 4], "window_size": 4}
MAE = {**VIT, "mask_ratio": 0.0, "decoder_hidden_size": 16, "decoder_num_hidden_layers": 1,
       "decoder_num_attention_heads": 2, "decoder_intermediate_size": 32}
TEXT = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
        "vocab_size": 20, "max_position_embeddings": 8}
CLIP = {"text_config": TEXT, "vision_config": VIT, "projection_dim": 16}
SIGLIP = {"text_config": {**TEXT, "projection_size": 16}, "vision_config": VIT}
RADIO = {**PLAIN, "max_img_size": 64}
PER_LAYER = {"use_relative_position_bias": True, "vocab_size": 20}
SHARED = {"use_shared_relative_position_bias": True, "vocab_size": 20}
CLASSES = {"num_labels": 5}


def tower(model, x):
    return getattr(model, "vision_model", model)(pixel_values=x).last_hidden_state


def inside(model, x):
    return getattr(model, model.base_model_prefix, model)(pixel_values=x).last_hidden_state


def masked(model, x):
    """All patches, in order."""
    noise = torch.arange((SIDE // VIT["patch_size"]) ** 2).float().expand(len(x), -1)
    return getattr(model, "vit", model)(pixel_values=x, noise=noise).last_hidden_state


def clip(model, x):
    vision = getattr(model, "vision_model", model)
    return vision.post_layernorm(vision(pixel_values=x).last_hidden_state)


def radio(model, x):
    model.make_preprocessor_external()
    return model(pixel_values=x).last_hidden_state


NETWORKS = {
    "vit": (hf.ViTModel, hf.ViTConfig, VIT, inside),
    "vit-classifier": (hf.ViTForImageClassification, hf.ViTConfig, {**VIT, **CLASSES}, inside),
    "vit-masked": (hf.ViTForMaskedImageModeling, hf.ViTConfig, {**VIT, "encoder_stride": 8}, inside),
    "deit": (hf.DeiTModel, hf.DeiTConfig, VIT, inside),
    "deit-classifier": (hf.DeiTForImageClassification, hf.DeiTConfig, {**VIT, **CLASSES}, inside),
    "deit-distilled": (hf.DeiTForImageClassificationWithTeacher, hf.DeiTConfig, {**VIT, **CLASSES}, inside),
    "mae": (hf.ViTMAEModel, hf.ViTMAEConfig, MAE, masked),
    "mae-decoder": (hf.ViTMAEForPreTraining, hf.ViTMAEConfig, MAE, masked),
    "beit": (hf.BeitModel, hf.BeitConfig, {**VIT, **PER_LAYER, "use_mean_pooling": False}, inside),
    "beit-shared": (hf.BeitForMaskedImageModeling, hf.BeitConfig, {**VIT, **SHARED, "use_mean_pooling": False}, inside),
    "beit-classifier": (hf.BeitForImageClassification, hf.BeitConfig, {**VIT, **PER_LAYER, **CLASSES}, inside),
    "dinov2": (hf.Dinov2Model, hf.Dinov2Config, DINOV2, inside),
    "dinov2-swiglu": (hf.Dinov2Model, hf.Dinov2Config, {**DINOV2, "use_swiglu_ffn": True}, inside),
    "dinov2-classifier": (hf.Dinov2ForImageClassification, hf.Dinov2Config, {**DINOV2, **CLASSES}, inside),
    "dinov2-registers": (hf.Dinov2WithRegistersModel, hf.Dinov2WithRegistersConfig, REGISTERS, inside),
    "dinov2-registers-classifier": (hf.Dinov2WithRegistersForImageClassification, hf.Dinov2WithRegistersConfig,
                                    {**REGISTERS, **CLASSES}, inside),
    "clip": (hf.CLIPModel, hf.CLIPConfig, CLIP, clip),
    "clip-vision": (hf.CLIPVisionModel, hf.CLIPVisionConfig, VIT, clip),
    "clip-vision-projected": (hf.CLIPVisionModelWithProjection, hf.CLIPVisionConfig,
                              {**VIT, "projection_dim": 16}, clip),
    "clip-classifier": (hf.CLIPForImageClassification, hf.CLIPConfig, {**CLIP, **CLASSES}, clip),
    "siglip": (hf.SiglipModel, hf.SiglipConfig, SIGLIP, tower),
    "siglip-vision": (hf.SiglipVisionModel, hf.SiglipVisionConfig, VIT, tower),
    "siglip-vision-headless": (hf.SiglipVisionModel, hf.SiglipVisionConfig, {**VIT, "vision_use_head": False}, tower),
    "siglip-classifier": (hf.SiglipForImageClassification, hf.SiglipConfig, {**SIGLIP, **CLASSES}, tower),
    "radio": (hf.RadioModel, hf.RadioConfig, RADIO, radio),
    "swin": (hf.SwinModel, hf.SwinConfig, SWIN, inside),
    "swin-classifier": (hf.SwinForImageClassification, hf.SwinConfig, {**SWIN, **CLASSES}, inside),
    "swin-masked": (hf.SwinForMaskedImageModeling, hf.SwinConfig, {**SWIN, "encoder_stride": 4}, inside),
    "swinv2": (hf.Swinv2Model, hf.Swinv2Config, SWIN, inside),
    "swinv2-classifier": (hf.Swinv2ForImageClassification, hf.Swinv2Config, {**SWIN, **CLASSES}, inside),
    "swinv2-masked": (hf.Swinv2ForMaskedImageModeling, hf.Swinv2Config, {**SWIN, "encoder_stride": 4}, inside),
}


def fill(model):
    """Random values of a size that lets every parameter show in the tokens."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            scale = "lambda" in name or (parameter.ndim == 1 and "norm" in name and name.endswith("weight"))
            low, high = (0.5, 1.2) if scale else (-0.3, 0.3)
            parameter.uniform_(low, high, generator=generator)
    return model.eval()


def write(model, folder):
    """Both folders, saved and memory."""
    saved, memory = folder / "saved", folder / "memory"
    model.save_pretrained(saved)
    memory.mkdir()
    torch.save(model.state_dict(), memory / "pytorch_model.bin")
    half = [0.5] * 3
    processor = {"image_mean": half, "image_std": half, "size": {"height": SIDE, "width": SIDE}, "resample": 3}
    (saved / "preprocessor_config.json").write_text(json.dumps(processor), encoding="utf-8")
    for name in ("config.json", "preprocessor_config.json"):
        shutil.copy(saved / name, memory / name)
    return saved, memory


def answers(model, take):
    """In float64, of pixels that the processor brings to -1..1; C-RADIO, which has a norm of its own, gets that one."""
    images = np.random.default_rng(1).integers(0, 256, (2, SIDE, SIDE, 3)).astype(np.float32)
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


def main(starts):
    hf.utils.logging.set_verbosity_error()
    hf.utils.logging.disable_progress_bar()
    wrong = 0
    for name, (kind, config, options, take) in NETWORKS.items():
        if starts and not name.startswith(tuple(starts)):
            continue
        model = fill(kind(config(**options)))
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            saved, memory = write(model, folder)
            np.savez(folder / "pairs.npz", **answers(model, take))
            for written in (saved, memory):
                agrees, said = imported(written, folder / ("out-" + written.name), folder / "pairs.npz")
                wrong += not agrees
                print(f"{'agrees' if agrees else 'WRONG'} {name}, {written.name}: {said}", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
