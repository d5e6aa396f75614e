package org.fdistill.model.vit;

import java.util.function.DoubleUnaryOperator;
import org.fdistill.nn.RotaryPositions;
import org.fdistill.proto.VitConfig.RotaryPosition;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The angles of rotary positions: of each token D/2, those of its row first. Prefix tokens have
 * angle 0 and do not turn. DINOv3's are 2π c / 100^(4i/D) for the centre c of the patch, from -1 to
 * 1 across the image (rope_position_encoding.py); EVA-02's p / 10000^(4i/D) for the patch's index p
 * on a grid that is stretched to the 16 patches of its pre-training (rope.py).
 *
 * @param kind whose angles
 * @param grid G
 * @param prefixTokens class token and registers
 * @param headWidth D, a multiple of 4
 */
record RotaryAngles(RotaryPosition kind, int grid, int prefixTokens, int headWidth) {
  private static final double DINOV3_BASE = 100;
  private static final double EVA02_BASE = 10000;
  private static final double EVA02_GRID = 16;

  /** As constants of a graph. */
  RotaryPositions positions(Ops tf) {
    return new RotaryPositions(constant(tf, Math::cos), constant(tf, Math::sin));
  }

  private Operand<TFloat32> constant(Ops tf, DoubleUnaryOperator function) {
    Shape shape = Shape.of(prefixTokens + grid * grid, headWidth / 2);
    return tf.constant(shape, DataBuffers.of(table(function)));
  }

  /** A function of the angles by token and angle, rounded from double once. */
  float[] table(DoubleUnaryOperator function) {
    int row = headWidth / 2;
    float[] table = new float[(prefixTokens + grid * grid) * row];
    for (int token = 0; token < prefixTokens + grid * grid; token++) {
      for (int i = 0; i < row; i++) {
        double angle = token < prefixTokens ? 0 : angle(token - prefixTokens, i);
        table[token * row + i] = (float) function.applyAsDouble(angle);
      }
    }
    return table;
  }

  private double angle(int patch, int i) {
    int frequencies = headWidth / 4;
    int position = i < frequencies ? patch / grid : patch % grid;
    double share = (double) (i % frequencies) / frequencies;
    return switch (kind) {
      case DINOV3 -> centre(position) / Math.pow(DINOV3_BASE, share);
      case DINOV3_BFLOAT16 -> centre(position) / rounded(Math.pow(DINOV3_BASE, share));
      case EVA02 -> position * EVA02_GRID / grid / Math.pow(EVA02_BASE, share);
      case NO_ROTARY -> 0;
    };
  }

  /** A patch's place across the image, from -2π to 2π. */
  private double centre(int position) {
    return 2 * Math.PI * (2 * (position + 0.5) / grid - 1);
  }

  /** The nearest number of 8 bits. */
  private static double rounded(double period) {
    double unit = Math.scalb(1.0, Math.getExponent(period) - 7);
    return Math.rint(period / unit) * unit;
  }
}
