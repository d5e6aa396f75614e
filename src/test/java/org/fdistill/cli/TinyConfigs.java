package org.fdistill.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Config files of runs that take a second and write no report. */
final class TinyConfigs {
  private static final String CLASSIFY =
      """
      name: "tiny"
      seed: 3
      classify { classes: 4 }
      model { vit { image_size: 16 patch_size: 8 width: 8 depth: 1 heads: 2 } }
      train_data {
        noise { examples: 16 classes: 4 }
        image_size: 16
        batch_size: 8
      }
      validation_data {
        noise { examples: 12 classes: 4 }
        image_size: 16
        batch_size: 8
      }
      schedule { length { steps: 2 } learning_rate: 1e-3 scale_by_batch: 0 }
      log { every_steps: 1 report: false }
      """;

  private TinyConfigs() {}

  /** A classifier of noise. */
  static String classify(Path folder) {
    return write(folder.resolve("classify.txtpb"), CLASSIFY);
  }

  /** A student of 32 by 32 pixels and 4 by 4 patches. */
  static String distill(Path folder, Path teacher) {
    String task = "distill { teacher { path: \"" + teacher + "\" } }";
    String text =
        CLASSIFY
            .replace("classify { classes: 4 }", task)
            .replace("image_size: 16", "image_size: 32");
    return write(folder.resolve("distill.txtpb"), text);
  }

  /** The same file; its runs write a report, which the others leave out. */
  static String withReport(String file) {
    try {
      return write(Path.of(file), Files.readString(Path.of(file)).replace(" report: false", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String write(Path file, String text) {
    try {
      return Files.writeString(file, text).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
