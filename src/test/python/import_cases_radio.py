"""Import goldens of C-RADIO: no final norm, several class tokens, positions cut out of a larger table."""

import torch
import transformers

import hub_style
import import_case
from import_case import CLIP, Case
from import_cases_vit import HF_SHAPE, TIMM, facts, hf_facts, timm_folder, tokens, vit

PATCH = HF_SHAPE["patch_size"]
LARGEST = 64
CLASS_TOKENS, REGISTERS = 3, 4


def model(name):
    """Its conditioner is taken off: the case normalises."""
    config = transformers.RadioConfig(**{k: v for k, v in HF_SHAPE.items() if k != "intermediate_size"},
                                      max_img_size=LARGEST, num_cls_tokens=CLASS_TOKENS, num_registers=REGISTERS)
    return config, import_case.fill(transformers.RadioModel(config), name)


def outputs(network, x):
    network.make_preprocessor_external()
    return {"tokens": network(pixel_values=x).last_hidden_state}


def hugging_face(name):
    config, network = model(name)
    case = Case(name, "C-RADIOv4-H", CLIP, family="radio", arch="c_radio_v4_huge16",
                **hf_facts(config, CLASS_TOKENS + REGISTERS, "RadioModel", notes=[
                    "save_pretrained writes NVIDIA's names", "layer_scale*.lambda1 are of transformers alone"]))
    import_case.hugging_face(case, network, preprocessor={"do_normalize": False, "resample": 3, "do_resize": True,
                                                          "size": {"height": 32, "width": 32}})
    case.expect(network, outputs)
    case.write()


def nvidia(name):
    """nvidia/C-RADIOv3-L: the class of the model alone tells what it is; LayerScale has timm's name."""
    config, network = model(name)
    case = Case(name, "C-RADIOv3-L", CLIP, family="radio", arch="c_radio_v3_large16",
                **hf_facts(config, CLASS_TOKENS + REGISTERS, "RadioModel", notes=[
                    "model_type is not stated", "the heads of other teachers are left out"]))
    import_case.hugging_face(case, network, edit=lambda t: {
        **hub_style.renamed(t, ("layer_scale1.lambda1", "ls1.gamma"), ("layer_scale2.lambda1", "ls2.gamma")),
        **hub_style.drawn(name, {"radio_model.model.patch_generator.video_embedder.weight": (16, 2 * 3 * PATCH ** 2)})})
    (case.folder / "state_dict.pth").unlink()
    import_case.write_json(case.checkpoint / "config.json", {
        "architectures": ["RADIOModel"], "torch_dtype": "float32", "version": "c-radio_v3-l", "patch_size": PATCH,
        "max_resolution": LARGEST, "preferred_resolution": [32, 32], "adaptor_names": None})
    case.expect(network, outputs)
    case.write()


def timm(name):
    """vit_large_patch16_radio_v3.c_radio: timm has cut the table and gives the patches a bias of zeros."""
    network = import_case.fill(vit(init_values=1e-5, reg_tokens=7, no_embed_class=True, final_norm=False), name)
    with torch.no_grad():
        network.patch_embed.proj.bias.zero_()
    architecture = "vit_large_patch16_radio_v3"
    case = Case(name, architecture + ".c_radio", CLIP, family="radio", arch="c_radio_v3_large16",
                **facts(network, source=TIMM, notes=["no norm after the blocks"]))
    timm_folder(case, network, architecture)
    case.expect(network, tokens)
    case.write()


CASES = {"radio-hf": hugging_face, "radio-nvidia": nvidia, "radio-timm": timm}
