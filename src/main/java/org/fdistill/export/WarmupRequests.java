package org.fdistill.export;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.data.tfrecord.TfRecordStream;
import org.fdistill.proto.serving.ModelSpec;
import org.fdistill.proto.serving.PredictLog;
import org.fdistill.proto.serving.PredictRequest;
import org.fdistill.proto.serving.PredictionLog;
import org.tensorflow.ndarray.Shaped;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** The requests that TensorFlow Serving sends itself before it calls a model ready. */
final class WarmupRequests {
  /** Where TensorFlow Serving looks for them in a model's folder. */
  static final String FILE = "tf_serving_warmup_requests";

  private WarmupRequests() {}

  /** Writes one request for each signature. */
  static void write(Path file, String model, List<ServingSignature> signatures, ProbeImages images)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      for (ServingSignature signature : signatures) {
        TensorProto input =
            switch (signature.name()) {
              case ServingSignature.PIXELS, ServingSignature.MAPS -> pixels(images);
              case ServingSignature.BYTES -> uint8(images);
              default -> files(images);
            };
        TfRecordStream.write(out, StableBytes.of(request(model, signature, input)));
      }
    }
  }

  private static PredictionLog request(
      String model, ServingSignature signature, TensorProto input) {
    PredictRequest.Builder request = PredictRequest.newBuilder();
    request.setModelSpec(ModelSpec.newBuilder().setName(model).setSignatureName(signature.name()));
    request.putInputs(signature.inputName(), input.toByteString());
    return PredictionLog.newBuilder()
        .setPredictLog(PredictLog.newBuilder().setRequest(request))
        .build();
  }

  private static TensorProto pixels(ProbeImages images) {
    try (TFloat32 pixels = images.pixels()) {
      TensorProto.Builder proto = proto(DataType.DT_FLOAT, pixels);
      pixels.scalars().forEach(value -> proto.addFloatVal(value.getFloat()));
      return proto.build();
    }
  }

  private static TensorProto uint8(ProbeImages images) {
    try (TUint8 pixels = images.uint8()) {
      byte[] bytes = new byte[Math.toIntExact(pixels.size())];
      pixels.copyTo(DataBuffers.of(bytes, false, false));
      return proto(DataType.DT_UINT8, pixels).setTensorContent(ByteString.copyFrom(bytes)).build();
    }
  }

  private static TensorProto.Builder proto(DataType type, Shaped tensor) {
    TensorProto.Builder proto = TensorProto.newBuilder().setDtype(type);
    for (int i = 0; i < tensor.shape().numDimensions(); i++) {
      proto.getTensorShapeBuilder().addDimBuilder().setSize(tensor.shape().get(i));
    }
    return proto;
  }

  private static TensorProto files(ProbeImages images) {
    try (TString files = images.files()) {
      TensorProto.Builder proto = proto(DataType.DT_STRING, files);
      files
          .asBytes()
          .scalars()
          .forEach(file -> proto.addStringVal(ByteString.copyFrom(file.getObject())));
      return proto.build();
    }
  }
}
