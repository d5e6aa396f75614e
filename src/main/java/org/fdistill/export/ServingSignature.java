package org.fdistill.export;

import java.util.List;
import java.util.Map;
import org.fdistill.model.Backbone;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.proto.TeacherConfig.InputRange;
import org.fdistill.proto.TeacherConfig.Layout;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * One way to call the exported model.
 *
 * @param name of the signature
 * @param inputName of its one input
 * @param input placeholder, whose first dimension is the batch's
 * @param outputs by name
 */
record ServingSignature(
    String name,
    String inputName,
    Operand<?> input,
    Map<String, Operand<? extends TNumber>> outputs) {
  /** Images as pixels. */
  static final String PIXELS = "serving_default";

  /** Images as pixels, of which the maps inside of the network are given. */
  static final String MAPS = "features";

  /** Images as pixels of uint8, of a model that takes images of any size. */
  static final String BYTES = "uint8_images";

  /** Images as files. */
  static final String FILES = "image_bytes";

  /** The output of {@link #FILES} that tells which files could be decoded: [B], 1 or 0. */
  static final String DECODED = "decoded";

  private static final String PREDICT = "tensorflow/serving/predict";

  /**
   * Describes a model of ours as a teacher: with it, {@code teacher { path }} is all that a run
   * needs to learn from it.
   *
   * @param licence of its weights; empty: not stated
   */
  static TeacherConfig asTeacher(String name, Backbone backbone, String licence) {
    TeacherConfig.Builder description =
        TeacherConfig.newBuilder()
            .setName(name)
            .setSignature(PIXELS)
            .setInput("images")
            .setOutput("tokens")
            .setLayout(Layout.TOKENS)
            .setPrefixTokens(backbone.prefixTokens())
            .setClassToken(backbone.hasClassToken())
            .setImageSize(backbone.imageSize())
            .setInputRange(InputRange.BYTES);
    if (!licence.isEmpty()) {
      description.setLicence(licence);
    }
    return description.build();
  }

  /** The outputs that are float32; what is of another type is made from them. */
  List<String> floats() {
    return outputs.keySet().stream()
        .filter(name -> outputs.get(name).type().equals((Class<?>) TFloat32.class))
        .toList();
  }

  SignatureDef toProto() {
    SignatureDef.Builder proto = SignatureDef.newBuilder().setMethodName(PREDICT);
    proto.putInputs(inputName, info(input));
    outputs.forEach((output, tensor) -> proto.putOutputs(output, info(tensor)));
    return proto.build();
  }

  private static TensorInfo info(Operand<?> operand) {
    Output<?> tensor = operand.asOutput();
    TensorInfo.Builder info = TensorInfo.newBuilder();
    info.setName(tensor.op().name() + ":" + tensor.index()).setDtype(tensor.dataType());
    return info.setTensorShape(batches(tensor.shape())).build();
  }

  /** A shape whose first dimension is the batch's, which is free. */
  static TensorShapeProto batches(Shape shape) {
    TensorShapeProto.Builder free = shape(shape).toBuilder();
    free.getDimBuilder(0).setSize(-1);
    return free.build();
  }

  static TensorShapeProto shape(Shape shape) {
    TensorShapeProto.Builder proto = TensorShapeProto.newBuilder();
    for (int i = 0; i < shape.numDimensions(); i++) {
      proto.addDimBuilder().setSize(shape.get(i));
    }
    return proto.build();
  }
}
