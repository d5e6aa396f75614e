package org.fdistill.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.fdistill.proto.RunConfig;

/** What the schema says about fields, in words for messages. */
final class Fields {
  private Fields() {}

  /** The names of a message's fields, in the order of the schema. */
  static List<String> names(Descriptor message) {
    return message.getFields().stream().map(FieldDescriptor::getName).toList();
  }

  /** The names of an enum field's values. */
  static List<String> choices(FieldDescriptor field) {
    return field.getEnumType().getValues().stream().map(EnumValueDescriptor::getName).toList();
  }

  /** What a value of the field looks like, such as "a whole number". */
  static String expected(FieldDescriptor field) {
    return switch (field.getType()) {
      case INT32, SINT32, SFIXED32 -> "a whole number of 32 bits, such as 128";
      case INT64, SINT64, SFIXED64 -> "a whole number, such as 128";
      case UINT32, UINT64, FIXED32, FIXED64 -> "a whole number from 0";
      case FLOAT, DOUBLE -> "a number, such as 0.05 or 3e-4";
      case BOOL -> "true or false";
      case STRING, BYTES -> "text in quotes";
      case ENUM -> "one of " + String.join(", ", choices(field));
      case MESSAGE, GROUP ->
          "a block in braces with " + String.join(", ", names(field.getMessageType()));
    };
  }

  /**
   * The message for a field that does not exist, with the nearest name and all that there are.
   *
   * @param message the type that was looked into
   * @param path where it stands in the config; empty for the whole
   * @param name what was asked for
   */
  static String unknown(Descriptor message, String path, String name) {
    String where = path.isEmpty() ? whole(message) : path;
    String hint =
        below(message, path, name)
            .map(near -> " Did you mean '" + near + "'?")
            .orElseGet(() -> NearestName.hint(name, names(message)));
    return String.format(
        "%s has no field '%s'.%s%n  Its fields: %s",
        where, Shortened.of(name), hint, String.join(", ", names(message)));
  }

  /** What a message is called that stands for itself. */
  static String whole(Descriptor message) {
    return message == RunConfig.getDescriptor() ? "a run config" : message.getName();
  }

  /** The shortest path to a field of exactly this name further down, if there is one. */
  private static Optional<String> below(Descriptor message, String path, String name) {
    Deque<Map.Entry<String, Descriptor>> queue = new ArrayDeque<>();
    queue.add(Map.entry(path, message));
    while (!queue.isEmpty()) {
      Map.Entry<String, Descriptor> next = queue.remove();
      for (FieldDescriptor field : next.getValue().getFields()) {
        String below = join(next.getKey(), field.getName());
        if (field.getName().equals(name)) {
          return Optional.of(below);
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          queue.add(Map.entry(below, field.getMessageType()));
        }
      }
    }
    return Optional.empty();
  }

  /** {@code path.name}, or {@code name} alone at the top. */
  static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /**
   * Where an element of a list of messages stands: {@code path[2]}; the only one needs no index.
   */
  static String element(String path, int index, int count) {
    return count == 1 ? path : path + "[" + index + "]";
  }

  /** The members of the oneof that a field belongs to. */
  static String members(FieldDescriptor field) {
    return field.getContainingOneof().getFields().stream()
        .map(FieldDescriptor::getName)
        .collect(Collectors.joining(", "));
  }

  /** Follows a dotted path without indices; empty where it leads nowhere. */
  static Optional<FieldDescriptor> find(Descriptor root, List<String> path) {
    Descriptor message = root;
    FieldDescriptor field = null;
    for (String name : path) {
      field = message == null ? null : message.findFieldByName(name);
      if (field == null) {
        return Optional.empty();
      }
      message =
          field.getJavaType() == FieldDescriptor.JavaType.MESSAGE ? field.getMessageType() : null;
    }
    return Optional.ofNullable(field);
  }
}
