package org.fdistill.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A folder that is one process's, by a lock on the file {@value #FILE} in it. The operating system
 * frees the lock when the process ends, however that happens; the file stays.
 */
public final class FolderLock implements AutoCloseable {
  /** The file that is locked. */
  public static final String FILE = ".lock";

  private final FileChannel file;

  private FolderLock(FileChannel file) {
    this.file = file;
  }

  /**
   * Takes a folder where no other process has it.
   *
   * @return empty where it is another's
   */
  public static Optional<FolderLock> take(Path folder) throws IOException {
    FileChannel file =
        FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = file.tryLock();
      if (lock != null) {
        return Optional.of(new FolderLock(file));
      }
    } catch (OverlappingFileLockException e) {
      // Taken in this process.
    } catch (IOException e) {
      file.close();
      throw e;
    }
    file.close();
    return Optional.empty();
  }

  /** Gives the folder back. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
