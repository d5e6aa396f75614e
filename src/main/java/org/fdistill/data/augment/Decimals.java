package org.fdistill.data.augment;

/** Config values as they were written. */
final class Decimals {
  private Decimals() {}

  /** The double nearest to a float's shortest decimal form: 0.8 for 0.8f, not 0.800000012. */
  static double of(float value) {
    return Double.parseDouble(Float.toString(value));
  }
}
