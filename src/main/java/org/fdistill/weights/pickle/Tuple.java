package org.fdistill.weights.pickle;

import java.util.Collections;
import java.util.List;

/**
 * A tuple of Python's. Two are equal only where they are the same, so that no comparison walks
 * through a pickle's depths.
 */
public final class Tuple {
  private static final Tuple EMPTY = new Tuple(List.of());

  private final List<Object> items;

  private Tuple(List<Object> items) {
    this.items = items;
  }

  static Tuple of(List<Object> items) {
    return items.isEmpty() ? EMPTY : new Tuple(Collections.unmodifiableList(items));
  }

  /** How many items it has. */
  public int size() {
    return items.size();
  }

  /** Its items. */
  public List<Object> items() {
    return items;
  }

  /** An item; null stands for None. */
  public Object get(int index) {
    if (index >= items.size()) {
      throw new MalformedPickleException(
          "a tuple of %d items has no item %d".formatted(items.size(), index));
    }
    return items.get(index);
  }

  /** An item that must be of a type. */
  public <T> T get(int index, Class<T> type) {
    Object item = get(index);
    if (!type.isInstance(item)) {
      throw new MalformedPickleException(
          "item %d of a tuple is %s where %s belongs"
              .formatted(index, Python.typeName(item), Python.typeName(type)));
    }
    return type.cast(item);
  }

  /** An item that must be a whole number. */
  public long getLong(int index) {
    return get(index, Long.class);
  }
}
