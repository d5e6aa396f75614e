"""Python TensorFlow loads an exported student: shows it, calls it, differentiates it.

    python check_export.py EXPORT [--expected FILE.npz]

FILE.npz holds images and, by output name, what serving_default must answer.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import deterministic  # noqa: E402
import warmup  # noqa: E402
from checks import require, run_checks  # noqa: E402

PREDICT = "tensorflow/serving/predict"
# float32 sums in another order, over a few hundred terms.
TOLERANCE = 1e-4


class Export:
    def __init__(self, path):
        self.path = str(path)
        self.model = tf.saved_model.load(self.path)
        require("serving_default" in self.model.signatures, f"signatures: {list(self.model.signatures)}")
        self.serve = self.model.signatures["serving_default"]
        inputs = self.serve.structured_input_signature[1]
        require(len(inputs) == 1, f"serving_default takes {inputs}")
        (self.input_name, self.input_spec), = inputs.items()

    def images(self, batch):
        shape = [batch] + self.input_spec.shape.as_list()[1:]
        return tf.constant(deterministic.uniform("images", shape, 0.0, 2.0))

    def call(self, images):
        return self.serve(**{self.input_name: images})


def command_line(export):
    """saved_model_cli show and run."""
    show = cli("show", "--dir", export.path, "--all")
    for name in ("serving_default", "image_bytes", PREDICT):
        require(name in show, f"saved_model_cli show does not mention {name}")
    with tempfile.TemporaryDirectory() as folder:
        images = pathlib.Path(folder, "images.npy")
        np.save(images, export.images(2).numpy())
        cli("run", "--dir", export.path, "--tag_set", "serve", "--signature_def", "serving_default",
            "--inputs", f"{export.input_name}={images}", "--outdir", folder, "--overwrite")
        tokens = np.load(pathlib.Path(folder, "tokens.npy"))
    wanted = export.call(export.images(2))["tokens"].numpy()
    np.testing.assert_allclose(tokens, wanted, rtol=TOLERANCE, atol=TOLERANCE)


def cli(*arguments):
    tool = pathlib.Path(sys.executable).with_name("saved_model_cli")
    done = subprocess.run([str(tool), *arguments], capture_output=True, text=True, check=False)
    require(done.returncode == 0, f"saved_model_cli {arguments[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def any_batch_size(export):
    """The first dimension is free, outputs are finite, and one image's answer ignores its neighbours."""
    require(export.input_spec.shape[0] is None, f"batch dimension is fixed: {export.input_spec.shape}")
    three = export.call(export.images(3))
    one = export.call(export.images(3)[:1])
    require({"tokens", "feature_map", "pooled"} <= set(three), f"outputs: {sorted(three)}")
    for name, value in three.items():
        require(bool(tf.reduce_all(tf.math.is_finite(value))), f"{name} is not finite")
        require(value.shape[0] == 3, f"{name} has shape {value.shape}")
        np.testing.assert_allclose(value[:1], one[name], rtol=TOLERANCE, atol=TOLERANCE, err_msg=name)


def outputs_agree(export):
    """feature_map, cls and pooled are what their names say of tokens."""
    outputs = {name: value.numpy() for name, value in export.call(export.images(2)).items()}
    tokens, features = outputs["tokens"], outputs["feature_map"]
    patches = features.reshape(features.shape[0], -1, features.shape[-1])
    prefix = tokens.shape[1] - patches.shape[1]
    require(prefix in (0, 1), f"{tokens.shape[1]} tokens, feature map {features.shape}")
    np.testing.assert_array_equal(patches, tokens[:, prefix:])
    require(("cls" in outputs) == (prefix == 1), f"{prefix} prefix tokens, outputs {sorted(outputs)}")
    if prefix:
        np.testing.assert_array_equal(outputs["cls"], tokens[:, 0])
    np.testing.assert_allclose(outputs["pooled"], patches.mean(axis=1), rtol=TOLERANCE, atol=TOLERANCE)


def jpeg_bytes(export):
    """image_bytes takes JPEG files of any size."""
    serve = export.model.signatures["image_bytes"]
    (name, spec), = serve.structured_input_signature[1].items()
    require(spec.dtype == tf.string, f"image_bytes takes {spec}")
    files = tf.stack([jpeg(40, 61), jpeg(301, 200)])
    outputs = serve(**{name: files})
    tokens = outputs["tokens"]
    require(bool(tf.reduce_all(tf.math.is_finite(tokens))), "tokens of JPEG files are not finite")
    require(tokens.shape[1:] == export.call(export.images(2))["tokens"].shape[1:], f"tokens {tokens.shape}")
    require(float(tf.reduce_max(tf.abs(tokens[0] - tokens[1]))) > 0, "two images, one answer")


def jpeg(height, width):
    pixels = deterministic.integers(f"jpeg/{height}", height * width * 3, 256).astype(np.uint8)
    return tf.io.encode_jpeg(pixels.reshape(height, width, 3))


def broken_files(export):
    """A file that cannot be decoded is flagged, is NaN, and leaves its neighbours alone."""
    serve = export.model.signatures["image_bytes"]
    (name, _), = serve.structured_input_signature[1].items()
    good = serve(**{name: tf.stack([jpeg(40, 61), jpeg(50, 50), jpeg(301, 200)])})
    mixed = serve(**{name: tf.stack([jpeg(40, 61), jpeg(50, 50).numpy()[:300], jpeg(301, 200)])})
    np.testing.assert_array_equal(mixed.pop("decoded"), [1, 0, 1])
    for output, value in mixed.items():
        require(bool(tf.reduce_all(tf.math.is_nan(value[1]))), f"{output} of a broken file is a number")
        for row in (0, 2):
            np.testing.assert_allclose(value[row], good[output][row], rtol=TOLERANCE, atol=TOLERANCE, err_msg=output)


def wrong_size(export):
    """Images of another size are refused with both sizes, as a server feeds them: by the names of tensors."""
    side = export.input_spec.shape[1]
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        meta = tf.compat.v1.saved_model.load(session, ["serve"], export.path)
        signature = meta.signature_def["serving_default"]
        # A placeholder of another shape in its place: Python would check the one that is there.
        images = tf.compat.v1.placeholder(tf.float32, [None, None, None, 3])
        tensor = signature.inputs[export.input_name].name
        tokens, = tf.import_graph_def(meta.graph_def, input_map={tensor: images}, name="again",
                                      return_elements=[signature.outputs["tokens"].name])
        try:
            session.run(tokens, {images: np.zeros([1, 2 * side, 2 * side, 3])})
        except tf.errors.InvalidArgumentError as error:
            words = f"images_must_be_{side}_high_and_{side}_wide"
            require(words in str(error) and f"{2 * side}" in str(error), f"refused with: {error}")
        else:
            require(False, f"images of {2 * side} pixels are answered")


def xla(export):
    """XLA compiles the network and gives the same."""
    images = export.images(2)
    compiled = tf.function(export.call, jit_compile=True)(images)
    for name, value in export.call(images).items():
        np.testing.assert_allclose(compiled[name], value, rtol=TOLERANCE, atol=TOLERANCE, err_msg=name)


def trainable(export):
    """Every trainable variable is seen and has a finite gradient that is not zero."""
    variables = export.model.trainable_variables if hasattr(export.model, "trainable_variables") else []
    variables = list(variables) or [v for v in export.model.variables if v.trainable]
    require(bool(variables), "no trainable variables")
    images = export.images(2)
    with tf.GradientTape() as tape:
        outputs = export.call(images)
        loss = tf.add_n([tf.reduce_sum(outputs[name] * deterministic.uniform("loss_weights", outputs[name].shape))
                         for name in ("tokens", "logits") if name in outputs])
    for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
        require(gradient is not None, f"no gradient reaches {variable.name}")
        gradient = tf.convert_to_tensor(gradient)
        require(bool(tf.reduce_all(tf.math.is_finite(gradient))), f"gradient of {variable.name} is not finite")
        require(float(tf.norm(gradient)) > 0, f"gradient of {variable.name} is zero")
    print(f"  {len(variables)} variables, {sum(int(tf.size(v)) for v in variables):,} parameters")


def student_only(export):
    """Neither projector nor teacher nor optimiser slots are inside; a head only where it answers."""
    names = [v.name for v in export.model.variables]
    known = ("student/", "head/") if "logits" in export.call(export.images(1)) else ("student/",)
    strangers = [n for n in names if not n.startswith(known)]
    require(not strangers, f"variables beside the student's: {strangers[:5]}")


def warmup_requests(export):
    """Each warm-up request can be answered by its signature."""
    path = pathlib.Path(export.path, "assets.extra", "tf_serving_warmup_requests")
    require(path.is_file(), f"missing {path}")
    count = 0
    for signature, inputs in warmup.predict_requests(path):
        outputs = export.model.signatures[signature](**inputs)
        require(bool(outputs), f"{signature} answered nothing")
        count += 1
    require(count > 0, "no request in the file")
    print(f"  {count} requests")


def expected(export, file):
    """serving_default answers what another runtime answered."""
    wanted = dict(np.load(file))
    got = export.call(tf.constant(wanted.pop("images").astype(np.float32)))
    require(bool(wanted), f"{file} holds no outputs")
    for name, value in wanted.items():
        np.testing.assert_allclose(got[name].numpy(), value, rtol=TOLERANCE, atol=TOLERANCE, err_msg=name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=pathlib.Path)
    parser.add_argument("--expected", type=pathlib.Path)
    options = parser.parse_args()
    export = Export(options.export)
    checks = [command_line, any_batch_size, outputs_agree, jpeg_bytes, broken_files, wrong_size, xla,
              trainable, student_only, warmup_requests]
    named = {check.__name__: lambda check=check: check(export) for check in checks}
    if options.expected:
        named["expected"] = lambda: expected(export, options.expected)
    return run_checks(named)


if __name__ == "__main__":
    sys.exit(main())
