package org.fdistill.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Numpy's archives of named arrays. */
public final class Npz {
  private static final String SUFFIX = ".npy";

  private Npz() {}

  /** Reads every array of an archive, stored or deflated, in its order. */
  public static Map<String, NpyArray> read(Path file) throws IOException {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    // ZipInputStream refuses stored entries with a data descriptor; ZipFile reads the directory.
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        String name = entry.getName();
        try (InputStream in = zip.getInputStream(entry)) {
          arrays.put(
              name.substring(0, name.length() - SUFFIX.length()),
              NpyArray.parse(in.readAllBytes()));
        }
      }
    }
    return Collections.unmodifiableMap(arrays);
  }

  /** Writes an archive that {@code numpy.load} reads. */
  public static void write(Path file, Map<String, NpyArray> arrays) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, NpyArray> array : arrays.entrySet()) {
        zip.putNextEntry(new ZipEntry(array.getKey() + SUFFIX));
        zip.write(array.getValue().toBytes());
        zip.closeEntry();
      }
    }
  }
}
