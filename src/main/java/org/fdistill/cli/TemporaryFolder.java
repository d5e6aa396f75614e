package org.fdistill.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.files.Folders;
import org.fdistill.files.Unfinished;

/** A folder that goes away with what is in it. */
final class TemporaryFolder implements AutoCloseable {
  private final Path path;
  private final Unfinished unfinished;

  TemporaryFolder(String prefix) throws IOException {
    path = Files.createTempDirectory(prefix);
    unfinished = Unfinished.begin(() -> Folders.delete(path));
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      unfinished.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
