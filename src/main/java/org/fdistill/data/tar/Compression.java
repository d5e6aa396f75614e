package org.fdistill.data.tar;

import java.util.Map;

/** How a file is compressed, by its first bytes. */
final class Compression {
  private static final Map<String, int[]> STARTS =
      Map.of(
          "gzip", new int[] {0x1f, 0x8b},
          "bzip2", new int[] {'B', 'Z', 'h'},
          "xz", new int[] {0xfd, '7', 'z', 'X', 'Z'},
          "zstandard", new int[] {0x28, 0xb5, 0x2f, 0xfd},
          "zip", new int[] {'P', 'K', 3, 4});

  private Compression() {}

  /** Its name; empty where it is none of these. */
  static String of(byte[] start) {
    return STARTS.entrySet().stream()
        .filter(kind -> startsWith(start, kind.getValue()))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("");
  }

  private static boolean startsWith(byte[] bytes, int[] start) {
    boolean equal = bytes.length >= start.length;
    for (int i = 0; equal && i < start.length; i++) {
      equal = (bytes[i] & 0xff) == start[i];
    }
    return equal;
  }
}
