"""Tiny SavedModels with attention as others write it, and the attention that those frameworks give themselves.

`keras-vit`: Keras' layers (MultiHeadAttention), by model.export. `transformers-vit`: transformers 4's TensorFlow class,
by tf.saved_model.save. `own-attention`: plain TensorFlow with exp(x) / sum(exp(x)) and Einsum.
`transformers-swin` (windows, and conditions in the graph) is more than a megabyte: written where SWIN names a folder.
All take images of 0 to 1. Their bytes change from run to run (names made by TensorFlow), and so do the weights of Keras'
layers: models and goldens belong together.
"""

import os
import pathlib
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")  # What transformers' classes are made of; Keras 3 goes by its own name.

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import transformers  # noqa: E402
from tensorflow.core.protobuf import saved_model_pb2  # noqa: E402

import deterministic  # noqa: E402
import golden_files  # noqa: E402

SIDE, PATCH, WIDTH, HEADS, DEPTH = 16, 4, 8, 2, 2
ROOT = pathlib.Path(golden_files.ROOT).parent / "diagnose"
SPEC = tf.TensorSpec([None, SIDE, SIDE, 3], tf.float32, name="images")


def folder(name):
    path = (pathlib.Path(os.environ["SWIN"]) if name.endswith("swin") else ROOT) / name
    shutil.rmtree(path, ignore_errors=True)
    return path


def described(path, prefix_tokens):
    """Beside the model what its graph does not say; without what inference and restoring do not need, to be small."""
    text = f"input_range: ZERO_ONE\nprefix_tokens: {prefix_tokens}\n" if prefix_tokens else "input_range: ZERO_ONE\n"
    (path / "teacher.txtpb").write_text(text)
    (path / "fingerprint.pb").unlink(missing_ok=True)
    (path / "assets").rmdir()
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((path / "saved_model.pb").read_bytes())
    meta = model.meta_graphs[0]
    meta.ClearField("object_graph_def")
    for name in set(meta.signature_def) - {"serving_default", "__saved_model_init_op"}:
        del meta.signature_def[name]
    nodes = needed(meta)
    keep(meta.graph_def.node, lambda node: node.name in nodes)
    functions = called(meta.graph_def)
    keep(meta.graph_def.library.function, lambda function: function.signature.name in functions)
    for node in all_nodes(meta.graph_def):
        node.attr.pop("_output_shapes", None)
    (path / "saved_model.pb").write_bytes(model.SerializeToString())


def keep(repeated, wanted):
    kept = [x for x in repeated if wanted(x)]
    del repeated[:]
    repeated.extend(kept)


def all_nodes(graph):
    yield from graph.node
    for function in graph.library.function:
        yield from function.node_def


def needed(meta):
    """The names of the nodes that outputs and restoring depend on."""
    by_name = {node.name: node for node in meta.graph_def.node}
    open_names = [t.name for signature in meta.signature_def.values() for t in signature.outputs.values()]
    open_names += [meta.saver_def.restore_op_name, meta.saver_def.filename_tensor_name]
    found = set()
    while open_names:
        name = open_names.pop().lstrip("^").split(":")[0]
        if name not in found:
            found.add(name)
            open_names.extend(by_name[name].input)
    return found


def called(graph):
    functions = {f.signature.name: f for f in graph.library.function}
    found, open_nodes = set(), list(graph.node)
    while open_nodes:
        node = open_nodes.pop()
        for value in node.attr.values():
            for name in [value.func.name] + [f.name for f in value.list.func]:
                if name in functions and name not in found:
                    found.add(name)
                    open_nodes.extend(functions[name].node_def)
    return found


def keras_vit(images):
    """The network of Keras' example of a ViT: no class token."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((SIDE, SIDE, 3), name="images")
    x = keras.layers.Conv2D(WIDTH, PATCH, PATCH)(inputs)
    x = keras.layers.Reshape(((SIDE // PATCH) ** 2, WIDTH))(x)
    x = x + keras.layers.Embedding((SIDE // PATCH) ** 2, WIDTH)(np.arange((SIDE // PATCH) ** 2)[None])
    scores, blocks = [], []
    for _ in range(DEPTH):
        y = keras.layers.LayerNormalization(epsilon=1e-6)(x)
        y, score = keras.layers.MultiHeadAttention(HEADS, WIDTH // HEADS, dropout=0.1)(y, y, return_attention_scores=True)
        x = keras.layers.Add()([y, x])
        y = keras.layers.LayerNormalization(epsilon=1e-6)(x)
        y = keras.layers.Dense(WIDTH)(keras.layers.Dense(2 * WIDTH, activation="gelu")(y))
        x = keras.layers.Add()([y, x])
        scores.append(score)
        blocks.append(x)
    y = keras.layers.LayerNormalization(epsilon=1e-6)(x)
    outputs = keras.layers.Dense(5, activation="softmax")(keras.layers.GlobalAveragePooling1D()(y))
    for weight in keras.Model(inputs, outputs).weights:  # Apart from zero, so that biases and scales count.
        weight.assign(weight.numpy() + deterministic.uniform(weight.path, weight.shape, 0, 0.5))
    path = folder("keras-vit")
    keras.Model(inputs, outputs).export(str(path), verbose=False)
    described(path, 0)
    found = keras.Model(inputs, [scores, blocks])(images)
    return [np.asarray(s) for s in found[0]], [np.asarray(b) for b in found[1]]


def transformers_model(name, model, images, prefix_tokens):
    """NCHW inside, channels last outside."""
    model(tf.transpose(images, [0, 3, 1, 2]))
    for weight in model.weights:
        if weight.dtype.is_floating:
            weight.assign(weight + deterministic.uniform(name + weight.name, weight.shape, 0, 0.2))
    module = tf.Module()
    module.weights = [w for w in model.weights]

    @tf.function(input_signature=[SPEC])
    def serve(images):
        output = model(tf.transpose(images, [0, 3, 1, 2]), training=False)
        return {"last_hidden_state": output.last_hidden_state, "pooler_output": output.pooler_output}

    path = folder(name)
    tf.saved_model.save(module, str(path), signatures={"serving_default": serve})
    described(path, prefix_tokens)
    output = model(tf.transpose(images, [0, 3, 1, 2]), output_attentions=True, output_hidden_states=True, training=False)
    return [a.numpy() for a in output.attentions], [h.numpy() for h in output.hidden_states[1:]]


def transformers_vit(images):
    config = transformers.ViTConfig(
        hidden_size=WIDTH, num_hidden_layers=DEPTH, num_attention_heads=HEADS, intermediate_size=2 * WIDTH,
        image_size=SIDE, patch_size=PATCH)
    return transformers_model("transformers-vit", transformers.TFViTModel(config), images, 1)


def transformers_swin(images):
    """Two stages of two blocks, the second of each with shifted windows where there are several: 8 x 8 and 4 x 4."""
    config = transformers.SwinConfig(
        embed_dim=WIDTH, depths=[2, 2], num_heads=[HEADS, 2 * HEADS], window_size=4, image_size=SIDE, patch_size=2,
        mlp_ratio=2, drop_path_rate=0.0)
    attentions, _ = transformers_model("transformers-swin", transformers.TFSwinModel(config), images, 0)
    return attentions, []


class Own(tf.Module):
    """Attention by exp and sum, parts of all heads by Einsum, one block after the other in functions of their own."""

    def __init__(self):
        super().__init__()
        shapes = {"embed": (PATCH * PATCH * 3, WIDTH), "token": (1, 1, WIDTH)}
        for i in range(DEPTH):
            shapes.update({f"qkv{i}": (3, WIDTH, HEADS, WIDTH // HEADS), f"out{i}": (HEADS, WIDTH // HEADS, WIDTH),
                           f"bias{i}": (HEADS, 17, 17), f"up{i}": (WIDTH, 2 * WIDTH), f"down{i}": (2 * WIDTH, WIDTH)})
        self.w = {n: tf.Variable(deterministic.uniform("own/" + n, s, 0, 0.6), name=n) for n, s in shapes.items()}

    def block(self, x, i):
        normed = x / tf.sqrt(tf.reduce_mean(x * x, -1, keepdims=True) + 1e-6)
        q, k, v = tf.unstack(tf.einsum("bnc,pchd->pbhnd", normed, self.w[f"qkv{i}"]))
        logits = tf.einsum("bhqd,bhkd->bhqk", q, k) * (WIDTH // HEADS) ** -0.5 + self.w[f"bias{i}"]
        exp = tf.exp(logits - tf.stop_gradient(tf.reduce_max(logits, -1, keepdims=True)))
        attention = exp / tf.reduce_sum(exp, -1, keepdims=True)
        x = x + tf.einsum("bhqk,bhkd,hdc->bqc", attention, v, self.w[f"out{i}"])
        x = x + tf.nn.relu(x @ self.w[f"up{i}"]) @ self.w[f"down{i}"]
        return attention, x

    @tf.function
    def run(self, images):
        x = tf.nn.space_to_depth(images, PATCH)
        x = tf.reshape(x, [-1, (SIDE // PATCH) ** 2, PATCH * PATCH * 3]) @ self.w["embed"]
        x = tf.concat([tf.tile(self.w["token"], [tf.shape(x)[0], 1, 1]), x], 1)
        found = []
        for i in range(DEPTH):
            attention, x = tf.function(self.block)(x, i)
            found.append((attention, x))
        return found

    @tf.function(input_signature=[SPEC])
    def serve(self, images):
        return {"tokens": self.run(images)[-1][1]}


def own_attention(images):
    module = Own()
    path = folder("own-attention")
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.serve})
    described(path, 1)
    found = module.run(images)
    return [a.numpy() for a, _ in found], [x.numpy() for _, x in found]


def main():
    pixels = deterministic.integers("diagnose/images", 3 * SIDE * SIDE * 3, 256).reshape(3, SIDE, SIDE, 3)
    images = tf.constant(pixels.astype(np.float32) / np.float32(255))
    arrays = {"images": pixels.astype(np.uint8)}
    models = {"keras-vit": keras_vit, "transformers-vit": transformers_vit, "own-attention": own_attention}
    if "SWIN" in os.environ:
        models["transformers-swin"] = transformers_swin
    for name, make in models.items():
        attention, blocks = make(images)
        for i, a in enumerate(attention):
            arrays[f"{name}/attention/{i}"] = a
        for i, b in enumerate(blocks):
            arrays[f"{name}/block/{i}"] = b
        print(name, [a.shape for a in attention])
    golden_files.write("diagnose/models", arrays, {"written_by": {
        "tensorflow": tf.__version__, "keras": keras.__version__, "transformers": transformers.__version__}})


if __name__ == "__main__":
    main()
