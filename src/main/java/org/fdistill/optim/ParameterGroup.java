package org.fdistill.optim;

/**
 * What parameters that are treated alike have in common.
 *
 * @param decay whether weight decay applies
 * @param rateScale the group's share of the peak learning rate; below 1 under layer decay, 0 where
 *     the parameters are not trained
 */
public record ParameterGroup(boolean decay, double rateScale) {
  /** Weight decay, full learning rate. */
  public static final ParameterGroup DECAYED = new ParameterGroup(true, 1);

  /** No weight decay, full learning rate. */
  public static final ParameterGroup UNDECAYED = new ParameterGroup(false, 1);

  /** Not trained: there is no gradient of it. */
  public static final ParameterGroup FROZEN = new ParameterGroup(false, 0);

  /** Whether the optimiser moves the parameters. */
  public boolean isTrained() {
    return rateScale > 0;
  }

  /** The same with a share of its learning rate. */
  ParameterGroup scaled(double share) {
    return new ParameterGroup(decay, rateScale * share);
  }
}
