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
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

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
        boolean pixels = signature.name().equals(ServingSignature.PIXELS);
        TensorProto input = pixels ? pixels(images) : files(images);
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
      TensorProto.Builder proto = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT);
      for (int i = 0; i < pixels.shape().numDimensions(); i++) {
        proto.getTensorShapeBuilder().addDimBuilder().setSize(pixels.shape().get(i));
      }
      pixels.scalars().forEach(value -> proto.addFloatVal(value.getFloat()));
      return proto.build();
    }
  }

  private static TensorProto files(ProbeImages images) {
    try (TString files = images.files()) {
      TensorProto.Builder proto = TensorProto.newBuilder().setDtype(DataType.DT_STRING);
      proto.getTensorShapeBuilder().addDimBuilder().setSize(files.shape().get(0));
      files
          .asBytes()
          .scalars()
          .forEach(file -> proto.addStringVal(ByteString.copyFrom(file.getObject())));
      return proto.build();
    }
  }
}
