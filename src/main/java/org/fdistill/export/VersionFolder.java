package org.fdistill.export;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.fdistill.config.UserError;

/**
 * The next numbered version of a model, in TensorFlow Serving's layout. It is written beside its
 * place and renamed when it is whole, so that a server that watches the folder never loads half a
 * model.
 */
final class VersionFolder implements AutoCloseable {
  private final Path model;
  private final Path partial;
  private final boolean isNew;

  /**
   * Starts a version.
   *
   * @param model the parent of all versions; made where it does not exist
   */
  VersionFolder(Path model) {
    this.model = model;
    this.isNew = !Files.exists(model);
    try {
      Files.createDirectories(model);
      this.partial = Files.createTempDirectory(model, ".partial-");
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN,
          model
              + ": no folder that can be written to: "
              + e
              + "\nGive another one with --out, or make room.",
          e);
    }
  }

  /** Where to write until {@link #commit}. */
  Path path() {
    return partial;
  }

  /** Gives the version its number, one above the highest there is. */
  Path commit() throws IOException {
    openToOthers();
    Path version = model.resolve(Long.toString(highest() + 1));
    return Files.move(partial, version, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Temporary folders are their owner's alone; a server may run as another user. */
  private void openToOthers() throws IOException {
    Path usual = Files.createDirectory(partial.resolve(".usual"));
    Files.setPosixFilePermissions(partial, Files.getPosixFilePermissions(usual));
    Files.delete(usual);
  }

  private long highest() throws IOException {
    try (Stream<Path> children = Files.list(model)) {
      return children
          .map(child -> child.getFileName().toString())
          .filter(name -> name.matches("\\d{1,18}"))
          .mapToLong(Long::parseLong)
          .max()
          .orElse(0);
    }
  }

  /** Removes what was not committed. */
  @Override
  public void close() throws IOException {
    if (!Files.exists(partial)) {
      return;
    }
    removePartial();
    if (isNew) {
      Files.deleteIfExists(model);
    }
  }

  private void removePartial() throws IOException {
    Files.walkFileTree(
        partial,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
