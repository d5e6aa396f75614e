package org.fdistill.checkpoint;

import java.util.function.UnaryOperator;
import org.tensorflow.ndarray.Shape;

/**
 * Where a parameter's first value comes from.
 *
 * @param parameter its name
 * @param shape its shape
 * @param how the value is had
 * @param source name of the tensor that it comes from; empty where it is kept
 * @param note what was changed, or why it is kept; may be empty
 * @param change from the source's values to the parameter's
 */
record ParameterOrigin(
    String parameter,
    Shape shape,
    How how,
    String source,
    String note,
    UnaryOperator<float[]> change) {
  /** The ways to a value. */
  enum How {
    /** The tensor of the same name, as it is. */
    LOADED,
    /** The tensor of the same name, for other positions. */
    RESAMPLED,
    /** A tensor of another name. */
    COPIED,
    /** The value that the seed gives. */
    KEPT
  }

  static ParameterOrigin loaded(String parameter, Shape shape) {
    return new ParameterOrigin(
        parameter, shape, How.LOADED, parameter, "", UnaryOperator.identity());
  }

  static ParameterOrigin kept(String parameter, Shape shape, String why) {
    return new ParameterOrigin(parameter, shape, How.KEPT, "", why, UnaryOperator.identity());
  }
}
