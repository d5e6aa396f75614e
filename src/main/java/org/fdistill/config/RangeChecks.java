package org.fdistill.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.math.BigDecimal;
import java.util.List;
import org.fdistill.proto.Range;
import org.fdistill.proto.RangeProto;

/**
 * Checks each value by itself: numbers by the ranges that the schema states, texts by their
 * characters. Whatever looks at several values comes afterwards and relies on this.
 */
final class RangeChecks {
  private final Problems problems;

  private RangeChecks(Problems problems) {
    this.problems = problems;
  }

  /**
   * Checks all values that are set, in a message and those in it.
   *
   * @param path where the message stands; empty for a whole config
   */
  static void check(Message message, String path, Problems problems) {
    new RangeChecks(problems).message(message, path);
  }

  private void message(Message message, String path) {
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              String here = Fields.join(path, field.getName());
              if (field.isRepeated()) {
                List<?> elements = (List<?>) value;
                for (int i = 0; i < elements.size(); i++) {
                  boolean only = elements.size() == 1 && elements.get(i) instanceof Message;
                  value(field, elements.get(i), only ? here : here + "[" + i + "]");
                }
              } else {
                value(field, value, here);
              }
            });
  }

  private void value(FieldDescriptor field, Object value, String path) {
    if (value instanceof Message message) {
      message(message, path);
    } else if (value instanceof String text) {
      int odd = text.chars().filter(c -> c < ' ' && c != '\n' && c != '\t').findFirst().orElse(-1);
      problems.unless(
          odd < 0, path, String.format("must be text, found the control character U+%04X", odd));
    } else if (isNumber(field)) {
      double number = number(field, (Number) value);
      Range range = field.getOptions().getExtension(RangeProto.range);
      problems.unless(
          contains(range, number), path, "must be " + words(range) + ", found " + text(value));
    }
  }

  /** Whether a field's type is one of numbers. */
  static boolean isNumber(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT, LONG, FLOAT, DOUBLE -> true;
      case BOOLEAN, STRING, BYTE_STRING, ENUM, MESSAGE -> false;
    };
  }

  /** Java has no unsigned numbers; half of them would be negative. */
  private static double number(FieldDescriptor field, Number value) {
    boolean unsigned = field.getType() == FieldDescriptor.Type.UINT64;
    return unsigned
        ? Double.parseDouble(Long.toUnsignedString(value.longValue()))
        : value.doubleValue();
  }

  /** Whether a range has a number; none has NaN or an infinity. */
  static boolean contains(Range range, double value) {
    return Double.isFinite(value)
        && (!range.hasMin() || value >= range.getMin())
        && (!range.hasAbove() || value > range.getAbove())
        && (!range.hasMax() || value <= range.getMax())
        && (!range.hasBelow() || value < range.getBelow());
  }

  private static String words(Range range) {
    if (range.hasMin() && range.hasMax()) {
      return "from " + plain(range.getMin()) + " to " + plain(range.getMax());
    }
    String low =
        range.hasMin() ? plain(range.getMin()) + " or above" : "above " + plain(range.getAbove());
    if (range.hasMax()) {
      return low + " and at most " + plain(range.getMax());
    }
    return range.hasBelow() ? low + " and below " + plain(range.getBelow()) : low;
  }

  private static String plain(double bound) {
    return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
  }

  private static String text(Object value) {
    return value instanceof Float || value instanceof Double
        ? Problems.plain(((Number) value).doubleValue())
        : value.toString();
  }
}
