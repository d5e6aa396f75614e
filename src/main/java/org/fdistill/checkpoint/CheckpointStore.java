package org.fdistill.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.fdistill.config.UserError;
import org.fdistill.data.DataIdentity;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.Folders;
import org.fdistill.files.WholeFile;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;

/** The checkpoints of one run: folders {@code step-N} below one folder. */
public final class CheckpointStore {
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
   * Opens a store, and removes what a killed process left half-written. The caller holds the run's
   * folder, so that no other process is writing.
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
      Folders.deleteAll(folder, PARTIAL);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN,
          folder + ": no folder that can be written to: " + FileTrouble.of(e).sentence(),
          e);
    }
  }

  /**
   * Writes a checkpoint.
   *
   * @param progress where training stands
   * @param data what it learns from
   * @param validation values of this step's validation; empty where there was none
   * @param saver writes the variables
   * @throws UserError of kind run where it cannot be written; no partial folder is left
   */
  public Checkpoint write(
      Manifest.RunPosition progress,
      DataIdentity data,
      Map<String, Double> validation,
      Saver saver) {
    String name = StepFolders.name(progress.step());
    Path partial = folder.resolve(PARTIAL + name);
    try {
      Folders.delete(partial);
      Files.createDirectory(partial);
      saver.save(Checkpoint.prefix(partial));
      Manifest manifest =
          Manifest.of(
              progress,
              retention.criterion(),
              validation,
              config,
              data,
              versions(),
              digests(partial));
      WholeFile.write(partial.resolve(Manifest.FILE), manifest.toJson());
      Folders.force(partial);
      Path whole = folder.resolve(name);
      replace(partial, whole);
      return new Checkpoint(whole, manifest);
    } catch (IOException | RuntimeException e) {
      throw failed(name, partial, e);
    }
  }

  private static Map<String, FileDigest> digests(Path folder) throws IOException {
    Map<String, FileDigest> files = new HashMap<>();
    for (Path file : Folders.list(folder)) {
      files.put(file.getFileName().toString(), FileDigest.of(file));
    }
    return files;
  }

  private static Map<String, String> versions() {
    String own = CheckpointStore.class.getPackage().getImplementationVersion();
    return Map.of(
        "fdistill", own == null ? "development" : own, "tensorflow", TensorFlow.version());
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
    FileTrouble trouble = FileTrouble.of(cause);
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
            + trouble.located()
            + "."
            + room
            + trouble.advice()
            + "\nThen start the same command again: it goes on from the newest checkpoint.",
        cause);
  }

  /** Removes the checkpoints that need not stay. */
  public void prune() {
    for (Checkpoint checkpoint : retention.surplus(StepFolders.readable(folder))) {
      try {
        remove(checkpoint.folder());
      } catch (IOException e) {
        throw new UserError(
            UserError.Kind.RUN,
            checkpoint.folder() + ": cannot be removed: " + FileTrouble.of(e).located() + ".",
            e);
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
    for (Path path : StepFolders.in(folder).values()) {
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
}
