package org.fdistill.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.proto.RunConfig;

/** The fields of a resolved config one by one, for a reader. */
public final class ConfigFields {
  private final RunConfig config;
  private final List<Entry> entries = new ArrayList<>();

  private ConfigFields(RunConfig config) {
    this.config = config;
  }

  /**
   * A field that is set.
   *
   * @param path such as {@code schedule.length.epochs}
   * @param value as text protobuf has it
   * @param isDefault whether it would have this value if it were left out
   */
  public record Entry(String path, String value, boolean isDefault) {}

  /** All fields that are set, in the order of the schema; a message without fields is one too. */
  public static List<Entry> of(RunConfig resolved) {
    ConfigFields fields = new ConfigFields(resolved);
    fields.add(resolved, List.of());
    return List.copyOf(fields.entries);
  }

  private void add(Message message, List<FieldDescriptor> path) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (!isSet(message, field)) {
        continue;
      }
      List<FieldDescriptor> here = new ArrayList<>(path);
      here.add(field);
      if (isNested(field) && !((Message) message.getField(field)).getAllFields().isEmpty()) {
        add((Message) message.getField(field), here);
      } else {
        entries.add(new Entry(name(here), ConfigDiff.show(message, field), isDefault(here)));
      }
    }
  }

  private static boolean isNested(FieldDescriptor field) {
    return field.getJavaType() == JavaType.MESSAGE && !field.isRepeated();
  }

  private static boolean isSet(Message message, FieldDescriptor field) {
    return field.isRepeated() ? message.getRepeatedFieldCount(field) > 0 : message.hasField(field);
  }

  private static String name(List<FieldDescriptor> path) {
    return String.join(".", path.stream().map(FieldDescriptor::getName).toList());
  }

  private boolean isDefault(List<FieldDescriptor> path) {
    RunConfig otherwise = Effective.of((RunConfig) without(config, path));
    Message ours = config;
    Message theirs = otherwise;
    for (FieldDescriptor field : path.subList(0, path.size() - 1)) {
      ours = (Message) ours.getField(field);
      theirs = (Message) theirs.getField(field);
    }
    FieldDescriptor last = path.get(path.size() - 1);
    return isSet(theirs, last) && theirs.getField(last).equals(ours.getField(last));
  }

  private static Message without(Message message, List<FieldDescriptor> path) {
    FieldDescriptor field = path.get(0);
    Message.Builder changed = message.toBuilder();
    return path.size() == 1
        ? changed.clearField(field).build()
        : changed
            .setField(
                field, without((Message) message.getField(field), path.subList(1, path.size())))
            .build();
  }
}
