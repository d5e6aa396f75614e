package org.fdistill.weights;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of an .npy file: magic, version, length, and a Python dict of type, order and shape.
 *
 * @param type as NumPy describes it
 * @param columnMajor whether the first index runs fastest
 * @param shape sizes of its dimensions
 * @param dataStart the byte after the header
 */
record NpyHeader(String type, boolean columnMajor, List<Long> shape, long dataStart) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int FIXED = MAGIC.length + 2;
  private static final int MAX_LENGTH = 1 << 16;

  private static final Pattern TYPE = Pattern.compile("'descr': *(?:'([^']*)'|(\\[))");
  private static final Pattern ORDER = Pattern.compile("'fortran_order': *(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([0-9, L]*)\\)");

  /**
   * Reads the start of a file.
   *
   * @throws IllegalArgumentException where it is no header; the message is a part of a sentence
   */
  static NpyHeader read(Region file) {
    require(file.length() >= FIXED + Integer.BYTES, "it is too short for an .npy header");
    ByteBuffer fixed = file.window(0, FIXED + Integer.BYTES);
    byte[] magic = new byte[MAGIC.length];
    fixed.get(magic);
    require(Arrays.equals(magic, MAGIC), "it does not start as an .npy file does");
    int major = fixed.get();
    require(major >= 1 && major <= 3, "its .npy version is %d; 1 to 3 are read".formatted(major));
    fixed.get();
    long length =
        major == 1 ? Short.toUnsignedInt(fixed.getShort()) : Integer.toUnsignedLong(fixed.getInt());
    int start = FIXED + (major == 1 ? Short.BYTES : Integer.BYTES);
    require(
        length <= Math.min(MAX_LENGTH, file.length() - start),
        "its header should have %d bytes".formatted(length));
    ByteBuffer text = file.window(start, (int) length);
    return parse(StandardCharsets.UTF_8.decode(text).toString(), start + length);
  }

  private static NpyHeader parse(String text, long dataStart) {
    Matcher type = find(TYPE, text);
    String description = type.group(1) == null ? "structured" : type.group(1);
    boolean columnMajor = find(ORDER, text).group(1).equals("True");
    String[] sizes = find(SHAPE, text).group(1).replace("L", "").strip().split(",", -1);
    try {
      List<Long> shape =
          Arrays.stream(sizes)
              .map(String::strip)
              .filter(size -> !size.isEmpty())
              .map(Long::valueOf)
              .toList();
      return new NpyHeader(description, columnMajor, shape, dataStart);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("its shape is impossible: " + Arrays.toString(sizes), e);
    }
  }

  private static Matcher find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    require(matcher.find(), "its header is not one that NumPy writes: %.200s".formatted(text));
    return matcher;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
