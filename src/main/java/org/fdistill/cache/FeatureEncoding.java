package org.fdistill.cache;

import java.util.List;
import java.util.Optional;
import org.fdistill.proto.FeatureCacheConfig;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Max;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * How features are stored, between float32 in the graph and little-endian bytes on disk. Letters: B
 * batch, N tokens, C width.
 */
enum FeatureEncoding {
  /** IEEE 754 half precision, rounded to nearest. */
  FLOAT16(TFloat16.class, Short.BYTES),
  /** The upper half of float32, rounded to nearest. */
  BFLOAT16(TBfloat16.class, Short.BYTES),
  /**
   * For each token a scale, its largest magnitude over 127, and x over the scale rounded to a whole
   * number of two's complement. TensorFlow Java has no class for that type: outside of a few ops
   * the bytes pass for uint8.
   */
  INT8(TUint8.class, Byte.BYTES),
  /** As they are. */
  FLOAT32(TFloat32.class, Float.BYTES);

  private static final float LARGEST = 127;

  private final Class<? extends TType> type;
  private final int bytes;

  FeatureEncoding(Class<? extends TType> type, int bytes) {
    this.type = type;
    this.bytes = bytes;
  }

  static FeatureEncoding of(FeatureCacheConfig.Precision precision) {
    return switch (precision) {
      case FLOAT16 -> FLOAT16;
      case BFLOAT16 -> BFLOAT16;
      case INT8 -> INT8;
      case FLOAT32 -> FLOAT32;
    };
  }

  /** The type of stored numbers. */
  Class<? extends TType> type() {
    return type;
  }

  /** Bytes of one stored number. */
  int bytes() {
    return bytes;
  }

  /** Whether each token has a scale. */
  boolean isScaled() {
    return this == INT8;
  }

  /**
   * Features in the form in which they are stored.
   *
   * @param values [B, N, C] of {@link #type}
   * @param scales [B, N]; empty where there are none
   */
  record Encoded(Operand<? extends TType> values, Optional<Operand<TFloat32>> scales) {}

  /** Encodes features [B, N, C]. */
  Encoded encode(Ops tf, Operand<TFloat32> features) {
    return switch (this) {
      case FLOAT32 -> new Encoded(features, Optional.empty());
      case FLOAT16 -> new Encoded(tf.dtypes.cast(features, TFloat16.class), Optional.empty());
      case BFLOAT16 -> new Encoded(tf.dtypes.cast(features, TBfloat16.class), Optional.empty());
      case INT8 -> quantised(tf, features);
    };
  }

  private static Encoded quantised(Ops tf, Operand<TFloat32> features) {
    Operand<TFloat32> largest = tf.max(tf.math.abs(features), tf.constant(-1), Max.keepDims(true));
    Operand<TFloat32> scale = tf.math.div(largest, tf.constant(LARGEST));
    Operand<TFloat32> whole = tf.math.rint(tf.math.divNoNan(features, scale));
    Output<?> signed = cast(tf, whole.asOutput(), DataType.DT_INT8);
    return new Encoded(
        bitcast(tf, signed, DataType.DT_UINT8).expect(TUint8.class),
        Optional.of(tf.squeeze(scale, Squeeze.axis(List.of(-1L)))));
  }

  /** The features [B, N, C] that were encoded; where they fit in, the same. */
  Operand<TFloat32> decode(Ops tf, Encoded stored) {
    Output<?> values = stored.values().asOutput();
    if (this == FLOAT32) {
      return values.expect(TFloat32.class);
    }
    Output<?> numbers = this == INT8 ? bitcast(tf, values, DataType.DT_INT8) : values;
    Operand<TFloat32> floats = cast(tf, numbers, DataType.DT_FLOAT).expect(TFloat32.class);
    return stored
        .scales()
        .<Operand<TFloat32>>map(s -> tf.math.mul(floats, tf.expandDims(s, tf.constant(-1))))
        .orElse(floats);
  }

  /** The generated ops take Java's types, of which int8 is none. */
  private static Output<?> cast(Ops tf, Output<?> x, DataType to) {
    return op(tf, "Cast", x, "DstT", to);
  }

  private static Output<?> bitcast(Ops tf, Output<?> x, DataType to) {
    return op(tf, "Bitcast", x, "type", to);
  }

  private static Output<?> op(Ops tf, String op, Output<?> x, String attribute, DataType to) {
    return tf.scope()
        .env()
        .opBuilder(op, tf.scope().makeOpName(op), tf.scope())
        .addInput(x)
        .setAttr(attribute, to)
        .build()
        .output(0);
  }
}
