package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.data.PipelineRun.Element;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ImageFolderSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FixedViewsTest {
  private static final int EXAMPLES = 6;
  private static final int VIEWS = 2;

  @TempDir Path folder;
  private DataConfig data;

  @BeforeEach
  void makeImages() throws IOException {
    data =
        DataConfig.newBuilder()
            .setImageSize(16)
            .setAugment(AugmentConfig.getDefaultInstance())
            .setImageFolder(
                ImageFolderSource.newBuilder()
                    .setPath(Examples.flatFolder(folder, EXAMPLES).toString()))
            .build();
  }

  private ExampleSource views(long seed) {
    return new FixedViews(ExampleSource.open(data), VIEWS, seed);
  }

  /** The pixels of each example in each of some epochs. */
  private Map<String, List<Byte>> pixels(ExampleSource source, Options options, int epochs) {
    Map<String, List<Byte>> pixels = new HashMap<>();
    try (PipelineRun run = new PipelineRun(data, source, options)) {
      for (Element element : run.elements(0, (long) epochs * EXAMPLES)) {
        long example = run.pipeline().exampleAt(run.session(), element.position());
        pixels.put(example + " in epoch " + element.position() / EXAMPLES, element.pixels());
      }
    }
    assertThat(pixels).hasSize(epochs * EXAMPLES);
    return pixels;
  }

  @Test
  void anEpochShowsTheViewsOfTheOneThatIsKEpochsBefore() {
    Map<String, List<Byte>> pixels = pixels(views(3), Options.training(7, 3), 4);
    for (int i = 0; i < EXAMPLES; i++) {
      for (int epoch = 0; epoch < 2; epoch++) {
        assertThat(pixels.get(i + " in epoch " + (epoch + VIEWS)))
            .isEqualTo(pixels.get(i + " in epoch " + epoch));
      }
    }
    assertThat(new HashSet<>(pixels.values())).hasSize(VIEWS * EXAMPLES);
  }

  @Test
  void theRunsSeedAndOrderHaveNoPartInThem() {
    Map<String, List<Byte>> pixels = pixels(views(3), Options.training(7, 3), 2);
    assertThat(pixels(views(3), Options.training(8, 2), 2)).isEqualTo(pixels);
    Map<String, List<Byte>> others = pixels(views(4), Options.training(7, 3), 2);
    others.forEach((turn, view) -> assertThat(view).isNotEqualTo(pixels.get(turn)));
  }
}
