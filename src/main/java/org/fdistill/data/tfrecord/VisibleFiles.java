package org.fdistill.data.tfrecord;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.function.Consumer;

/**
 * What lies below a folder. Links are followed; what starts with a dot is left out, with all below.
 */
public final class VisibleFiles extends SimpleFileVisitor<Path> {
  private final Path top;
  private final Consumer<Entry> found;

  private VisibleFiles(Path top, Consumer<Entry> found) {
    this.top = top;
    this.found = found;
  }

  /**
   * One file or folder.
   *
   * @param path starts with the folder's
   * @param attributes of what a link leads to; those of the link itself where it leads nowhere
   */
  public record Entry(Path path, BasicFileAttributes attributes) {
    /** Whether this is a link that leads to nothing, or to nothing that may be seen. */
    public boolean isDangling() {
      return attributes.isSymbolicLink();
    }
  }

  /**
   * Goes through a folder.
   *
   * @param depth 1: the folder's own entries alone
   * @param found is given each entry, a folder before what is in it, in no order else
   * @throws IOException where a part of it cannot be listed, with that part's path
   */
  public static void walk(Path folder, int depth, Consumer<Entry> found) throws IOException {
    Files.walkFileTree(
        folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), depth, new VisibleFiles(folder, found));
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    if (folder.equals(top)) {
      return FileVisitResult.CONTINUE;
    }
    if (isHidden(folder)) {
      return FileVisitResult.SKIP_SUBTREE;
    }
    found.accept(new Entry(folder, attributes));
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (!isHidden(file)) {
      found.accept(new Entry(file, attributes));
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    if (isHidden(file)) {
      return FileVisitResult.CONTINUE;
    }
    throw failure instanceof FileSystemLoopException
        ? new FileSystemException(file.toString(), null, "a link to a folder that it lies in")
        : failure;
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }
}
