package org.fdistill.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fdistill.config.UserError;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;

/** The checkpoints of one run: folders {@code step-N} below one folder. */
public final class CheckpointStore {
  private static final Pattern NAME = Pattern.compile("step-(\\d+)");

  /** Start of the name of what is not whole, or on its way out. */
  private static final String PARTIAL = ".partial-";

  /** Writes a bundle's files under a prefix. */
  @FunctionalInterface
  public interface Saver {
    /** Writes all variables. */
    void save(Path prefix) throws IOException;
  }

  private final Path folder;
  private final Retention retention;
  private final String config;

  /**
   * Opens a store, and removes what a killed process left half-written.
   *
   * @param folder made where it does not exist
   * @param retention which checkpoints stay
   * @param config resolved config text, part of every manifest
   */
  public CheckpointStore(Path folder, Retention retention, String config) {
    this.folder = folder;
    this.retention = retention;
    this.config = config;
    try {
      Files.createDirectories(folder);
      for (Path path : Folders.list(folder)) {
        if (path.getFileName().toString().startsWith(PARTIAL)) {
          Folders.delete(path);
        }
      }
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN, folder + ": no folder that can be written to: " + e, e);
    }
  }

  /**
   * Writes a checkpoint.
   *
   * @param progress where training stands
   * @param validation values of this step's validation; empty where there was none
   * @param saver writes the variables
   * @throws UserError of kind run where it cannot be written; no partial folder is left
   */
  public Checkpoint write(Manifest.Progress progress, Map<String, Double> validation, Saver saver) {
    String name = "step-" + progress.step();
    Path partial = folder.resolve(PARTIAL + name);
    try {
      Folders.delete(partial);
      Files.createDirectory(partial);
      saver.save(Checkpoint.prefix(partial));
      Manifest manifest = manifest(progress, validation, partial);
      Files.writeString(partial.resolve(Manifest.FILE), manifest.toJson());
      Folders.force(partial);
      Path whole = folder.resolve(name);
      replace(partial, whole);
      return new Checkpoint(whole, manifest);
    } catch (IOException | RuntimeException e) {
      throw failed(name, partial, e);
    }
  }

  private Manifest manifest(
      Manifest.Progress progress, Map<String, Double> validation, Path partial) throws IOException {
    Map<String, FileDigest> files = new LinkedHashMap<>();
    for (Path file : Folders.list(partial)) {
      files.put(file.getFileName().toString(), FileDigest.of(file));
    }
    String own = CheckpointStore.class.getPackage().getImplementationVersion();
    Map<String, String> versions =
        Map.of("fdistill", own == null ? "development" : own, "tensorflow", TensorFlow.version());
    return new Manifest(Manifest.FORMAT, progress, validation, config, versions, files);
  }

  /** Puts the new folder in place of one of the same step that a resume found damaged. */
  private void replace(Path partial, Path whole) throws IOException {
    if (Files.exists(whole)) {
      remove(whole);
    }
    Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE);
    Folders.forceOne(folder);
  }

  private UserError failed(String name, Path partial, Exception cause) {
    String room = "";
    try {
      Folders.delete(partial);
      room =
          " The disk has " + Files.getFileStore(folder).getUsableSpace() / (1 << 20) + " MiB left.";
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    return new UserError(
        UserError.Kind.RUN,
        folder.resolve(name)
            + ": the checkpoint could not be written: "
            + reason(cause)
            + "."
            + room
            + "\nMake room and start the same command again: it goes on from the newest checkpoint.",
        cause);
  }

  /** TensorFlow adds lines about its graph. */
  private static String reason(Exception cause) {
    return String.valueOf(cause.getMessage()).strip().lines().findFirst().orElse("").strip();
  }

  /** Removes the checkpoints that need not stay. */
  public void prune() {
    for (Checkpoint checkpoint : retention.surplus(readable())) {
      try {
        remove(checkpoint.folder());
      } catch (IOException e) {
        throw new UserError(
            UserError.Kind.RUN, checkpoint.folder() + ": cannot be removed: " + e, e);
      }
    }
  }

  /** Renames first, so that a kill in between leaves no damaged checkpoint. */
  private void remove(Path checkpoint) throws IOException {
    Path gone = folder.resolve(PARTIAL + "old-" + checkpoint.getFileName());
    Folders.delete(gone);
    Files.move(checkpoint, gone, StandardCopyOption.ATOMIC_MOVE);
    Folders.delete(gone);
  }

  /** The checkpoints whose manifests can be read, by falling step. */
  private List<Checkpoint> readable() {
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (Path path : folders()) {
      try {
        checkpoints.add(new Checkpoint(path, Manifest.read(path)));
      } catch (UserError e) {
        // A damaged one is nobody's best and is kept for the user to look at.
      }
    }
    return checkpoints;
  }

  /** All folders of checkpoints, by falling step. */
  private List<Path> folders() {
    try {
      return Folders.list(folder).stream()
          .filter(path -> NAME.matcher(path.getFileName().toString()).matches())
          .sorted(Comparator.comparingLong(CheckpointStore::step).reversed())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long step(Path path) {
    Matcher matcher = NAME.matcher(path.getFileName().toString());
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
  }

  /**
   * The newest whole checkpoint.
   *
   * @param expected shapes that it must have, by variable; empty: any
   * @param warn is told of each newer one that is not whole
   * @return empty where there is no checkpoint at all
   * @throws UserError of kind input, where there are some and none is whole
   */
  public Optional<Checkpoint> newest(Map<String, Shape> expected, Consumer<String> warn) {
    List<String> problems = new ArrayList<>();
    for (Path path : folders()) {
      try {
        Checkpoint checkpoint = Checkpoint.open(path);
        checkpoint.requireVariables(expected);
        problems.forEach(p -> warn.accept(p + "\nFalling back to " + path + "."));
        return Optional.of(checkpoint);
      } catch (UserError e) {
        problems.add(e.getMessage());
      }
    }
    if (problems.isEmpty()) {
      return Optional.empty();
    }
    throw UserError.input(
        folder
            + ": none of its checkpoints is whole.\n"
            + String.join("\n", problems)
            + "\nMove this folder away to start the run from its beginning.");
  }

  /** The best of those that were validated. */
  public Optional<Checkpoint> best() {
    return retention.best(readable());
  }
}
