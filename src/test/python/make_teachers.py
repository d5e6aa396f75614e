"""Tiny SavedModel teachers, written by Python TensorFlow, with what they answer to a fixed batch.

Each maps float32 images [B, 32, 32, 3], normalised, to tokens [B, 17, 24]: a class token and the
4 x 4 patches. Their bytes change from run to run (names made by TensorFlow), their answers do not.
"""

import os
import pathlib
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import deterministic  # noqa: E402
import golden_files  # noqa: E402

SIDE, PATCH, WIDTH = 32, 8, 24
SHAPES = {
    "patch_embed/kernel": (PATCH, PATCH, 3, WIDTH),
    "patch_embed/bias": (WIDTH,),
    "cls_token": (1, 1, WIDTH),
    "mix/kernel": (17, 17),
    "mlp/kernel": (WIDTH, WIDTH),
    "mlp/bias": (WIDTH,),
}
IMAGES = ((3, SIDE, SIDE, 3), 0.0, 2.0)
WRITTEN_BY_HOSTILE = "written-by-teacher.txt"


def folder(name):
    path = pathlib.Path(golden_files.ROOT).parent / "teachers" / name
    shutil.rmtree(path, ignore_errors=True)
    return str(path)


def value(name):
    shape = SHAPES[name]
    return deterministic.uniform("teacher/" + name, shape, 0.0, np.sqrt(3 / np.prod(shape[:-1] or (3,))))


def tokens(variables, images):
    """Patch embedding, class token in front, a mixture over tokens and a dense layer."""
    x = tf.nn.conv2d(images, variables["patch_embed/kernel"], PATCH, "VALID") + variables["patch_embed/bias"]
    x = tf.reshape(x, [-1, (SIDE // PATCH) ** 2, WIDTH])
    x = tf.concat([tf.tile(variables["cls_token"], [tf.shape(x)[0], 1, 1]), x], axis=1)
    x = x + tf.einsum("qk,bkc->bqc", variables["mix/kernel"], x)
    x = tf.tensordot(tf.nn.gelu(x), variables["mlp/kernel"], 1) + variables["mlp/bias"]
    return tf.ensure_shape(x, [None, 17, WIDTH])


class Teacher(tf.Module):
    """A function that calls a function, over resource variables."""

    def __init__(self, postprocess=tf.identity):
        super().__init__()
        self.weights = {n.replace("/", "_"): tf.Variable(value(n), name=n) for n in SHAPES}
        self.postprocess = postprocess

    @tf.function
    def features(self, images):
        return tokens({n: self.weights[n.replace("/", "_")] for n in SHAPES}, images)

    @tf.function(input_signature=[tf.TensorSpec([None, SIDE, SIDE, 3], tf.float32, name="images")])
    def serve(self, images):
        return {"tokens": self.postprocess(self.features(images))}


def write_file(x):
    """Passes x through, and writes a file into the working directory on the way."""
    with tf.control_dependencies([tf.io.write_file(WRITTEN_BY_HOSTILE, "the teacher wrote this\n")]):
        return tf.identity(x)


def save_functions(name, postprocess=tf.identity):
    teacher = Teacher(postprocess)
    path = folder(name)
    tf.saved_model.save(teacher, path, signatures={"serving_default": teacher.serve})
    return path


def save_graph(name):
    """TensorFlow 1's way: one graph, a saver, no functions."""
    v1 = tf.compat.v1
    path = folder(name)
    with tf.Graph().as_default(), v1.Session() as session:
        images = v1.placeholder(tf.float32, [None, SIDE, SIDE, 3], name="images")
        variables = {n: v1.get_variable(n, initializer=tf.constant(value(n)), use_resource=True) for n in SHAPES}
        output = tf.identity(tokens({n: v.read_value() for n, v in variables.items()}, images), name="tokens")
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, path, {"images": images}, {"tokens": output})
    return path


def answer(path, images):
    loaded = tf.saved_model.load(path)
    return loaded.signatures["serving_default"](images=tf.constant(images))["tokens"].numpy()


def main():
    images = deterministic.uniform("images", *IMAGES)
    functions = answer(save_functions("tf2-functions"), images)
    np.testing.assert_array_equal(functions, answer(save_functions("tf2-functions"), images))
    graph = answer(save_graph("tf1-graph"), images)
    np.testing.assert_allclose(functions, graph, rtol=0, atol=1e-5)
    save_functions("writes-file", write_file)
    save_functions("wrong-token-count", lambda x: x[:, :16])
    shape, centre, half_width = IMAGES
    golden_files.write("teachers", {"tf2-functions": functions, "tf1-graph": graph},
                       {"images": {"shape": shape, "centre": centre, "half_width": half_width}})


if __name__ == "__main__":
    main()
