package org.fdistill.weights;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** The first bytes of a file, by which it is recognised. */
final class FileStart {
  private static final int BYTES = 512;
  private static final int SHOWN = 8;
  private static final int LENGTH_BYTES = 8;
  private static final int PICKLE_PROTOCOL = 0x80;

  private final byte[] bytes;
  private final String text;

  private FileStart(byte[] bytes) {
    this.bytes = bytes;
    this.text = new String(bytes, StandardCharsets.ISO_8859_1);
  }

  static FileStart of(SourceFile file) {
    ByteBuffer window = file.window(0, (int) Math.min(BYTES, file.length()));
    byte[] bytes = new byte[window.remaining()];
    window.get(bytes);
    return new FileStart(bytes);
  }

  /** Whether it starts with some bytes, given as Latin-1. */
  boolean startsWith(String prefix) {
    return text.startsWith(prefix);
  }

  boolean hasAt(int index, String word) {
    return text.startsWith(word, index);
  }

  boolean isPickle() {
    return bytes.length > 1
        && (bytes[0] & 0xFF) == PICKLE_PROTOCOL
        && bytes[1] >= 2
        && bytes[1] <= 5;
  }

  /** An opening brace may also be the length of a safetensors header, whose last byte is 0. */
  boolean isJson() {
    return text.strip().startsWith("{") && !hasAt(LENGTH_BYTES - 1, "\0");
  }

  /** Whether a brace follows what would be a length. */
  boolean isSafetensors() {
    return hasAt(LENGTH_BYTES, "{");
  }

  /**
   * ONNX's ModelProto: the version of its format (field 1), then what may follow it: the producer
   * (2), its version (3), a domain (4), a version (5), the graph (7) or an operator set (8).
   */
  boolean isOnnx() {
    return bytes.length > 2
        && bytes[0] == 0x08
        && bytes[1] > 1
        && bytes[1] < 32
        && List.of(0x12, 0x1a, 0x22, 0x28, 0x3a, 0x42).contains((int) bytes[2])
        && !isSafetensors();
  }

  boolean isHtml() {
    String stripped = text.strip().toLowerCase(Locale.ROOT);
    return stripped.startsWith("<!doctype")
        || stripped.startsWith("<html")
        || stripped.startsWith("<?xml");
  }

  /** Its first bytes in hexadecimal. */
  String hex() {
    return HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(SHOWN, bytes.length));
  }
}
