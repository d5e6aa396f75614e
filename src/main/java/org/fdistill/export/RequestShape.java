package org.fdistill.export;

import java.util.Locale;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TType;

/**
 * Refuses requests of another shape than the signature states. A server and a session feed what
 * they are given: without the check, pixels of larger images would fold into the batch where a
 * network divides its input into patches or windows.
 */
final class RequestShape {
  private RequestShape() {}

  /**
   * Checks an input whenever the graph runs. The error names both shapes and, since TensorFlow adds
   * the name of the node, says what is expected in words. The op has a gradient, and XLA and the
   * converters to other formats know it.
   *
   * @param input a placeholder of the shape that it must have
   * @param words the node's name, a format
   * @param numbers of the format
   * @return the input
   */
  static <T extends TType> Operand<T> require(
      Ops tf, Operand<T> input, String words, Object... numbers) {
    String name = String.format(Locale.ROOT, words, numbers);
    return tf.withName(name).ensureShape(input, input.shape());
  }
}
