"""Reads TensorFlow Serving's warm-up file without TensorFlow Serving's Python package.

A TFRecord of PredictionLog messages. Only the fields that a predict request uses are declared, with
the numbers of TensorFlow Serving's public protos; others are kept as unknown fields.
"""

import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tensorflow.core.framework import tensor_pb2

_FIELD = descriptor_pb2.FieldDescriptorProto


def _message(file, name, fields):
    message = file.message_type.add(name=name)
    for number, (field, type_name, repeated) in fields.items():
        label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
        if type_name:
            message.field.add(name=field, number=number, label=label, type=_FIELD.TYPE_MESSAGE, type_name=type_name)
        else:
            message.field.add(name=field, number=number, label=label, type=_FIELD.TYPE_STRING)


def _prediction_log_class():
    file = descriptor_pb2.FileDescriptorProto(name="warmup.proto", package="warmup", syntax="proto3")
    file.dependency.append(tensor_pb2.DESCRIPTOR.name)
    _message(file, "ModelSpec", {1: ("name", None, False), 3: ("signature_name", None, False)})
    # A map is a repeated entry of key and value on the wire.
    _message(file, "Input", {1: ("key", None, False), 2: ("value", ".tensorflow.TensorProto", False)})
    _message(file, "PredictRequest",
             {1: ("model_spec", ".warmup.ModelSpec", False), 2: ("inputs", ".warmup.Input", True)})
    _message(file, "PredictLog", {1: ("request", ".warmup.PredictRequest", False)})
    _message(file, "PredictionLog", {6: ("predict_log", ".warmup.PredictLog", False)})
    pool = descriptor_pool.Default()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("warmup.PredictionLog"))


PredictionLog = _prediction_log_class()


def predict_requests(path):
    """Yields (signature name, {input name: tensor}) of each record; checks lengths and checksums."""
    for record in tf.data.TFRecordDataset(str(path)):
        log = PredictionLog.FromString(record.numpy())
        if not log.HasField("predict_log"):
            raise ValueError("a record is not a predict log")
        request = log.predict_log.request
        inputs = {i.key: tf.constant(tf.make_ndarray(i.value)) for i in request.inputs}
        yield request.model_spec.signature_name or "serving_default", inputs
