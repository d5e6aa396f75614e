package org.fdistill.weights;

/** A tensor in an archive; its values are read when asked for. */
public interface StoredTensor {
  /** Its name in the archive. */
  String name();

  /** The sizes of its dimensions; empty for a scalar. Do not change it. */
  long[] shape();

  /** How its numbers are stored. */
  ElementType elementType();

  /** How many numbers it has. */
  default long elements() {
    long elements = 1;
    for (long size : shape()) {
      elements *= size;
    }
    return elements;
  }

  /**
   * Reads its values, row-major, whatever strides it is stored with.
   *
   * @return each number as float32, rounded where it is stored with more digits
   * @throws org.fdistill.config.UserError of kind input, where the file has changed or ends early,
   *     or the tensor has more than 2^31 - 1 numbers
   */
  float[] floats();

  /**
   * One of the tensors that are stacked along the first axis; it reads no more than itself.
   *
   * @param index from 0, below the first size
   */
  StoredTensor part(int index);

  /**
   * Some of its rows along the first axis; it reads no more than those.
   *
   * @param first from 0; first + count is at most the first size
   */
  StoredTensor rows(int first, int count);
}
