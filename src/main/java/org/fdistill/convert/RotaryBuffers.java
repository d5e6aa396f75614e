package org.fdistill.convert;

import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.proto.VitConfig.RotaryPosition;
import org.fdistill.weights.StoredTensor;

/** What the buffers of networks with rotary positions tell. */
final class RotaryBuffers {
  /** DINOv3's periods, of the rows or the columns: D/4. */
  static final String PERIODS = "rope_embed.periods";

  /** The cosines [G², D] of EVA-02's own code. */
  private static final String COSINES = "rope.freqs_cos";

  private static final double DINOV3_BASE = 100;
  private static final double BFLOAT16_ROUNDING = Math.scalb(1.0, -8);
  private static final double FLOAT32_ROUNDING = Math.scalb(1.0, -20);

  /** Of a float32's bits, those that bfloat16 does not have. */
  private static final int BEYOND_BFLOAT16 = 0xffff;

  private RotaryBuffers() {}

  /** D: how wide a head is; empty where no buffer tells. */
  static Optional<Integer> headWidth(NamedTensors tensors) {
    return tensors
        .findLeftOut(PERIODS)
        .map(periods -> (int) (4 * periods.elements()))
        .or(() -> tensors.findLeftOut(COSINES).map(c -> (int) c.shape()[c.shape().length - 1]));
  }

  /**
   * The kind of rotary positions that DINOv3's periods belong to; empty where there are none.
   *
   * @throws UserError where they are of another base
   */
  static Optional<RotaryPosition> dinov3(NamedTensors tensors) {
    return tensors.findLeftOut(PERIODS).map(RotaryBuffers::kind);
  }

  private static RotaryPosition kind(StoredTensor tensor) {
    float[] periods = tensor.floats();
    boolean rounded = true;
    for (float period : periods) {
      rounded &= (Float.floatToIntBits(period) & BEYOND_BFLOAT16) == 0;
    }
    double tolerance = rounded ? BFLOAT16_ROUNDING : FLOAT32_ROUNDING;
    for (int i = 0; i < periods.length; i++) {
      double expected = Math.pow(DINOV3_BASE, (double) i / periods.length);
      if (!(Math.abs(periods[i] - expected) <= tolerance * expected)) {
        throw UserError.input(
            "%s: period %d of %d is %s.\nExpected %.5g: fdistill's rotary positions have the base 100 of the published networks."
                .formatted(tensor.name(), i, periods.length, periods[i], expected));
      }
    }
    return rounded ? RotaryPosition.DINOV3_BFLOAT16 : RotaryPosition.DINOV3;
  }

  /**
   * Looks at the masks of joint biases.
   *
   * @throws UserError where one leaves another part than that of the keys out
   */
  static void requireMasks(NamedTensors tensors) {
    tensors
        .leftOut()
        .forEach(
            (name, leftOut) -> {
              if (name.endsWith(".bias_mask")) {
                requireMask(leftOut.tensor());
              }
            });
  }

  private static void requireMask(StoredTensor tensor) {
    float[] mask = tensor.floats();
    for (int i = 0; i < mask.length; i++) {
      boolean ofKeys = i >= mask.length / 3 && i < mask.length - mask.length / 3;
      if (mask[i] != (ofKeys ? 0 : 1)) {
        throw UserError.input(
            "%s: entry %d of %d is %s.\nExpected ones for queries and values, and zeros for keys: the masks of the published networks."
                .formatted(tensor.name(), i, mask.length, mask[i]));
      }
    }
  }
}
