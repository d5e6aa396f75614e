package org.fdistill.optim;

import org.fdistill.graph.Variable;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * The gradient of one parameter.
 *
 * @param variable the parameter
 * @param value of the parameter's shape
 */
public record Gradient(Variable variable, Operand<TFloat32> value) {}
