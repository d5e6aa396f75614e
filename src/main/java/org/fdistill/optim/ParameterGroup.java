package org.fdistill.optim;

/**
 * What parameters that are treated alike have in common.
 *
 * @param decay whether weight decay applies
 * @param rateScale the group's share of the learning rate; below 1 under layer decay
 */
public record ParameterGroup(boolean decay, double rateScale) {
  /** Weight decay, full learning rate. */
  public static final ParameterGroup DECAYED = new ParameterGroup(true, 1);

  /** No weight decay, full learning rate. */
  public static final ParameterGroup UNDECAYED = new ParameterGroup(false, 1);
}
