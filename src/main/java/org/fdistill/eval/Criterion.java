package org.fdistill.eval;

/**
 * What makes one set of weights better than another.
 *
 * @param value name of the validation value that ranks them
 * @param largerIsBetter its direction
 */
public record Criterion(String value, boolean largerIsBetter) {}
