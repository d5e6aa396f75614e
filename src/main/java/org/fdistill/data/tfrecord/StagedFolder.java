package org.fdistill.data.tfrecord;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.files.FolderLock;
import org.fdistill.files.Folders;

/**
 * A folder that takes files as one set. While it is open no other process adds any. The files grow
 * in a folder {@code .unfinished} inside it; {@link #commit} renames that folder, and with this one
 * step the set is decided: its files then move to their places, and where the process ends before
 * all are there, the next one to open the folder moves the rest. What was never committed the next
 * one deletes.
 */
public final class StagedFolder implements Closeable {
  private static final String UNFINISHED = ".unfinished";
  private static final String FINISHED = ".finished";

  private final Path path;
  private final FolderLock lock;

  private StagedFolder(Path path, FolderLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Opens a folder, and brings it in order.
   *
   * @param path made where it does not exist
   * @throws UserError of kind usage, where another process writes there
   */
  public static StagedFolder open(Path path) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw UserError.usage(path + " is no folder, and the files need one. Give another name.");
    }
    Files.createDirectories(path);
    FolderLock lock =
        FolderLock.take(path)
            .orElseThrow(
                () ->
                    UserError.usage(
                        path
                            + ": another process writes files to this folder.\n"
                            + "Wait for it, or take another folder."));
    StagedFolder folder = new StagedFolder(path, lock);
    try {
      folder.place();
      folder.deleteUnfinished();
      Files.createDirectory(path.resolve(UNFINISHED));
      return folder;
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** Where a file is to be written that shall have this name in the folder. */
  public Path file(String name) {
    return path.resolve(UNFINISHED).resolve(name);
  }

  /** Brings all files to the disk and to their places. */
  public void commit() throws IOException {
    Path unfinished = path.resolve(UNFINISHED);
    Folders.force(unfinished);
    Files.move(unfinished, path.resolve(FINISHED), StandardCopyOption.ATOMIC_MOVE);
    Folders.forceOne(path);
    place();
  }

  /**
   * Records come first: what describes them, such as the names of classes, says that all are there.
   */
  private void place() throws IOException {
    Path finished = path.resolve(FINISHED);
    if (!Files.isDirectory(finished)) {
      return;
    }
    List<Path> files = new ArrayList<>(Folders.list(finished));
    files.sort(Comparator.comparing(file -> !file.toString().endsWith(ShardNames.ENDING)));
    for (Path file : files) {
      Files.move(file, path.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }
    Files.delete(finished);
    Folders.forceOne(path);
  }

  /** Earlier versions had single files of this kind. */
  private void deleteUnfinished() throws IOException {
    for (Path entry : Folders.list(path)) {
      String name = entry.getFileName().toString();
      if (name.startsWith(".") && name.endsWith(UNFINISHED)) {
        Folders.delete(entry);
      }
    }
  }

  /** Deletes what was not committed, and lets others in. */
  @Override
  public void close() throws IOException {
    try (lock) {
      Folders.delete(path.resolve(UNFINISHED));
    }
  }
}
