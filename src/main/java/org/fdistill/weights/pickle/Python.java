package org.fdistill.weights.pickle;

import java.util.List;
import java.util.Map;

/** Python's names of what a pickle holds. */
final class Python {
  private Python() {}

  static String typeName(Object value) {
    if (value == null) {
      return "None";
    }
    return value instanceof PickledObject object ? object.type() : typeName(value.getClass());
  }

  static String typeName(Class<?> type) {
    if (type == String.class) {
      return "str";
    } else if (type == Long.class) {
      return "int";
    } else if (type == Boolean.class) {
      return "bool";
    } else if (type == Double.class) {
      return "float";
    } else if (type == byte[].class) {
      return "bytes";
    } else if (type == Tuple.class) {
      return "a tuple";
    } else if (List.class.isAssignableFrom(type)) {
      return "a list";
    }
    return Map.class.isAssignableFrom(type) ? "a dict" : type.getSimpleName();
  }
}
