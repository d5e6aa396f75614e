package org.fdistill.testing;

import java.lang.reflect.Field;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bytedeco.javacpp.Pointer;
import org.tensorflow.Graph;

/**
 * What is open of TensorFlow in this process: graphs, from TensorFlow Java's own list, and
 * sessions, tensors and functions, from JavaCPP's list of pointers that wait to be freed. Both
 * lists lose an entry when it is closed; the second also when the garbage collector frees what
 * nobody closed, so that a leak can escape notice but nothing closed is ever taken for one.
 */
final class OpenResources {
  private static final Field GRAPHS = field(Graph.class, "ALL_GRAPHS");
  private static final Class<?> REFERENCE = type(Pointer.class.getName() + "$DeallocatorReference");
  private static final Field HEAD = field(REFERENCE, "head");
  private static final Field NEXT = field(REFERENCE, "next");
  private static final Field DEALLOCATOR = field(REFERENCE, "deallocator");

  private final Map<Object, String> kinds = new IdentityHashMap<>();

  private OpenResources() {}

  /** All that is open now. */
  static OpenResources now() {
    OpenResources open = new OpenResources();
    Map<?, ?> graphs = (Map<?, ?>) get(GRAPHS, null);
    synchronized (graphs) {
      graphs.values().forEach(graph -> open.kinds.put(graph, "Graph"));
    }
    // JavaCPP adds and removes under the same lock.
    synchronized (REFERENCE) {
      for (Object at = get(HEAD, null); at != null; at = get(NEXT, at)) {
        open.addPointer(at, get(DEALLOCATOR, at));
      }
    }
    return open;
  }

  /** Only TensorFlow's: JavaCPP's own are buffers that the library keeps for calls. */
  private void addPointer(Object reference, Object deallocator) {
    String type = deallocator == null ? "" : deallocator.getClass().getName();
    if (type.startsWith("org.tensorflow.")) {
      kinds.put(reference, type.replaceAll(".*Abstract|\\$.*", ""));
    }
  }

  /** How many of each kind are open here and not there. */
  Map<String, Integer> without(OpenResources earlier) {
    Set<Object> added = Collections.newSetFromMap(new IdentityHashMap<>());
    added.addAll(kinds.keySet());
    earlier.kinds.keySet().forEach(added::remove);
    Map<String, Integer> counts = new TreeMap<>();
    added.forEach(resource -> counts.merge(kinds.get(resource), 1, Integer::sum));
    return counts;
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new LinkageError(name, e);
    }
  }

  private static Field field(Class<?> owner, String name) {
    try {
      Field field = owner.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new LinkageError(owner + " has no field " + name, e);
    }
  }

  private static Object get(Field field, Object owner) {
    try {
      return field.get(owner);
    } catch (IllegalAccessException e) {
      throw new LinkageError(field.toString(), e);
    }
  }
}
