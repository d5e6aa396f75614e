package org.fdistill.data;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TString;

/**
 * Paths as TensorFlow opens them: the file system's own bytes. A path's text is not enough, for
 * Java replaces what the locale's encoding cannot say.
 */
public final class PathBytes {
  private PathBytes() {}

  /** Makes a tensor [n] of paths. */
  public static TString tensor(List<Path> paths) {
    NdArray<byte[]> bytes = NdArrays.ofObjects(byte[].class, Shape.of(paths.size()));
    for (int i = 0; i < paths.size(); i++) {
      bytes.setObject(of(paths.get(i)), i);
    }
    return TString.tensorOfBytes(bytes);
  }

  private static byte[] of(Path path) {
    String text = path.toString();
    boolean ascii = text.chars().allMatch(c -> c < 0x80);
    // A URI holds each byte outside of ASCII as %XX, whatever the locale.
    return ascii ? text.getBytes(StandardCharsets.US_ASCII) : unescaped(path.toUri().getRawPath());
  }

  private static byte[] unescaped(String uri) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(uri.length());
    for (int i = 0; i < uri.length(); i++) {
      if (uri.charAt(i) == '%') {
        bytes.write(Integer.parseInt(uri, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(uri.charAt(i));
      }
    }
    return bytes.toByteArray();
  }
}
