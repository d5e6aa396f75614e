package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.checkpoint.BundleReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one part of a run hands to the next, where no golden of {@link TenStepsTest} looks. */
class SeamsTest {
  private static final int MILLISECONDS = 60;

  @TempDir Path root;

  /** A clock that is never reset would write one after every step, some milliseconds apart. */
  @Test
  void checkpointsByTheClockAreSoFarApart() throws IOException {
    Path run =
        train(
            "schedule.length.steps=120",
            "checkpoint.every_minutes=" + MILLISECONDS / 60_000.0,
            "checkpoint.keep_last=120",
            "validation_data=",
            "export.at_end=false");
    List<Long> times = new ArrayList<>();
    try (Stream<Path> folders = Files.list(run.resolve("checkpoints"))) {
      for (Path folder : folders.filter(f -> !f.endsWith("step-120")).toList()) {
        FileTime time = Files.getLastModifiedTime(folder.resolve("manifest.json"));
        times.add(time.toMillis());
      }
    }
    times.sort(null);
    assertThat(times).isNotEmpty();
    for (int i = 1; i < times.size(); i++) {
      assertThat(times.get(i) - times.get(i - 1)).isGreaterThanOrEqualTo(MILLISECONDS - 1);
    }
  }

  /** A thousandth of a normal draw of deviation 0.02: four standard errors of 256 draws. */
  @Test
  void aNewHeadStartsSmall() {
    Path run =
        train(
            "classify.classes=32",
            "schedule={ length { steps: 1 } learning_rate: 1e-30 min_learning_rate: 0 }",
            "export.at_end=false");
    try (BundleReader first = new BundleReader(run.resolve("checkpoints/step-1/variables"))) {
      float[] kernel = first.read("head/kernel");
      double squares = 0;
      for (float value : kernel) {
        squares += (double) value * value;
      }
      double deviation = 2e-5;
      assertThat(Math.sqrt(squares / kernel.length))
          .isBetween(
              deviation * (1 - 4 / Math.sqrt(2.0 * kernel.length)),
              deviation * (1 + 4 / Math.sqrt(2.0 * kernel.length)));
    }
  }

  private Path train(String... settings) {
    List<String> words =
        new ArrayList<>(
            List.of("train", TinyConfigs.classify(root), "--workdir", root.resolve("run") + ""));
    for (String setting : settings) {
      words.addAll(List.of("--set", setting));
    }
    CommandRun.done(words.toArray(String[]::new));
    return root.resolve("run");
  }
}
