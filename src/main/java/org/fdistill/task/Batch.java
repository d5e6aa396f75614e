package org.fdistill.task;

import org.tensorflow.Operand;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * One batch in the graph.
 *
 * @param images [B, S, S, 3], 0 to 255; B is static in training and may be unknown in validation
 * @param labels [B]; -1 where an example has none
 */
public record Batch(Operand<TUint8> images, Operand<TInt64> labels) {}
