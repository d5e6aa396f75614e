package org.fdistill.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.FolderLock;
import org.fdistill.files.Folders;
import org.fdistill.files.Unfinished;
import org.fdistill.graph.BundlePath;

/**
 * The next numbered versions of a model, in TensorFlow Serving's layout. They are written beside
 * their places and renamed when all are whole, so that a server that watches the folder never loads
 * half a model. One process at a time writes into a model's folder; what one that was killed has
 * left there goes with the next start, and with a signal at once.
 */
final class VersionFolder implements AutoCloseable {
  private static final String PARTIAL = ".partial-";

  private final Path model;
  private final Path partial;
  private final List<Path> begun = new ArrayList<>();
  private final boolean isNew;
  private final FolderLock lock;
  private final Unfinished unfinished;

  /**
   * Opens a folder for versions that have no numbers yet.
   *
   * @param model the parent of all versions; made where it does not exist
   * @throws UserError where another process writes into it, it cannot be written to, or TensorFlow
   *     could not read a model in it
   */
  VersionFolder(Path model) {
    requirePlace(model);
    this.model = model;
    this.isNew = !Files.exists(model);
    try {
      Files.createDirectories(model);
      this.lock = FolderLock.take(model).orElseThrow(() -> inUse(model));
      this.partial = start();
    } catch (IOException e) {
      throw unusable(e);
    }
    this.unfinished = Unfinished.begin(this::remove);
  }

  /**
   * Checks what a path tells by itself; nothing is made.
   *
   * @throws UserError of kind usage, where it is a file, or TensorFlow could not read a model there
   */
  static void requirePlace(Path model) {
    BundlePath.require(model);
    if (Files.isRegularFile(model)) {
      throw UserError.usage(
          model + ": this is a file, and a model needs a folder.\nGive another one with --out.");
    }
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

  /** Where to write a further version until {@link #commit}. */
  Path begin() throws IOException {
    Path version = Files.createDirectory(partial.resolve(Integer.toString(begun.size())));
    begun.add(version);
    return version;
  }

  /**
   * Gives the versions their numbers, in the order in which they were begun, above the highest
   * there is. Where the newest ones that there are, in their order, are the same as the first of
   * these to the last byte, they stay: a command that was killed between two versions, or after the
   * last, goes on when it is repeated.
   *
   * @return all of them, in that order
   */
  List<Version> commit() throws IOException {
    List<Path> present = present();
    List<Version> versions = new ArrayList<>();
    commonWith(present).forEach(path -> versions.add(new Version(path, false)));
    long number = present.isEmpty() ? 0 : number(present.get(present.size() - 1));
    for (Path version : begun.subList(versions.size(), begun.size())) {
      number++;
      Path place = model.resolve(Long.toString(number));
      commit(version, place);
      versions.add(new Version(place, true));
    }
    return versions;
  }

  /**
   * A version with its number.
   *
   * @param isNew whether it was not there before
   */
  record Version(Path path, boolean isNew) {}

  private void commit(Path version, Path place) throws IOException {
    for (Path file : Folders.list(version)) {
      if (Files.isDirectory(file)) {
        Folders.force(file);
      }
    }
    Folders.force(version);
    Files.move(version, place, StandardCopyOption.ATOMIC_MOVE);
    Folders.forceOne(model);
  }

  /** As many of the last of some versions as are the same as the first of the new ones. */
  private List<Path> commonWith(List<Path> present) throws IOException {
    for (int count = Math.min(present.size(), begun.size()); count > 0; count--) {
      List<Path> last = present.subList(present.size() - count, present.size());
      if (areTheSame(last)) {
        return last;
      }
    }
    return List.of();
  }

  private boolean areTheSame(List<Path> last) throws IOException {
    for (int i = 0; i < last.size(); i++) {
      if (!holdTheSame(begun.get(i), last.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean holdTheSame(Path one, Path other) throws IOException {
    Set<Path> names = filesBelow(one);
    if (!names.equals(filesBelow(other))) {
      return false;
    }
    for (Path name : names) {
      if (Files.mismatch(one.resolve(name), other.resolve(name)) >= 0) {
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

  /** The versions that there are, ascending. */
  private List<Path> present() throws IOException {
    return Folders.list(model).stream()
        .filter(child -> child.getFileName().toString().matches("\\d{1,18}"))
        .sorted(Comparator.comparingLong(VersionFolder::number))
        .toList();
  }

  private static long number(Path version) {
    return Long.parseLong(version.getFileName().toString());
  }

  /** Removes what was not committed. */
  @Override
  public void close() throws IOException {
    unfinished.close();
    lock.close();
  }

  private void remove() throws IOException {
    Folders.delete(partial);
    if (isNew && Folders.list(model).equals(List.of(model.resolve(FolderLock.FILE)))) {
      Folders.delete(model);
    }
  }
}
