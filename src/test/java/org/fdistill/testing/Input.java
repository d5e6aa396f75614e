package org.fdistill.testing;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.stream.StreamSupport;

/** A tensor that a golden leaves out, because {@link DeterministicValues} makes it again. */
public final class Input {
  private final String name;
  private final long[] shape;
  private final float centre;
  private final float halfWidth;

  private Input(String name, long[] shape, float centre, float halfWidth) {
    this.name = name;
    this.shape = shape;
    this.centre = centre;
    this.halfWidth = halfWidth;
  }

  static Input of(String name, JsonObject json) {
    long[] shape =
        StreamSupport.stream(json.getAsJsonArray("shape").spliterator(), false)
            .mapToLong(dimension -> dimension.getAsLong())
            .toArray();
    return new Input(
        name, shape, json.get("centre").getAsFloat(), json.get("half_width").getAsFloat());
  }

  /** The dimensions. */
  public long[] shape() {
    return shape.clone();
  }

  /** All values in row-major order. */
  public float[] values() {
    int size = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    return DeterministicValues.uniform(name, size, centre, halfWidth);
  }
}
