package org.fdistill.checkpoint;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.graph.SavedModelFolder;

/** Weight files of other frameworks, which must be imported before a run can start from them. */
final class ForeignFiles {
  private static final String FILES = "*.{safetensors,pth,pt,bin,npz}";

  private ForeignFiles() {}

  /**
   * Refuses such a file, or a folder with one that is no folder of fdistill's.
   *
   * @throws UserError of kind input, with the command that imports it
   */
  static void refuse(Path path) {
    boolean known =
        CheckpointChoice.isRun(path)
            || CheckpointChoice.isCheckpoint(path)
            || SavedModelFolder.isAt(path);
    if (isForeign(path) || (!known && holdsForeign(path))) {
      throw UserError.input(
          """
          %s: weights as another framework stores them.
          Import them first: fdistill import-teacher --arch ARCH --checkpoint %s --out \
          savedmodels/NAME
          (fdistill import-teacher --list shows every ARCH), and set model.init_from to \
          savedmodels/NAME."""
              .formatted(path, path));
    }
  }

  private static boolean isForeign(Path path) {
    return Files.isRegularFile(path)
        && path.getFileSystem().getPathMatcher("glob:" + FILES).matches(path.getFileName());
  }

  private static boolean holdsForeign(Path path) {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (DirectoryStream<Path> found = Files.newDirectoryStream(path, FILES)) {
      return found.iterator().hasNext();
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          path + ": this folder cannot be read: " + FileTrouble.of(e).reason() + ".",
          e);
    }
  }
}
