package org.fdistill.nn;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The greatest values of the parts of a map. */
public final class MaxPooling {
  private MaxPooling() {}

  /**
   * The greatest of each 2 x 2 places; a last row or column of an odd side is left out. The op that
   * Java has a class for takes its window as an input, and TFLite reads only the one that has it as
   * an attribute.
   *
   * @param map [B, G, G, C]
   * @return [B, G / 2, G / 2, C]
   */
  public static Operand<TFloat32> halve(Ops tf, Operand<TFloat32> map) {
    long[] two = {1, 2, 2, 1};
    return tf.scope()
        .env()
        .opBuilder("MaxPool", tf.scope().makeOpName("MaxPool"), tf.scope())
        .addInput(map.asOutput())
        .setAttr("ksize", two)
        .setAttr("strides", two)
        .setAttr("padding", "VALID")
        .build()
        .<TFloat32>output(0);
  }
}
