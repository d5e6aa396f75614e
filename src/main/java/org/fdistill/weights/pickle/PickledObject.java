package org.fdistill.weights.pickle;

import java.util.LinkedHashMap;
import java.util.Map;

/** An object of a plain data class: its class name and its fields, or its items. */
public final class PickledObject implements Stateful {
  private final String type;
  private Map<Object, Object> fields = new LinkedHashMap<>();

  /** An object without fields. */
  public PickledObject(String type) {
    this.type = type;
  }

  /** The full name of its class. */
  public String type() {
    return type;
  }

  /** Its fields in their order; of a subclass of dict, its items. */
  public Map<Object, Object> fields() {
    return fields;
  }

  /** Takes the fields. Those of a filled dict subclass are its own book-keeping. */
  @Override
  public void setState(Object state) {
    if (!fields.isEmpty()) {
      return;
    }
    Object dict = state instanceof Tuple pair && pair.size() == 2 ? pair.get(0) : state;
    if (dict != null) {
      fields = Unpickler.dict(dict);
    }
  }
}
