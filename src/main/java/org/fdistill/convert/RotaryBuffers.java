package org.fdistill.convert;

import java.util.Map;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.weights.StoredTensor;

/**
 * What buffers of networks with rotary positions tell: how wide a head is, and whether periods and
 * the mask of biases are those of the published networks.
 */
final class RotaryBuffers {
  /** DINOv3's periods of half a head's rows, or columns: D/4. */
  static final String PERIODS = "rope_embed.periods";

  /** The cosines [G², D] of EVA-02's own code. */
  static final String COSINES = "rope.freqs_cos";

  private static final double DINOV3_BASE = 100;

  /** The published files hold periods that were rounded to bfloat16. */
  private static final double ROUNDING = Math.scalb(1.0, -8);

  private RotaryBuffers() {}

  /** D: how wide a head is; empty where no buffer tells. */
  static Optional<Integer> headWidth(NamedTensors tensors) {
    return tensors
        .findLeftOut(PERIODS)
        .map(periods -> (int) (4 * periods.elements()))
        .or(() -> tensors.findLeftOut(COSINES).map(c -> (int) c.shape()[c.shape().length - 1]));
  }

  /**
   * Looks at all that a file holds.
   *
   * @throws UserError where something would be computed differently
   */
  static void require(NamedTensors tensors) {
    tensors.findLeftOut(PERIODS).ifPresent(RotaryBuffers::requirePeriods);
    for (Map.Entry<String, NamedTensors.LeftOut> leftOut : tensors.leftOut().entrySet()) {
      if (leftOut.getKey().endsWith(".bias_mask")) {
        requireMask(leftOut.getValue().tensor());
      }
    }
  }

  private static void requirePeriods(StoredTensor tensor) {
    float[] periods = tensor.floats();
    for (int i = 0; i < periods.length; i++) {
      double expected = Math.pow(DINOV3_BASE, (double) i / periods.length);
      if (!(Math.abs(periods[i] - expected) <= ROUNDING * expected)) {
        throw UserError.input(
            "%s: period %d of %d is %s.\nExpected %.4g: fdistill's rotary positions have the base 100 of the published networks."
                .formatted(tensor.name(), i, periods.length, periods[i], expected));
      }
    }
  }

  private static void requireMask(StoredTensor tensor) {
    float[] mask = tensor.floats();
    for (int i = 0; i < mask.length; i++) {
      boolean ofKeys = i >= mask.length / 3 && i < mask.length - mask.length / 3;
      if (mask[i] != (ofKeys ? 0 : 1)) {
        throw UserError.input(
            "%s: entry %d of %d is %s.\nExpected ones for queries and values and zeros for keys."
                .formatted(tensor.name(), i, mask.length, mask[i]));
      }
    }
  }
}
