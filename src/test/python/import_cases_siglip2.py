"""Import goldens of SigLIP 2 at fixed sizes: SigLIP's layout, an MLP of no whole multiple of the width."""

import functools

import torch.nn as nn
import transformers

import import_case
from import_case import HALF, Case
from import_cases_clip import HF_TEXT, pooled
from import_cases_vit import HF_SHAPE, TIMM, WIDTH, facts, hf_facts, timm_folder, vit

MLP = 59  # of the width as 4304 is of 1152
RESAMPLE_BILINEAR = 2


def hugging_face(name):
    """google/siglip2-so400m-patch16-256: model_type is siglip; only NaFlex is siglip2."""
    vision = transformers.SiglipVisionConfig(**{**HF_SHAPE, "intermediate_size": MLP})
    text = transformers.SiglipTextConfig(**HF_TEXT, projection_size=WIDTH)
    model = import_case.fill(transformers.SiglipModel(transformers.SiglipConfig(
        text_config=text.to_dict(), vision_config=vision.to_dict())), name)
    case = Case(name, "siglip2-so400m-patch16-256", HALF, family="siglip", arch="siglip2_so400m16_256",
                **hf_facts(vision, 0, "SiglipModel", notes=["intermediate_size is no multiple of hidden_size"]))
    case.facts["activation"] = "GELU_TANH"
    import_case.hugging_face(case, model, preprocessor=import_case.preprocessor(
        "SiglipImageProcessor", 32, HALF, resample=RESAMPLE_BILINEAR))

    def outputs(network, x):
        return {"tokens": network.vision_model(pixel_values=x).last_hidden_state}

    case.expect(model, outputs)
    case.write()


def timm(name):
    """vit_so400m_patch16_siglip_256.v2_webli: GELU by tanh, which its name says."""
    model = import_case.fill(vit(class_token=False, global_pool="map", mlp_ratio=MLP / WIDTH,
                                 act_layer=functools.partial(nn.GELU, approximate="tanh")), name)
    architecture = "vit_so400m_patch16_siglip_256"
    case = Case(name, architecture + ".v2_webli", HALF, family="siglip", arch="siglip2_so400m16_256",
                **facts(model, source=TIMM, notes=["attn_pool.* pools by attention"]))
    case.facts["activation"] = "GELU_TANH"
    timm_folder(case, model, architecture, global_pool="map")
    case.expect(model, lambda network, x: {"tokens": pooled(network, x)["tokens"]})
    case.write()


CASES = {"siglip2-hf": hugging_face, "siglip2-timm": timm}
