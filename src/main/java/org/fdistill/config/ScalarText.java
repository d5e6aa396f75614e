package org.fdistill.config;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.TextFormat;
import java.util.Locale;

/** Reads one value of a field from the command line. */
final class ScalarText {
  private ScalarText() {}

  /**
   * Reads a value.
   *
   * @param field neither a message nor, as far as this is concerned, repeated
   * @param text without blanks around it; strings with or without quotes
   * @throws IllegalArgumentException if the text is no such value
   */
  static Object parse(FieldDescriptor field, String text) {
    return switch (field.getType()) {
      case INT32, SINT32, SFIXED32 -> Integer.valueOf(text);
      case UINT32, FIXED32 -> Integer.parseUnsignedInt(text);
      case INT64, SINT64, SFIXED64 -> Long.valueOf(text);
      case UINT64, FIXED64 -> Long.parseUnsignedLong(text);
      case FLOAT -> Float.valueOf(number(text));
      case DOUBLE -> Double.valueOf(number(text));
      case BOOL -> truth(text);
      case ENUM -> choice(field, text);
      case STRING -> unquote(text);
      case BYTES -> ByteString.copyFromUtf8(unquote(text));
      case MESSAGE, GROUP -> throw new IllegalArgumentException("a message is not a scalar");
    };
  }

  /** Java would take 3f, 3d and hexadecimal floats as well. */
  private static String number(String text) {
    if (!text.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?")) {
      throw new NumberFormatException(text);
    }
    return text;
  }

  private static Boolean truth(String text) {
    return switch (text) {
      case "true" -> Boolean.TRUE;
      case "false" -> Boolean.FALSE;
      default -> throw new IllegalArgumentException(text);
    };
  }

  /** Names in any case, so that {@code runtime.precision=bfloat16} works. */
  private static EnumValueDescriptor choice(FieldDescriptor field, String text) {
    EnumValueDescriptor value = field.getEnumType().findValueByName(text.toUpperCase(Locale.ROOT));
    if (value == null) {
      throw new IllegalArgumentException(text);
    }
    return value;
  }

  private static String unquote(String text) {
    char first = text.charAt(0);
    boolean quoted =
        text.length() > 1
            && (first == '"' || first == '\'')
            && text.charAt(text.length() - 1) == first;
    if (!quoted) {
      return text;
    }
    try {
      return TextFormat.unescapeBytes(text.substring(1, text.length() - 1)).toStringUtf8();
    } catch (TextFormat.InvalidEscapeSequenceException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
