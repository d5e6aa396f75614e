package org.fdistill.teacher;

import java.util.Set;
import org.fdistill.config.UserError;
import org.fdistill.graph.PixelNormalization;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.proto.TeacherConfig.InputRange;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * From the run's batch of bytes to what a teacher takes: its size, its range, its number format.
 */
final class TeacherInput {
  private static final Set<DataType> FLOATS =
      Set.of(DataType.DT_FLOAT, DataType.DT_HALF, DataType.DT_BFLOAT16, DataType.DT_DOUBLE);
  private static final Set<DataType> INTEGERS = Set.of(DataType.DT_UINT8, DataType.DT_INT32);

  private final TeacherConfig description;
  private final DataType type;
  private final int runSide;

  /**
   * Fixes what the model takes and what it is given.
   *
   * @param type of the model's input; floats where it does not declare one
   * @param runSide S, the side of the run's images
   */
  TeacherInput(TeacherConfig description, DataType type, int runSide) {
    this.description = description;
    this.type = type == DataType.DT_INVALID ? DataType.DT_FLOAT : type;
    this.runSide = runSide;
  }

  /** T: the side of the images that the teacher takes. */
  int side() {
    return description.getImageSize() > 0 ? description.getImageSize() : runSide;
  }

  /** Refuses an input that cannot take such images. */
  void check(ModelTensor input, String who) {
    checkType(input, who);
    Shape shape = input.shape();
    Shape given = Shape.of(Shape.UNKNOWN_SIZE, side(), side(), 3);
    boolean fits = shape.isUnknown() || shape.numDimensions() == 4;
    for (int i = 0; fits && !shape.isUnknown() && i < 4; i++) {
      fits = shape.get(i) < 0 || shape.get(i) == given.get(i);
    }
    if (!fits) {
      throw UserError.input(
          """
          %s: its input %s takes %s, but would be given %s.
          %s"""
              .formatted(
                  who,
                  input.label(),
                  ModelTensor.text(shape),
                  ModelTensor.text(given),
                  hint(shape)));
    }
  }

  private static String hint(Shape shape) {
    if (shape.numDimensions() != 4) {
      return "Expected [batch, height, width, 3]. Set teacher.input to the input for images.";
    }
    if (shape.get(1) == 3) {
      return "Channels come first here; they must come last. Export the teacher for"
          + " [batch, height, width, 3].";
    }
    if (shape.get(3) >= 0 && shape.get(3) != 3) {
      return "Images have 3 channels. Choose a teacher of colour images.";
    }
    if (shape.get(0) >= 0) {
      return "Its batch size is fixed. Export the teacher with a batch dimension of unknown size.";
    }
    return "Set teacher.image_size: "
        + Math.max(shape.get(1), shape.get(2))
        + " to have the run's images resized for it.";
  }

  private void checkType(ModelTensor input, String who) {
    boolean bytes = description.getInputRange() == InputRange.BYTES;
    if (FLOATS.contains(type) || (bytes && INTEGERS.contains(type))) {
      return;
    }
    throw UserError.input(
        """
        %s: its input %s is of type %s, and teacher.input_range is %s.
        Expected floats%s.
        %s"""
            .formatted(
                who,
                input.label(),
                ModelTensor.text(type),
                description.getInputRange(),
                bytes ? ", uint8 or int32" : "",
                INTEGERS.contains(type)
                    ? "Set teacher.input_range: BYTES."
                    : "Set teacher.input to the input for images."));
  }

  /**
   * Resizes, scales or normalises, and casts, in this order and each only where it is needed.
   *
   * @param images [B, S, S, 3], 0 to 255
   * @return [B, T, T, 3] of the model's type
   */
  Output<?> apply(Ops tf, Operand<TUint8> images) {
    if (side() == runSide && type == DataType.DT_UINT8) {
      return images.asOutput();
    }
    Operand<TFloat32> pixels = tf.dtypes.cast(images, TFloat32.class);
    if (side() != runSide) {
      pixels = new AntialiasedResize(runSide, side()).apply(tf, pixels);
    }
    return cast(tf, inRange(tf, pixels));
  }

  private Operand<TFloat32> inRange(Ops tf, Operand<TFloat32> pixels) {
    return switch (description.getInputRange()) {
      case BYTES -> INTEGERS.contains(type) ? tf.math.rint(pixels) : pixels;
      case ZERO_ONE -> tf.math.mul(pixels, tf.constant(1 / 255f));
      case NORMALIZED -> PixelNormalization.of(description.getNormalization()).apply(tf, pixels);
    };
  }

  /** The generated cast takes Java's types; a model may ask for one that Java has not got. */
  private Output<?> cast(Ops tf, Operand<TFloat32> x) {
    if (type == DataType.DT_FLOAT) {
      return x.asOutput();
    }
    return tf.scope()
        .env()
        .opBuilder("Cast", tf.scope().makeOpName("Cast"), tf.scope())
        .addInput(x.asOutput())
        .setAttr("DstT", type)
        .build()
        .output(0);
  }
}
