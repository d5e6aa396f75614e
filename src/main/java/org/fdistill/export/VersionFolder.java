package org.fdistill.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.FolderLock;
import org.fdistill.files.Folders;
import org.fdistill.graph.BundlePath;

/**
 * The next numbered version of a model, in TensorFlow Serving's layout. It is written beside its
 * place and renamed when it is whole, so that a server that watches the folder never loads half a
 * model. One process at a time writes into a model's folder; what one that was killed has left
 * there goes with the next start, and with a signal at once.
 */
final class VersionFolder implements AutoCloseable {
  private static final String PARTIAL = ".partial-";

  private final Path model;
  private final Path partial;
  private final boolean isNew;
  private final FolderLock lock;
  private final Thread onExit = new Thread(this::removeAtExit);

  /**
   * Opens a folder for a version that has no number yet.
   *
   * @param model the parent of all versions; made where it does not exist
   * @throws UserError where another process writes into it, it cannot be written to, or TensorFlow
   *     could not read a model in it
   */
  VersionFolder(Path model) {
    BundlePath.require(model);
    this.model = model;
    this.isNew = !Files.exists(model);
    try {
      Files.createDirectories(model);
      this.lock = FolderLock.take(model).orElseThrow(() -> inUse(model));
      this.partial = start();
    } catch (IOException e) {
      throw unusable(e);
    }
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  private Path start() throws IOException {
    try {
      Folders.deleteAll(model, PARTIAL);
      return Files.createDirectory(model.resolve(PARTIAL + ProcessHandle.current().pid()));
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  private UserError unusable(IOException cause) {
    return new UserError(
        UserError.Kind.RUN,
        model
            + ": no folder that can be written to: "
            + FileTrouble.of(cause).sentence()
            + "\nOr give another one with --out.",
        cause);
  }

  private static UserError inUse(Path model) {
    return UserError.usage(
        model
            + ": another process writes a model into this folder.\n"
            + "Wait for it or give another folder with --out.");
  }

  /** Where to write until {@link #commit}. */
  Path path() {
    return partial;
  }

  /** Gives the version its number, one above the highest there is. */
  Path commit() throws IOException {
    for (Path file : Folders.list(partial)) {
      if (Files.isDirectory(file)) {
        Folders.force(file);
      }
    }
    Folders.force(partial);
    Path version = model.resolve(Long.toString(highest() + 1));
    Files.move(partial, version, StandardCopyOption.ATOMIC_MOVE);
    Folders.forceOne(model);
    return version;
  }

  /**
   * As {@link #commit}, unless the highest version is the same to the last byte: that one stays.
   */
  Path commitIfNew() throws IOException {
    Path newest = model.resolve(Long.toString(highest()));
    return Files.isDirectory(newest) && holdsTheSame(newest) ? newest : commit();
  }

  private boolean holdsTheSame(Path version) throws IOException {
    Set<Path> names = filesBelow(partial);
    if (!names.equals(filesBelow(version))) {
      return false;
    }
    for (Path name : names) {
      if (Files.mismatch(partial.resolve(name), version.resolve(name)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static Set<Path> filesBelow(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).map(folder::relativize).collect(Collectors.toSet());
    }
  }

  private long highest() throws IOException {
    return Folders.list(model).stream()
        .map(child -> child.getFileName().toString())
        .filter(name -> name.matches("\\d{1,18}"))
        .mapToLong(Long::parseLong)
        .max()
        .orElse(0);
  }

  /** Removes what was not committed. */
  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // The process is ending and the hook does the rest.
      return;
    }
    remove();
    lock.close();
  }

  private void remove() throws IOException {
    Folders.delete(partial);
    if (isNew && Folders.list(model).equals(List.of(model.resolve(FolderLock.FILE)))) {
      Folders.delete(model);
    }
  }

  /** Another thread may still be writing; what it leaves is for the next start. */
  private void removeAtExit() {
    try {
      remove();
    } catch (IOException e) {
      // There is nobody left to tell.
    }
  }
}
