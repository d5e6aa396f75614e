package org.fdistill.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.fdistill.weights.pickle.CopyLimit;
import org.fdistill.weights.pickle.MalformedPickleException;
import org.fdistill.weights.pickle.NumpyArray;
import org.fdistill.weights.pickle.PickledObject;
import org.fdistill.weights.pickle.RefusedPickleException;
import org.fdistill.weights.pickle.Tuple;

/**
 * Lays the nested containers of a pickle out flat: each tensor and each plain value by its path.
 */
final class TorchContents {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_LISTED = 16;

  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> attributes = new LinkedHashMap<>();
  private final boolean scripted;
  private final CopyLimit limit;

  /**
   * Walks through a pickle's value.
   *
   * @param limit counts what is met, as containers may be shared
   * @param scripted whether objects are modules, their attributes joined by dots
   */
  TorchContents(Object root, CopyLimit limit, boolean scripted) {
    this.limit = limit;
    this.scripted = scripted;
    visit("", root, 0);
  }

  Map<String, StoredTensor> tensors() {
    return tensors;
  }

  Map<String, String> attributes() {
    return attributes;
  }

  private void visit(String path, Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new RefusedPickleException(
          "its containers are nested deeper than %d, below %.80s".formatted(MAX_DEPTH, path));
    }
    if (value instanceof TorchTensor tensor) {
      add(path, tensor.storage().tensor(path, tensor));
    } else if (value instanceof NumpyArray array) {
      visitArray(path, array);
    } else if (value instanceof Map<?, ?> dict) {
      visitAll(path, "/", dict, depth);
    } else if (value instanceof PickledObject object) {
      visitAll(path, scripted ? "." : "/", object.fields(), depth);
    } else if (value instanceof Tuple tuple) {
      visitItems(path, tuple.items(), depth);
    } else if (value instanceof List<?> list) {
      visitItems(path, list, depth);
    } else {
      note(path, text(value));
    }
  }

  private void visitAll(String path, String joint, Map<?, ?> fields, int depth) {
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      visit(join(path, joint, text(field.getKey())), field.getValue(), depth + 1);
    }
  }

  private void visitItems(String path, List<?> items, int depth) {
    limit.spend(items.size());
    if (items.stream().noneMatch(TorchContents::hasParts)) {
      String shown =
          items.stream()
              .limit(MAX_LISTED)
              .map(item -> "%.80s".formatted(text(item)))
              .collect(Collectors.joining(", "));
      String more = items.size() > MAX_LISTED ? ", ... (%d in all)".formatted(items.size()) : "";
      note(path, "[" + shown + more + "]");
      return;
    }
    for (int i = 0; i < items.size(); i++) {
      visit(join(path, "/", Integer.toString(i)), items.get(i), depth + 1);
    }
  }

  private static boolean hasParts(Object value) {
    return value instanceof TorchTensor
        || value instanceof NumpyArray
        || value instanceof Map
        || value instanceof PickledObject
        || value instanceof Tuple
        || value instanceof List;
  }

  private String join(String path, String joint, String name) {
    limit.spend(1 + (path.length() + name.length()) / 64);
    return path.isEmpty() ? name : path + joint + name;
  }

  private static String text(Object value) {
    if (value == null) {
      return "None";
    } else if (value instanceof byte[] bytes) {
      return bytes.length + " bytes";
    } else if (value instanceof Tuple || value instanceof List || value instanceof Map) {
      return "(...)";
    }
    return String.valueOf(value);
  }

  private void visitArray(String path, NumpyArray array) {
    NpyType type = NpyType.of(array.type().description());
    long[] shape = array.shape();
    if (type == null) {
      note(path, "not read: %s %s".formatted(array.type(), Arrays.toString(shape)));
      return;
    }
    OptionalLong elements = StridedLayout.elements(shape);
    ByteBuffer bytes = ByteBuffer.wrap(array.bytes()).asReadOnlyBuffer();
    if (elements.isEmpty()
        || elements.getAsLong() > Integer.MAX_VALUE
        || elements.getAsLong() * type.elementType().bytes() != bytes.limit()) {
      throw new MalformedPickleException(
          "the NumPy array %s of shape %s has %d bytes"
              .formatted(path, Arrays.toString(shape), bytes.limit()));
    }
    if (shape.length == 0) {
      note(path, number(bytes.order(type.order()), type.elementType()));
      return;
    }
    add(path, new RegionTensor(path, type.layout(shape, array.isColumnMajor()), held(bytes), 0));
  }

  private static String number(ByteBuffer bytes, ElementType format) {
    if (format == ElementType.INT64) {
      return Long.toString(bytes.getLong());
    } else if (format == ElementType.FLOAT64) {
      return Double.toString(bytes.getDouble());
    }
    float[] number = new float[1];
    new FloatReader(format).read(bytes, number, 0, 1);
    return format.isFloating() ? Float.toString(number[0]) : Integer.toString((int) number[0]);
  }

  /** Bytes that were read together with the pickle. */
  private static Region held(ByteBuffer bytes) {
    return new Region() {
      @Override
      public long length() {
        return bytes.limit();
      }

      @Override
      public ByteBuffer window(long from, int count) {
        return bytes.slice((int) from, count).order(ByteOrder.LITTLE_ENDIAN);
      }
    };
  }

  private void add(String path, StoredTensor tensor) {
    if (tensors.put(path, tensor) != null) {
      throw new RefusedPickleException("two of its tensors have the path " + path);
    }
  }

  private void note(String path, String value) {
    attributes.put(path, value);
  }
}
