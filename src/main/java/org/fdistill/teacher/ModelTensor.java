package org.fdistill.teacher;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * An input or output of a model, as the model declares it.
 *
 * @param label its name for people: the signature's, or the graph's
 * @param tensor its name in the graph, {@code node:index}
 * @param type of its elements; DT_INVALID where it is not declared
 * @param shape of unknown rank where it is not declared
 */
public record ModelTensor(String label, String tensor, DataType type, Shape shape) {
  /** From a signature's entry. */
  public static ModelTensor of(String label, TensorInfo info) {
    return new ModelTensor(label, info.getName(), info.getDtype(), shape(info.getTensorShape()));
  }

  static Shape shape(TensorShapeProto proto) {
    if (proto.getUnknownRank()) {
      return Shape.unknown();
    }
    return Shape.of(proto.getDimList().stream().mapToLong(dim -> dim.getSize()).toArray());
  }

  /** A shape for people: {@code [?, 197, 768]}. */
  public static String text(Shape shape) {
    if (shape.isUnknown()) {
      return "of unknown rank";
    }
    return LongStream.of(shape.asArray())
        .mapToObj(size -> size < 0 ? "?" : Long.toString(size))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /** A type for people: {@code float}. */
  public static String text(DataType type) {
    return type.name().substring("DT_".length()).toLowerCase(Locale.ROOT);
  }

  /** Names with types and shapes, sorted. */
  public static String listing(Map<String, TensorInfo> tensors) {
    return tensors.isEmpty()
        ? "none"
        : new TreeMap<>(tensors)
            .entrySet().stream()
                .map(entry -> of(entry.getKey(), entry.getValue()).toText())
                .collect(Collectors.joining(", "));
  }

  private String toText() {
    return label + " " + text(type) + " " + text(shape);
  }
}
