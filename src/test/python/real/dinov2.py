"""A DINOv2 ViT-S/14 from its ONNX file to a folder in the layout of Hugging Face's hub.

    python dinov2.py --onnx vit_s_focus.onnx --out dinov2-small --answers dinov2-small.npz
    fdistill import-teacher --checkpoint dinov2-small --out savedmodels/dinov2_vits14 \\
        --image-size 518 --check-against dinov2-small.npz

The file holds the whole network under a decoder of its own, which is left out. ONNX names biases,
norms and scales as PyTorch did; matrices have lost their names and are known by the nodes that
multiply with them. The answers are ONNX Runtime's tokens for images of noise at 518 pixels, the
size whose positions the file has.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from safetensors.numpy import save_file

PREFIX = "backbone."
SIDE = 518
PATCH = 14
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


def parameters(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """The backbone's tensors under the names that Hugging Face gives them."""
    arrays = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    found = {n.removeprefix(PREFIX): a for n, a in arrays.items() if n.startswith(PREFIX)}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in arrays:
            # /backbone/encoder/layer.0/mlp/fc1/MatMul multiplies with [in, out]; a Linear has [out, in].
            name = node.name.strip("/").removesuffix("/MatMul").replace("/", ".")
            kernel = arrays[node.input[1]].T
            found[name.removeprefix(PREFIX) + ".weight"] = np.ascontiguousarray(kernel)
    found["embeddings.position_embeddings"] = positions(arrays, found["embeddings.cls_token"].shape[-1])
    return found


def positions(arrays: dict[str, np.ndarray], width: int) -> np.ndarray:
    """[1, 1 + patches, width]: the exporter split the table into the class token's row and the rest."""
    grid = SIDE // PATCH
    patches = [a for a in arrays.values() if a.shape == (1, grid * grid, width)]
    class_row = [a for n, a in arrays.items() if a.shape == (1, 1, width) and not n.startswith(PREFIX)]
    if len(patches) != 1 or len(class_row) != 1:
        raise ValueError(f"{len(patches)} tables of positions, {len(class_row)} rows for a class token")
    return np.concatenate([class_row[0], patches[0]], axis=1)


def config(tensors: dict[str, np.ndarray]) -> dict:
    """What transformers would have written beside these tensors."""
    width = tensors["layernorm.weight"].shape[0]
    layers = {n.split(".")[2] for n in tensors if n.startswith("encoder.layer.")}
    return {
        "architectures": ["Dinov2Model"],
        "model_type": "dinov2",
        "hidden_act": "gelu",
        "hidden_size": width,
        "image_size": SIDE,
        "layer_norm_eps": 1e-6,
        "mlp_ratio": 4,
        "num_attention_heads": width // 64,
        "num_hidden_layers": len(layers),
        "patch_size": PATCH,
        "qkv_bias": True,
        "use_swiglu_ffn": False,
    }


def save_answers(source: Path, out: Path) -> None:
    """An image of noise, 0 to 255, and the tokens that ONNX Runtime gives after the final norm."""
    model = onnx.load(source)
    final = next(n for n in reversed(model.graph.node) if PREFIX + "layernorm.bias" in n.input)
    for side in model.graph.input[0].type.tensor_type.shape.dim[2:]:
        side.dim_value = SIDE  # it says 224, and resamples its positions for whatever comes
    model.graph.output.append(onnx.helper.make_empty_tensor_value_info(final.output[0]))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    images = np.random.default_rng(0).integers(0, 256, (1, SIDE, SIDE, 3)).astype(np.uint8)
    normalised = ((images / np.float32(255) - MEAN) / STD).transpose(0, 3, 1, 2).astype(np.float32)
    (tokens,) = session.run([final.output[0]], {session.get_inputs()[0].name: normalised})
    np.savez(out, images=images, tokens=tokens)


def convert(source: Path, out: Path, blocks: int = 12) -> None:
    """Writes `model.safetensors` and `config.json` of the first blocks into the folder `out`."""
    tensors = {
        name: tensor
        for name, tensor in parameters(onnx.load(source)).items()
        if not name.startswith("encoder.layer.") or int(name.split(".")[2]) < blocks
    }
    out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out / "model.safetensors")
    (out / "config.json").write_text(json.dumps(config(tensors), indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--onnx", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--answers", type=Path, help="writes ONNX Runtime's tokens as npz")
    arguments = parser.parse_args()
    convert(arguments.onnx, arguments.out)
    if arguments.answers:
        save_answers(arguments.onnx, arguments.answers)


if __name__ == "__main__":
    main()
