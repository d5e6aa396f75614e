"""What else reads an export: OpenVINO, TFLite's converter, and TensorFlow Serving's messages over gRPC.

    python check_readers.py EXPORT [--signature NAME ...]

Each must answer as Python TensorFlow does. Default: serving_default, uint8_images and features, where the
export has them; the warm-up requests call every signature.
"""

import argparse
import concurrent.futures
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# OpenVINO's converter reports its use, unless in CI: it forks for it beside TensorFlow's threads, which may hang.
os.environ["CI"] = "true"

import grpc  # noqa: E402
import numpy as np  # noqa: E402
import openvino  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2, prediction_service_pb2_grpc  # noqa: E402

import deterministic  # noqa: E402
from checks import require, run_checks  # noqa: E402

# Of the largest value of an output: float32 kernels that sum in another order.
TOLERANCE = 5e-6
# An image for a network that takes any size: several windows of the smoke run's segmenter, and no scaling.
ANY_SIDES = (64, 150)
# One that is scaled and then rounded to bytes: OpenVINO interpolates to two digits after the point, so that bytes may
# differ by one.
SCALED_SIDES = (72, 150)
SAME_CLASSES = 0.999


class Export:
    def __init__(self, path, signatures):
        self.path = str(path)
        self.model = tf.saved_model.load(self.path)
        known = [name for name in ("serving_default", "uint8_images", "features") if name in self.model.signatures]
        self.signatures = signatures or known
        for name in self.signatures:
            require(name in self.model.signatures, f"no signature {name}: {list(self.model.signatures)}")
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            meta = tf.compat.v1.saved_model.loader.load(session, ["serve"], self.path)
        self.tensors = {name: {key: info.name for key, info in meta.signature_def[name].outputs.items()}
                        for name in meta.signature_def}

    def request(self, signature, any_sides=ANY_SIDES):
        """The signature's input and two images, or one where they may have any size."""
        (name, spec), = self.model.signatures[signature].structured_input_signature[1].items()
        any_size = spec.shape[1] is None
        shape = [1, *any_sides, 3] if any_size else [2, *spec.shape.as_list()[1:]]
        pixels = deterministic.integers("readers/images", int(np.prod(shape)), 256).reshape(shape)
        return name, pixels.astype(spec.dtype.as_numpy_dtype)

    def answers(self, signature, any_sides=ANY_SIDES):
        name, images = self.request(signature, any_sides)
        return {key: value.numpy() for key, value in self.model.signatures[signature](**{name: tf.constant(images)}).items()}


def compare(place, found, wanted):
    """The largest difference of all outputs, of the largest value of each; class numbers are equal."""
    require(set(found) == set(wanted), f"{place} has {sorted(found)}, expected {sorted(wanted)}")
    worst = 0.0
    for key, value in wanted.items():
        require(found[key].shape == value.shape, f"{place}/{key} is {found[key].shape}, expected {value.shape}")
        if value.dtype.kind != "f":
            np.testing.assert_array_equal(found[key], value, err_msg=f"{place}/{key}")
            continue
        difference = float(np.abs(found[key].astype(np.float64) - value).max() / max(np.abs(value).max(), 1e-30))
        require(difference < TOLERANCE, f"{place}/{key} differs by {difference:.1e} of its largest value")
        worst = max(worst, difference)
    print(f"  {place}: {worst:.1e}")


def open_vino(export):
    """OpenVINO reads the folder and computes serving_default; float32, as it would take bfloat16 where it can."""
    compiled = openvino.compile_model(openvino.Core().read_model(export.path), "CPU",
                                      {"INFERENCE_PRECISION_HINT": "f32"})
    name, images = export.request("serving_default")
    found = compiled({name: images})
    wanted = export.answers("serving_default")
    compare("serving_default", {key: found[key] for key in wanted}, wanted)
    if "class_map" in wanted:
        _, images = export.request("serving_default", SCALED_SIDES)
        same = np.mean(compiled({name: images})["class_map"] == export.answers("serving_default", SCALED_SIDES)["class_map"])
        require(same >= SAME_CLASSES, f"{same:.5f} of a scaled image's pixels have the same class")


def tf_lite(export):
    """TFLite's converter, and its interpreter's answers."""
    for signature in export.signatures:
        converter = tf.lite.TFLiteConverter.from_saved_model(export.path, signature_keys=[signature])
        interpreter = tf.lite.Interpreter(model_content=converter.convert())
        name, images = export.request(signature)
        compare(signature, interpreter.get_signature_runner(signature)(**{name: images}), export.answers(signature))


class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers Predict as TensorFlow Serving does: from a session on the graph, by the names of tensors."""

    def __init__(self, export):
        self.graph = tf.Graph()
        with self.graph.as_default():
            self.session = tf.compat.v1.Session()
            self.meta = tf.compat.v1.saved_model.loader.load(self.session, ["serve"], export.path)

    def Predict(self, request, context):  # noqa: N802: the name of the call
        signature = self.meta.signature_def[request.model_spec.signature_name or "serving_default"]
        require(signature.method_name == "tensorflow/serving/predict", f"method {signature.method_name}")
        feeds = {signature.inputs[key].name: tf.make_ndarray(value) for key, value in request.inputs.items()}
        wanted = request.output_filter or sorted(signature.outputs)
        values = self.session.run([signature.outputs[key].name for key in wanted], feeds)
        response = predict_pb2.PredictResponse(model_spec=request.model_spec)
        for key, value in zip(wanted, values):
            response.outputs[key].CopyFrom(tf.make_tensor_proto(value))
        return response


def serving(export):
    """The warm-up requests and one for each signature, through gRPC and back."""
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(1), options=[("grpc.max_receive_message_length", -1)])
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Service(export), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        options = [("grpc.max_receive_message_length", -1), ("grpc.enable_http_proxy", 0)]
        with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
            predict = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict
            warm_up(export, predict)
            for signature in export.signatures:
                request = predict_pb2.PredictRequest()
                request.model_spec.signature_name = signature
                name, images = export.request(signature)
                request.inputs[name].CopyFrom(tf.make_tensor_proto(images))
                answer = predict(request, timeout=60)
                compare(signature, {key: tf.make_ndarray(value) for key, value in answer.outputs.items()},
                        export.answers(signature))
    finally:
        server.stop(None)


def warm_up(export, predict):
    """Each request of the file is one that TensorFlow Serving's own messages read, and one for each signature."""
    path = pathlib.Path(export.path, "assets.extra", "tf_serving_warmup_requests")
    called = []
    for record in tf.data.TFRecordDataset(str(path)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        require(log.WhichOneof("log_type") == "predict_log", f"a {log.WhichOneof('log_type')} in {path}")
        answer = predict(log.predict_log.request, timeout=60)
        called.append(log.predict_log.request.model_spec.signature_name)
        require(bool(answer.outputs), f"{called[-1]} answered nothing")
    require(sorted(called) == sorted(export.model.signatures), f"warm-up calls {called}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=pathlib.Path)
    parser.add_argument("--signature", action="append", default=[])
    options = parser.parse_args()
    export = Export(options.export, options.signature)
    return run_checks({check.__name__: lambda check=check: check(export) for check in (open_vino, tf_lite, serving)})


if __name__ == "__main__":
    sys.exit(main())
