package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.data.Examples;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A probe whose features are computed once. */
@Tag("slow")
class CachedProbeTest {
  private static final String CONFIG =
      """
      name: "cached"
      probe { classes: 2 }
      model { vit { image_size: 16 patch_size: 8 width: 8 depth: 2 heads: 2 } }
      train_data { noise {} batch_size: 4 }
      optimizer { lars { trust: 0.1 } }
      schedule { length { steps: 9 } learning_rate: 1 scale_by_batch: 0 }
      checkpoint { every_steps: 5 }
      log { report: false }
      export { at_end: false }
      """;

  @TempDir Path root;

  private List<String> words(String folder, String... settings) {
    String config = TinyConfigs.write(root.resolve("run.txtpb"), CONFIG);
    List<String> words = new ArrayList<>(List.of("train", config));
    words.addAll(List.of("--workdir", root.resolve(folder).toString()));
    words.addAll(List.of("--set", "train_data.image_folder.path=" + root.resolve("images")));
    for (String setting : settings) {
      words.addAll(List.of("--set", setting));
    }
    return words;
  }

  private float[] train(String folder, String... settings) {
    CommandRun.done(words(folder, settings).toArray(String[]::new));
    Path checkpoint = root.resolve(folder).resolve("checkpoints/step-9/variables");
    try (BundleReader reader = new BundleReader(checkpoint)) {
      assertThat(reader.shapes()).doesNotContainKey("features");
      return reader.read("probe/kernel");
    }
  }

  private void writeImages() throws IOException {
    for (int i = 0; i < 10; i++) {
      Path folder = Files.createDirectories(root.resolve("images/class" + i % 2));
      Files.write(folder.resolve(i + ".png"), Examples.image(i, 20, 18, "png"));
    }
  }

  @Test
  void aCachedProbeTrainsAsOneThatComputesEachTime() throws IOException {
    writeImages();
    float[] computed = train("computed");
    float[] cached = train("cached", "probe.cache_features=true");
    // Products of batches of other sizes may be added up in another order.
    for (int i = 0; i < computed.length; i++) {
      assertThat(cached[i]).isCloseTo(computed[i], org.assertj.core.data.Offset.offset(1e-5f));
    }
    Path killed = root.resolve("killed");
    TenSteps.copy(root.resolve("cached"), killed);
    Files.delete(killed.resolve("summary.json"));
    TenSteps.delete(killed.resolve("checkpoints/step-9"));
    assertThat(train("killed", "probe.cache_features=true")).isEqualTo(cached);
  }

  @Test
  void anImageThatCannotBeReadIsNamed() throws IOException {
    writeImages();
    Files.write(root.resolve("images/class1/5.png"), new byte[] {1, 2, 3});
    CommandRun.fails(
        3,
        List.of("class1/5.png: this image cannot be read, and probe.cache_features needs all"),
        words("unreadable", "probe.cache_features=true").toArray(String[]::new));
  }

  @Test
  void augmentationAndCacheExcludeEachOther() {
    CommandRun.fails(
        2,
        List.of("probe.cache_features", "train_data.augment shows an image otherwise each time"),
        words("both", "probe.cache_features=true", "train_data.augment={}").toArray(String[]::new));
  }
}
