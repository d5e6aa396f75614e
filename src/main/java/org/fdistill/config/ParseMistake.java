package org.fdistill.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.TextFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns what the text parser reports into a message that names the field, what was found and what
 * was expected, and shows the line.
 */
final class ParseMistake {
  private static final Pattern UNKNOWN = Pattern.compile("(\\d+):(\\d+):\\t[\\w.]*?(\\w+)$");
  private static final Pattern ONE_OF = Pattern.compile("Field \"[\\w.]*?(\\w+)\" is specified.*");
  private static final Pattern TWICE = Pattern.compile("Non-repeated field \"[\\w.]*?(\\w+)\".*");
  private static final Pattern VALUE =
      Pattern.compile(
          "(Couldn't parse|Enum type|Expected string|Expected \"true\"|Expected \"\\{\""
              + "|Expected identifier\\. Found '[^}]|Invalid field value).*",
          Pattern.DOTALL);

  /** What the parser takes for two fields: a number, and another one after the comma. */
  private static final Pattern COMMA = Pattern.compile(":\\s*([-+]?\\d+,\\d[-+\\w]*)");

  private final String text;
  private final String source;
  private final Descriptor type;
  private final TextFormat.ParseException error;

  ParseMistake(String text, String source, Descriptor type, TextFormat.ParseException error) {
    this.text = text;
    this.source = source;
    this.type = type;
    this.error = error;
  }

  String message() {
    String unknown =
        error.getMessage().lines().skip(1).map(this::unknown).collect(Collectors.joining("\n"));
    if (!unknown.isEmpty()) {
      return unknown;
    }
    int[] place = {error.getLine(), error.getColumn()};
    return decimalComma().orElseGet(() -> at(place[0], place[1], what()));
  }

  /** Of a number where the parser gave up, or right before. */
  private Optional<String> decimalComma() {
    int end = TextCursor.offset(text, error.getLine(), error.getColumn());
    Matcher number = COMMA.matcher(text);
    while (number.find() && number.start() < end) {
      if (text.substring(number.end(), Math.max(end, number.end())).isBlank()) {
        return Optional.of(decimalComma(number.start(1), number.group(1)));
      }
    }
    return Optional.empty();
  }

  private String decimalComma(int start, String number) {
    String before = text.substring(0, start);
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    int column = start - before.lastIndexOf('\n');
    String name = String.join(".", TextCursor.field(text, line, column));
    return at(line, column, name + " has a comma: write " + number.replace(',', '.') + ".");
  }

  /** One line of the parser's list of unknown fields. */
  private String unknown(String reported) {
    Matcher matcher = UNKNOWN.matcher(reported);
    if (!matcher.find()) {
      return reported;
    }
    int line = Integer.parseInt(matcher.group(1));
    int column = Integer.parseInt(matcher.group(2));
    List<String> block = TextCursor.block(text, line, column);
    Descriptor message = Fields.find(type, block).map(FieldDescriptor::getMessageType).orElse(type);
    return at(line, column, Fields.unknown(message, String.join(".", block), matcher.group(3)));
  }

  private String at(int line, int column, String what) {
    return String.format(
        "%s:%d:%d: %s%n%s", source, line, column, what, TextCursor.excerpt(text, line, column));
  }

  private String what() {
    String reason = error.getMessage().replaceFirst("^\\d+:\\d+: ", "");
    List<String> path = TextCursor.field(text, error.getLine(), error.getColumn());
    String dotted = String.join(".", path);
    Matcher oneOf = ONE_OF.matcher(reason);
    if (oneOf.matches()) {
      return exclusive(oneOf.group(1), reason);
    }
    if (TWICE.matcher(reason).matches()) {
      return dotted + " is set twice; keep one.";
    }
    Optional<FieldDescriptor> field = Fields.find(type, path);
    if (field.isPresent() && VALUE.matcher(reason).matches()) {
      String found = TextCursor.word(text, error.getLine(), error.getColumn());
      String range = reason.contains("out of range") ? ", which is out of range" : "";
      return String.format(
          "%s takes %s; found %s%s.",
          dotted, Fields.expected(field.get()), Shortened.of(found), range);
    }
    return syntax(reason);
  }

  private String syntax(String reason) {
    if (reason.startsWith("Expected \"}\"")) {
      return "a closing brace } is missing.";
    }
    if (reason.endsWith("Found '}'")) {
      return "there is a closing brace } too many.";
    }
    return Shortened.of(reason);
  }

  /** Two members of a oneof. */
  private String exclusive(String name, String reason) {
    List<String> block = TextCursor.block(text, error.getLine(), error.getColumn());
    String last = block.isEmpty() ? "" : block.get(block.size() - 1);
    List<String> path = last.equals(name) ? block.subList(0, block.size() - 1) : block;
    Descriptor message = Fields.find(type, path).map(FieldDescriptor::getMessageType).orElse(type);
    Matcher other = Pattern.compile("along with field \"[\\w.]*?(\\w+)\"").matcher(reason);
    String first = other.find() ? other.group(1) : "another";
    FieldDescriptor field = message.findFieldByName(name);
    String members = field == null ? first + ", " + name : Fields.members(field);
    String where = path.isEmpty() ? Fields.whole(type) : String.join(".", path);
    return String.format(
        "%s has both %s and %s; set exactly one of %s.", where, first, name, members);
  }
}
