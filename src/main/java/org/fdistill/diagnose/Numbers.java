package org.fdistill.diagnose;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/** Numbers as a diagnosis writes them: nine digits, which tell every float apart. */
final class Numbers {
  private static final MathContext DIGITS = new MathContext(9);

  private Numbers() {}

  /** A number; null where it is not finite. */
  static JsonElement element(double value) {
    if (!Double.isFinite(value)) {
      return JsonNull.INSTANCE;
    }
    return new JsonPrimitive(new BigDecimal(value).round(DIGITS).doubleValue());
  }

  static JsonArray array(double... values) {
    JsonArray array = new JsonArray(values.length);
    for (double value : values) {
      array.add(element(value));
    }
    return array;
  }

  /** Rows of equal length. */
  static JsonArray rows(double[] values, int length) {
    JsonArray rows = new JsonArray();
    for (int from = 0; from < values.length; from += length) {
      rows.add(array(Arrays.copyOfRange(values, from, from + length)));
    }
    return rows;
  }

  static double[] scaled(double[] values, double factor) {
    return Arrays.stream(values).map(value -> value * factor).toArray();
  }

  /** Of all values, not of a sample. */
  static double deviation(double[] values) {
    double mean = Arrays.stream(values).average().orElse(0);
    return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElse(0));
  }

  static double range(double[] values) {
    return Arrays.stream(values).max().orElse(0) - Arrays.stream(values).min().orElse(0);
  }
}
