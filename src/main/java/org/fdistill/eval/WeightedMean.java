package org.fdistill.eval;

/** A running mean of values that stand for different numbers of examples. */
public final class WeightedMean {
  private double sum;
  private double weight;

  /**
   * Takes in a value.
   *
   * @param value such as a batch's mean loss
   * @param weight such as the batch's size; not negative
   */
  public void add(double value, double weight) {
    if (!(weight >= 0)) {
      throw new IllegalArgumentException("weight " + weight);
    }
    sum += value * weight;
    this.weight += weight;
  }

  /** The mean so far; NaN before the first value. */
  public double value() {
    return sum / weight;
  }

  /** The sum of the weights. */
  public double weight() {
    return weight;
  }
}
