package org.fdistill.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Applies {@code --set path.to.field=value} to a config.
 *
 * <p>The value is what the text format writes, quotes being optional. A repeated field takes values
 * separated by commas; the first override of a repeated field replaces what the file has, later
 * ones append; {@code field[2]=value} replaces one element. A message takes its text in braces and
 * is replaced as a whole. Of a list of messages {@code field[2].name=value} goes into one element;
 * {@code field.name=value} into the only one. Nothing after the equals sign unsets the field.
 */
final class Overrides {
  private static final Pattern SEGMENT = Pattern.compile("(\\w+)(?:\\[(\\d+)])?");

  private final Message.Builder root;
  private final Set<String> paths = new LinkedHashSet<>();
  private String override = "";

  private Overrides(Message.Builder root) {
    this.root = root;
  }

  /**
   * Changes a message.
   *
   * @param overrides each {@code path=value}, in the order of the command line
   * @return the paths that were set
   */
  static Set<String> apply(Message.Builder root, List<String> overrides) {
    Overrides all = new Overrides(root);
    overrides.forEach(all::apply);
    return all.paths;
  }

  private void apply(String text) {
    override = text;
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw mistake("expected path.to.field=value, such as schedule.length.epochs=100");
    }
    String path = text.substring(0, equals).strip();
    String value = text.substring(equals + 1).strip();
    List<String> segments = List.of(path.split("\\.", -1));
    Message.Builder parent = root;
    String walked = "";
    for (String segment : segments.subList(0, segments.size() - 1)) {
      Target target = target(parent, walked, segment);
      parent = descend(target);
      walked = target.path();
    }
    assign(target(parent, walked, segments.get(segments.size() - 1)), value);
  }

  /** A field of a builder; index is -1 without brackets. */
  private record Target(Message.Builder parent, FieldDescriptor field, int index, String path) {
    int count() {
      return parent.getRepeatedFieldCount(field);
    }
  }

  private Target target(Message.Builder parent, String walked, String segment) {
    Matcher matcher = SEGMENT.matcher(segment);
    if (!matcher.matches()) {
      throw mistake(
          "'" + Shortened.of(segment) + "' is not a field's name; expected path.to.field=value");
    }
    String name = matcher.group(1);
    FieldDescriptor field = parent.getDescriptorForType().findFieldByName(name);
    if (field == null) {
      throw mistake(Fields.unknown(parent.getDescriptorForType(), walked, name));
    }
    int index = matcher.group(2) == null ? -1 : index(matcher.group(2));
    Target target = new Target(parent, field, index, Fields.join(walked, name));
    checkIndex(target);
    return target;
  }

  private int index(String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw mistake("[" + Shortened.of(digits) + "] is no index of a list");
    }
  }

  private void checkIndex(Target target) {
    if (target.index() < 0) {
      return;
    }
    if (!target.field().isRepeated()) {
      throw mistake(target.path() + " is a single value; remove the [" + target.index() + "]");
    }
    if (target.index() > target.count()) {
      throw mistake(
          String.format(
              "%s has %d elements, so [%d] does not exist; [%d] appends one",
              target.path(), target.count(), target.index(), target.count()));
    }
  }

  private Message.Builder descend(Target target) {
    FieldDescriptor field = target.field();
    if (field.getJavaType() != JavaType.MESSAGE) {
      throw mistake(
          target.path() + " has no fields of its own; it takes " + Fields.expected(field));
    }
    if (!field.isRepeated()) {
      return target.parent().getFieldBuilder(field);
    }
    if (target.index() < 0 && target.count() > 1) {
      throw mistake(
          String.format(
              "%1$s has %2$d elements; say which one, such as %1$s[0]",
              target.path(), target.count()));
    }
    int index = Math.max(0, target.index());
    if (index == target.count()) {
      target.parent().addRepeatedField(field, target.parent().newBuilderForField(field).build());
    }
    return target.parent().getRepeatedFieldBuilder(field, index);
  }

  private void assign(Target target, String value) {
    boolean first = paths.add(target.path());
    if (value.isEmpty()) {
      target.parent().clearField(target.field());
    } else if (!target.field().isRepeated()) {
      target.parent().setField(target.field(), value(target, value));
    } else if (target.index() >= 0) {
      put(target, value(target, value));
    } else {
      append(target, value, first);
    }
  }

  private static void put(Target target, Object element) {
    if (target.index() == target.count()) {
      target.parent().addRepeatedField(target.field(), element);
    } else {
      target.parent().setRepeatedField(target.field(), target.index(), element);
    }
  }

  private void append(Target target, String value, boolean first) {
    boolean message = target.field().getJavaType() == JavaType.MESSAGE;
    List<String> texts = message ? List.of(value) : elements(value);
    List<Object> values = new ArrayList<>();
    for (String text : texts) {
      values.add(value(target, text));
    }
    if (first) {
      target.parent().clearField(target.field());
    }
    values.forEach(element -> target.parent().addRepeatedField(target.field(), element));
  }

  private Object value(Target target, String text) {
    FieldDescriptor field = target.field();
    if (field.getJavaType() == JavaType.MESSAGE) {
      Message.Builder builder = target.parent().newBuilderForField(field);
      TextProtos.merge(withoutBraces(text), "--set " + target.path(), builder);
      return builder.build();
    }
    try {
      return ScalarText.parse(field, text);
    } catch (IllegalArgumentException e) {
      throw mistake(
          String.format(
              "%s takes %s; found %s", target.path(), Fields.expected(field), Shortened.of(text)));
    }
  }

  private static String withoutBraces(String text) {
    boolean braced = text.startsWith("{") && text.endsWith("}");
    return braced ? text.substring(1, text.length() - 1) : text;
  }

  /** Splits at commas outside quotes; brackets around the whole are dropped. */
  private static List<String> elements(String value) {
    boolean bracketed = value.startsWith("[") && value.endsWith("]");
    String list = bracketed ? value.substring(1, value.length() - 1) : value;
    List<String> elements = new ArrayList<>();
    int start = 0;
    for (int at = 0; at <= list.length(); at++) {
      if (at == list.length() || list.charAt(at) == ',') {
        String element = list.substring(start, at).strip();
        if (!element.isEmpty()) {
          elements.add(element);
        }
        start = at + 1;
      } else {
        at = endOfQuotes(list, at);
      }
    }
    return elements;
  }

  /** Where the quotes close that open at a place; the place itself where none do. */
  private static int endOfQuotes(String list, int at) {
    char quote = list.charAt(at);
    int end = quote == '"' || quote == '\'' ? list.indexOf(quote, at + 1) : -1;
    return Math.max(at, end);
  }

  private UserError mistake(String what) {
    return UserError.usage("--set " + Shortened.of(override) + ": " + what);
  }
}
