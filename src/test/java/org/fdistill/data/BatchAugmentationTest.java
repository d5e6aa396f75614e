package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.graph.Replicas;
import org.fdistill.proto.DataConfig;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** The whole augmentation of fine-tuning in a pipeline. */
final class BatchAugmentationTest {
  private static final String FULL =
      "augment { interpolation: BICUBIC rand_augment {} color_jitter { hue: 0.1 brightness: 0.4 }"
          + " random_erasing { probability: 0.5 } mixup {} }";

  /** From the first position on. */
  private static List<List<float[]>> all;

  @BeforeAll
  static void run() throws TextFormat.ParseException {
    all = batches(config(FULL), 0, 8);
  }

  private static DataConfig config(String augment) throws TextFormat.ParseException {
    return TextFormat.parse(
        "noise { examples: 12 classes: 3 } image_size: 24 batch_size: 4 " + augment,
        DataConfig.class);
  }

  /** Images and targets of the batches from a position on. */
  private static List<List<float[]>> batches(DataConfig config, long position, int count) {
    return batches(config, position, count, Replicas.ONE);
  }

  /** Of one of several workers, in the batches of all. */
  private static List<List<float[]>> batches(
      DataConfig config, long position, int count, Replicas replicas) {
    BatchAugmentation augmentation = BatchAugmentation.of(config);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      View view = View.all(ImageView.training(config), View.label(), augmentation);
      ExampleSource source = ExampleSource.open(config);
      Options options = Options.training(5, 4 / replicas.count());
      InputPipeline input =
          InputPipeline.build(
              tf, "input", config, source, view, options.of(replicas.count(), replicas.index()));
      Operand<TFloat32> pixels = tf.dtypes.cast(input.batch().get(Field.IMAGE), TFloat32.class);
      // Of the step and of nothing else, as the trainer's seeds are.
      Operand<TInt32> seed =
          tf.stack(
              List.of(
                  tf.constant(3),
                  tf.dtypes.cast(
                      tf.math.div(
                          tf.reduceMax(input.batch().get(Field.POSITION), tf.constant(0)),
                          tf.constant(4L)),
                      TInt32.class)));
      Operand<TFloat32> targets =
          tf.oneHot(
              tf.dtypes.cast(input.batch().get(Field.LABEL), TInt32.class),
              tf.constant(3),
              tf.constant(1f),
              tf.constant(0f));
      List<Operand<TFloat32>> fetched =
          List.of(
              augmentation.images(tf, pixels, input.batch(), seed, replicas),
              augmentation.targets(tf, targets, input.batch()));
      List<List<float[]>> all = new ArrayList<>();
      try (Session session = TestSession.open(graph)) {
        input.start(session, position, Long.MAX_VALUE);
        for (int i = 0; i < count; i++) {
          Session.Runner runner = session.runner();
          fetched.forEach(runner::fetch);
          try (Result result = runner.run()) {
            all.add(List.of(floats(result, 0), floats(result, 1)));
          }
        }
      }
      return all;
    }
  }

  private static float[] floats(Result result, int index) {
    TFloat32 tensor = (TFloat32) result.get(index);
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  @Test
  void aRunThatStartsLaterSeesTheSameBits() throws TextFormat.ParseException {
    List<List<float[]>> later = batches(config(FULL), 20, 3);
    for (int i = 0; i < 3; i++) {
      assertThat(later.get(i).get(0)).isEqualTo(all.get(5 + i).get(0));
      assertThat(later.get(i).get(1)).isEqualTo(all.get(5 + i).get(1));
    }
    assertThat(all.get(0).get(0)).isNotEqualTo(all.get(3).get(0));
  }

  @Test
  void twoWorkersEraseAndMixAsOne() throws TextFormat.ParseException {
    for (int w = 0; w < 2; w++) {
      DeviceSpec device = DeviceSpec.newBuilder().build();
      List<List<float[]>> own = batches(config(FULL), 4, 7, Replicas.of(2, w, device, "ring"));
      for (int i = 0; i < 7; i++) {
        for (int field = 0; field < 2; field++) {
          float[] whole = all.get(i + 1).get(field);
          int row = whole.length / 4;
          float[] rows = new float[2 * row];
          System.arraycopy(whole, w * row, rows, 0, row);
          System.arraycopy(whole, (3 - w) * row, rows, row, row);
          assertThat(own.get(i).get(field)).isEqualTo(rows);
        }
      }
    }
  }

  @Test
  void targetsStayProbabilitiesAndAreMixed() {
    int mixed = 0;
    for (List<float[]> batch : all) {
      float[] targets = batch.get(1);
      for (int b = 0; b < 4; b++) {
        float sum = targets[3 * b] + targets[3 * b + 1] + targets[3 * b + 2];
        assertThat(sum).isBetween(0.9999f, 1.0001f);
      }
      mixed += targets[0] % 1 != 0 || targets[1] % 1 != 0 ? 1 : 0;
    }
    assertThat(mixed).isPositive();
  }

  /** Functions that differ in the shapes of their inputs alone were one function once. */
  @Test
  void twoSizesFitIntoOneGraph() throws TextFormat.ParseException {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<InputPipeline> inputs = new ArrayList<>();
      for (int side : new int[] {24, 32}) {
        DataConfig config =
            config("augment { rand_augment {} }").toBuilder().setImageSize(side).build();
        View view = ImageView.training(config);
        ExampleSource source = ExampleSource.open(config);
        Options options = Options.training(5, 4);
        inputs.add(InputPipeline.build(tf, "input" + side, config, source, view, options));
      }
      try (Session session = TestSession.open(graph)) {
        for (InputPipeline input : inputs) {
          input.start(session, 0, Long.MAX_VALUE);
          session.runner().fetch(input.batch().get(Field.IMAGE)).run().close();
        }
      }
    }
  }

  @Test
  void withoutItNothingIsAddedToABatch() throws TextFormat.ParseException {
    BatchAugmentation none = BatchAugmentation.of(config("augment {}"));
    assertThat(none.fields()).isEmpty();
    assertThat(BatchAugmentation.of(config("")).fields()).isEmpty();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> images = tf.constant(new float[] {1, 2});
      Batch batch = new Batch(Map.of());
      assertThat(none.images(tf, images, batch, null, Replicas.ONE)).isSameAs(images);
      assertThat(none.targets(tf, images, batch)).isSameAs(images);
      Operand<TInt64> position = tf.constant(0L);
      assertThat(none.of(tf, new StoredExample(null, position, new Draws(1, position)))).isEmpty();
    }
  }
}
