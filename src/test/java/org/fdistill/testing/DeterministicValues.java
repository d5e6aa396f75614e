package org.fdistill.testing;

import java.nio.charset.StandardCharsets;

/**
 * Values that Java and Python ({@code deterministic.py}) compute alike, to the bit: element i of
 * the tensor called NAME is a hash of both.
 */
public final class DeterministicValues {
  private static final float TO_UNIT = 1f / (1 << 23);

  private DeterministicValues() {}

  /**
   * Fills a tensor uniformly in [centre - halfWidth, centre + halfWidth).
   *
   * @param name the tensor's name
   * @param size number of elements
   */
  public static float[] uniform(String name, int size, float centre, float halfWidth) {
    int seed = nameHash(name);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      // 24 bits are exact in a float; only the scaling and the shift round, as in numpy.
      float unit = ((hash(seed, i) >>> 8) - (1 << 23)) * TO_UNIT;
      values[i] = unit * halfWidth + centre;
    }
    return values;
  }

  /**
   * Draws integers in [0, bound), such as the sampled positions of a large tensor.
   *
   * @param name what the draw is for
   */
  public static int[] integers(String name, int count, int bound) {
    int seed = nameHash(name);
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = (int) ((Integer.toUnsignedLong(hash(seed, i)) * bound) >>> 32);
    }
    return values;
  }

  private static int hash(int seed, int index) {
    return mix(mix(index) + seed);
  }

  private static int mix(int value) {
    int x = value;
    x ^= x >>> 16;
    x *= 0x7FEB352D;
    x ^= x >>> 15;
    x *= 0x846CA68B;
    return x ^ (x >>> 16);
  }

  /** FNV-1a over the UTF-8 bytes. */
  private static int nameHash(String name) {
    int hash = 0x811C9DC5;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x01000193;
    }
    return hash;
  }
}
