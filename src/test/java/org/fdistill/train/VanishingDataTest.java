package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.data.Examples;
import org.fdistill.data.Field;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.exceptions.TFOutOfRangeException;

@Timeout(120)
class VanishingDataTest {
  /** Nothing is special about examples without a label. */
  private static final Regression TASK = new Regression(Runs.FEATURES, 0.1f, 99);

  @TempDir Path root;

  @Tag("slow")
  @Test
  void aRunWhoseImagesVanishEnds() throws IOException {
    Path run = root.resolve("run");
    assertThatThrownBy(() -> train(run, "train_data.max_bad_share=0.01"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("images could not be read")
        .hasMessageContaining(root.resolve("images").toString())
        .hasMessageContaining("max_bad_share");
  }

  @Test
  @Tag("slow")
  void itEndsEvenWhereEveryImageMayBeUnreadable() {
    Path run = root.resolve("run");
    assertThatThrownBy(() -> train(run, "train_data.max_bad_share=1"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("None of the next")
        .hasMessageContaining("unreadable-training-images.txt");
    assertThat(run.resolve("unreadable-training-images.txt")).isRegularFile();
  }

  private void train(Path run, String override) throws IOException {
    Path images = Examples.flatFolder(root.resolve("images"), 16);
    RunConfig config =
        Runs.config(
            "train_data.image_folder.path=" + images, "schedule.length.steps=100000", override);
    Runs.train(run, config, TASK, new Recording(step -> vanish(images, step)));
  }

  private static void vanish(Path images, long step) {
    for (int i = 0; step == 4 && i < 16; i++) {
      try {
        Files.delete(images.resolve("%03d.jpg".formatted(i)));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  /** A window ends after 10,000 and 64 positions, in the middle of an epoch of 64 examples. */
  @Test
  void batchesGoOnAcrossWindows() {
    List<Long> whole = positions(0, 3);
    assertThat(whole).hasSize(24);
    // Two steps before a window's end, and one behind.
    List<Long> across = positions(10_048, 3);
    assertThat(across).hasSize(24);
    for (int i = 0; i < 24; i++) {
      assertThat(across.get(i)).isEqualTo(10_048 + whole.get(i));
    }
  }

  private List<Long> positions(long skipped, int steps) {
    RunConfig config = Runs.config();
    List<Long> positions = new ArrayList<>();
    try (TrainingProgram program =
        new TrainingProgram(config, Runs.TASK, Rewriter.of(config.getRuntime()))) {
      program.initialize(config.getSeed());
      TrainingBatches data =
          new TrainingBatches(
              program.session(),
              program.trainData(),
              config.getTrainData(),
              List.of(),
              root.resolve("unreadable.txt"));
      data.start(0);
      while (data.nextPosition() < skipped) {
        data.observe(fields(program.skipBatch()));
      }
      while (positions.size() < 8 * steps) {
        try {
          long[] batch = program.skipBatch();
          for (long position : batch) {
            positions.add(position);
          }
          data.observe(fields(batch));
        } catch (TFOutOfRangeException endOfWindow) {
          data.goOn();
        }
      }
    }
    return positions;
  }

  private static ObservedFields fields(long[] positions) {
    return new ObservedFields(Map.of(Field.POSITION, positions));
  }
}
