package org.fdistill.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The fields in which two configs differ. */
public final class ConfigDiff {
  /**
   * Fields that change neither the variables nor their values after a given step: what a run writes
   * and keeps, and how many threads work for it.
   */
  public static final Set<String> HARMLESS =
      Set.of(
          "checkpoint",
          "distill.cache.shard_megabytes",
          "export",
          "log",
          "runtime.device",
          "runtime.intra_op_threads",
          "runtime.inter_op_threads",
          "train_data.decode_threads",
          "train_data.prefetch_batches",
          "train_data.max_bad_share",
          "validation_data");

  private final Set<String> ignored;
  private final List<String> lines = new ArrayList<>();

  private ConfigDiff(Set<String> ignored) {
    this.ignored = ignored;
  }

  /**
   * Compares two configs, or two parts of configs, best both resolved.
   *
   * @param ignored paths to leave out, with everything below them
   * @return a line a field, {@code path: left -> right}; empty where nothing differs
   */
  public static <M extends Message> List<String> between(M left, M right, Set<String> ignored) {
    ConfigDiff diff = new ConfigDiff(ignored);
    diff.messages(left, right, "");
    return List.copyOf(diff.lines);
  }

  private void messages(Message left, Message right, String path) {
    for (FieldDescriptor field : left.getDescriptorForType().getFields()) {
      String here = Fields.join(path, field.getName());
      if (!ignored.contains(here)) {
        field(left, right, field, here);
      }
    }
  }

  private void field(Message left, Message right, FieldDescriptor field, String path) {
    List<Message> before = nested(left, field);
    List<Message> after = nested(right, field);
    if (!before.isEmpty() && before.size() == after.size()) {
      for (int i = 0; i < before.size(); i++) {
        messages(before.get(i), after.get(i), Fields.element(path, i, before.size()));
      }
      return;
    }
    values(left, right, field, path);
  }

  /** The messages in a field: those of a list, or the one where it is set. */
  private static List<Message> nested(Message message, FieldDescriptor field) {
    if (field.getJavaType() != JavaType.MESSAGE) {
      return List.of();
    }
    List<Message> found = new ArrayList<>();
    if (field.isRepeated()) {
      ((List<?>) message.getField(field)).forEach(element -> found.add((Message) element));
    } else if (message.hasField(field)) {
      found.add((Message) message.getField(field));
    }
    return found;
  }

  private void values(Message left, Message right, FieldDescriptor field, String path) {
    String before = show(left, field);
    String after = show(right, field);
    if (!before.equals(after)) {
      lines.add(path + ": " + before + " -> " + after);
    }
  }

  /** The value of a field, that of its default where it is not set. */
  static String show(Message message, FieldDescriptor field) {
    boolean set =
        field.isRepeated() ? message.getRepeatedFieldCount(field) > 0 : message.hasField(field);
    if (!set) {
      return field.hasDefaultValue() ? text(field, field.getDefaultValue()) : "(not set)";
    }
    if (!field.isRepeated()) {
      return text(field, message.getField(field));
    }
    List<String> elements = new ArrayList<>();
    for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
      elements.add(text(field, message.getRepeatedField(field, i)));
    }
    return "[" + String.join(", ", elements) + "]";
  }

  private static String text(FieldDescriptor field, Object value) {
    if (value instanceof Message message) {
      String fields =
          TextProtos.toText(message).lines().map(String::strip).collect(Collectors.joining(" "));
      return fields.isEmpty() ? "{}" : "{ " + fields + " }";
    }
    boolean quoted = field.getJavaType() == JavaType.STRING;
    return quoted ? "\"" + value + "\"" : String.valueOf(value);
  }
}
