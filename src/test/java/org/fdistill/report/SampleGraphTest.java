package org.fdistill.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.fdistill.config.RunConfigs;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.InputPipeline;
import org.fdistill.data.View;
import org.fdistill.data.VisiblePatches;
import org.fdistill.data.augment.PatchMask;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.SessionFactory;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TUint8;

class SampleGraphTest {
  private static final int SIDE = 16;
  private static final int IMAGE = SIDE * SIDE * 3;
  private static final int BATCH = 8;
  private static final String CONFIG =
      """
      name: "samples"
      seed: 5
      classify { classes: 4 }
      model { vit { image_size: 16 patch_size: 8 width: 8 depth: 1 heads: 2 } }
      train_data { noise { examples: 24 classes: 4 } batch_size: 8 augment { rand_augment {} %s } }
      schedule { length { steps: 2 } learning_rate: 1e-3 }
      """;

  private static final String MASKED =
      """
      name: "masked"
      seed: 5
      distill { teacher { path: "nowhere" } mask { ratio: 0.25 } }
      model { vit { image_size: 16 patch_size: 4 width: 8 depth: 1 heads: 2 } }
      train_data { noise { examples: 24 } batch_size: 8 augment {} }
      schedule { length { steps: 2 } learning_rate: 1e-3 }
      """;

  @Test
  void imagesAreTheFirstOfTheFirstStep() {
    SampleGraph.Samples samples = samples("", 3);
    assertThat(samples.pixels()).isEqualTo(Arrays.copyOf(firstBatch(), 3 * IMAGE));
    assertThat(samples.side()).isEqualTo(SIDE);
    assertThat(samples.labels()).hasSize(3);
    assertThat(samples.examples()).hasSize(3).doesNotHaveDuplicates();
    assertThat(samples.classes()).isNull();
  }

  @Test
  void thereAreNoMoreThanAStepHas() {
    assertThat(samples("", 100).pixels()).isEqualTo(firstBatch());
  }

  /** Through the normalisation and back, every pixel is what it was. */
  @Test
  void whatIsNotMixedComesThroughUnchanged() {
    byte[] unchanged =
        samples("mixup { probability: 0 } random_erasing { probability: 0 }", 4).pixels();
    assertThat(unchanged).isEqualTo(Arrays.copyOf(firstBatch(), 4 * IMAGE));
  }

  /** Image i is a blend with image 7 - i of the whole batch, in one proportion for all. */
  @Test
  void mixedImagesAreMixedWithThoseOfTheirBatch() {
    byte[] mixed = samples("mixup { cutmix_alpha: 0 }", 3).pixels();
    byte[] batch = firstBatch();
    double share = share(mixed, batch);
    assertThat(share).isBetween(0.0, 1.0);
    for (int i = 0; i < mixed.length; i++) {
      double blend = share * (batch[i] & 0xff) + (1 - share) * (batch[partner(i)] & 0xff);
      // Rounded to whole numbers, and the share is known to about a thousandth.
      assertThat(mixed[i] & 0xff).isCloseTo((int) Math.round(blend), within(1));
    }
  }

  /** By least squares. */
  private static double share(byte[] mixed, byte[] batch) {
    double above = 0;
    double below = 0;
    for (int i = 0; i < mixed.length; i++) {
      double difference = (batch[i] & 0xff) - (batch[partner(i)] & 0xff);
      above += difference * ((mixed[i] & 0xff) - (batch[partner(i)] & 0xff));
      below += difference * difference;
    }
    return above / below;
  }

  private static int partner(int i) {
    return (BATCH - 1 - i / IMAGE) * IMAGE + i % IMAGE;
  }

  private static org.assertj.core.data.Offset<Integer> within(int offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }

  @Test
  void erasedRectanglesAreNoise() {
    byte[] erased = samples("random_erasing { probability: 1 min_area: 0.2 }", 4).pixels();
    byte[] batch = firstBatch();
    for (int image = 0; image < 4; image++) {
      int changed = 0;
      for (int i = image * IMAGE; i < (image + 1) * IMAGE; i += 3) {
        changed += erased[i] != batch[i] ? 1 : 0;
      }
      // Of a rectangle of 20 to 33 % of the area, whose sides are rounded.
      assertThat(changed).isBetween(SIDE * SIDE / 8, SIDE * SIDE / 2);
    }
  }

  /** What is kept is as it was, and what is hidden is grey, patch by patch. */
  @Test
  void aStudentsViewShowsItsPatches() {
    RunConfig config = RunConfigs.parse(MASKED, "config", List.of());
    View view =
        View.all(
            ImageView.training(config.getTrainData()),
            new VisiblePatches(PatchMask.of(config.getDistill().getMask(), 4)));
    SampleGraph.Samples samples = samples(config, view, 3);
    int kept = 0;
    for (int patch = 0; patch < 3 * 16; patch++) {
      byte[] image = patch(samples.pixels(), patch);
      byte[] seen = patch(samples.student(), patch);
      byte[] grey = new byte[4 * 4 * 3];
      Arrays.fill(grey, (byte) 128);
      kept += Arrays.equals(image, seen) ? 1 : 0;
      assertThat(seen).isIn(image, grey);
    }
    // A quarter of 16 patches is hidden in each image.
    assertThat(kept).isEqualTo(3 * 12);
  }

  private static byte[] patch(byte[] pixels, int number) {
    byte[] patch = new byte[4 * 4 * 3];
    int image = number / 16 * IMAGE;
    int top = number % 16 / 4 * 4;
    int left = number % 4 * 4;
    for (int y = 0; y < 4; y++) {
      System.arraycopy(pixels, image + ((top + y) * SIDE + left) * 3, patch, y * 12, 12);
    }
    return patch;
  }

  private static RunConfig config(String augment) {
    return RunConfigs.parse(CONFIG.formatted(augment), "config", List.of());
  }

  private static SampleGraph.Samples samples(String augment, int count) {
    RunConfig config = config(augment);
    return samples(config, Tasks.of(config).trainingView(config.getTrainData()), count);
  }

  private static SampleGraph.Samples samples(RunConfig config, View view, int count) {
    return new SampleGraph(config, view, ExampleSource.open(config.getTrainData()), count).run();
  }

  /** Before it is mixed. */
  private static byte[] firstBatch() {
    RunConfig config = config("");
    try (Graph graph = new Graph()) {
      InputPipeline input =
          InputPipeline.build(
              GraphScope.ops(graph),
              "input",
              config.getTrainData(),
              ExampleSource.open(config.getTrainData()),
              ImageView.training(config.getTrainData()),
              InputPipeline.Options.training(5, BATCH));
      try (Session session = SessionFactory.open(graph)) {
        input.start(session, 0, BATCH);
        try (Result result = session.runner().fetch(input.batch().get(Field.IMAGE)).run()) {
          byte[] pixels = new byte[BATCH * IMAGE];
          ((TUint8) result.get(0)).copyTo(DataBuffers.of(pixels, false, false));
          return pixels;
        }
      }
    }
  }
}
