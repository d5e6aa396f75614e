package org.fdistill.weights.pickle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The stack of values on which a pickle's instructions work, and the marks in it. */
final class PickleStack {
  private final PickleInput in;
  private final List<List<Object>> marks = new ArrayList<>();
  private List<Object> values = new ArrayList<>();

  /**
   * An empty stack.
   *
   * @param in says where an instruction stood that does not fit
   */
  PickleStack(PickleInput in) {
    this.in = in;
  }

  void push(Object value) {
    values.add(value);
  }

  Object peek() {
    if (values.isEmpty()) {
      throw new MalformedPickleException(
          "it uses a value at byte %d that is not there".formatted(in.position() - 1));
    }
    return values.get(values.size() - 1);
  }

  Object pop() {
    Object value = peek();
    values.remove(values.size() - 1);
    return value;
  }

  /** Takes the last values, in the order in which they were pushed. */
  List<Object> popLast(int count) {
    List<Object> last = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      last.add(pop());
    }
    Collections.reverse(last);
    return last;
  }

  /** Starts a group. */
  void mark() {
    marks.add(values);
    values = new ArrayList<>(4);
  }

  /** Takes the values of the group that was started last. */
  List<Object> popMark() {
    if (marks.isEmpty()) {
      throw new MalformedPickleException(
          "a group that ends at byte %d has no start".formatted(in.position() - 1));
    }
    List<Object> group = values;
    values = marks.remove(marks.size() - 1);
    return group;
  }
}
