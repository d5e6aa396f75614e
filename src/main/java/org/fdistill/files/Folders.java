package org.fdistill.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders as units: listed, forced to the disk, deleted. */
public final class Folders {
  private Folders() {}

  /** What a folder holds, by name. */
  public static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }

  /** Forces the files of a folder, and the folder itself, to the disk. */
  public static void force(Path folder) throws IOException {
    for (Path file : list(folder)) {
      forceOne(file);
    }
    forceOne(folder);
  }

  /** Forces one file or the entries of one folder to the disk. */
  public static void forceOne(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Deletes a folder and all below it; links are deleted, not followed. One that is not there is no
   * error.
   */
  public static void delete(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> below = Files.walk(folder)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** Deletes what a folder holds under names that start with a prefix. */
  public static void deleteAll(Path folder, String prefix) throws IOException {
    for (Path path : list(folder)) {
      if (path.getFileName().toString().startsWith(prefix)) {
        delete(path);
      }
    }
  }
}
