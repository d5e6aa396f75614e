package org.fdistill.graph;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A float32 resource variable.
 *
 * @param name the same in checkpoint, export and rules, such as {@code student/norm/scale}
 * @param shape static
 * @param trainable whether the optimiser moves it
 * @param handle the resource
 * @param value the value at the start of a step
 * @param initialization assigns the first value
 */
public record Variable(
    String name,
    Shape shape,
    boolean trainable,
    Operand<? extends TType> handle,
    Operand<TFloat32> value,
    Op initialization) {}
