package org.fdistill.convert;

import java.util.Arrays;
import org.fdistill.weights.ElementType;
import org.fdistill.weights.StoredTensor;

/**
 * One of equal sections of a vector, such as the biases of queries, keys and values in one.
 *
 * @param whole the vector
 * @param index which section, from 0
 * @param count of sections; divides the vector's length
 */
record Section(StoredTensor whole, int index, int count) implements StoredTensor {
  @Override
  public String name() {
    return "%s (%d of %d)".formatted(whole.name(), index + 1, count);
  }

  @Override
  public long[] shape() {
    return new long[] {whole.elements() / count};
  }

  @Override
  public ElementType elementType() {
    return whole.elementType();
  }

  @Override
  public float[] floats() {
    int length = (int) elements();
    return Arrays.copyOfRange(whole.floats(), index * length, (index + 1) * length);
  }

  @Override
  public StoredTensor part(int part) {
    return whole.part(index * (int) elements() + part);
  }
}
