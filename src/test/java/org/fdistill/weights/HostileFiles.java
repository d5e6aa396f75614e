package org.fdistill.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.config.UserError;
import org.fdistill.testing.Golden;

/** Files that must be refused, and the messages that refuse them. */
final class HostileFiles {
  private HostileFiles() {}

  /** A file of the golden archives. */
  static byte[] archive(String name) throws IOException {
    return Files.readAllBytes(Golden.resource("archives/" + name));
  }

  /** Writes a file into a folder and gives the error that reading it ends with. */
  static String messageOf(Path folder, byte[] content) throws IOException {
    Path file = folder.resolve("weights.file");
    Files.write(file, content);
    return messageOf(file);
  }

  /** Opens a file, reads all that is in it, and gives the error that stops this. */
  static String messageOf(Path file) {
    UserError error =
        catchThrowableOfType(
            UserError.class,
            () -> {
              try (WeightArchive archive = WeightArchives.open(file)) {
                archive.tensors().values().forEach(StoredTensor::floats);
              }
            });
    assertThat(error).isNotNull();
    assertThat(error.kind()).isEqualTo(UserError.Kind.INPUT);
    String message = error.getMessage();
    assertThat(message).endsWith(".").doesNotContain("Exception");
    return message;
  }
}
