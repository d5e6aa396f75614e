package org.fdistill.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.data.Batch;
import org.fdistill.data.BatchAugmentation;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Field;
import org.fdistill.data.InputPipeline;
import org.fdistill.data.View;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.PixelNormalization;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Seeds;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Variables;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The first images of a run as its network sees them in the first step: a pipeline of its own that
 * starts at the first position, and the augmentation of batches. Nothing of the run's is touched.
 */
final class SampleGraph {
  private static final ConfigProto ON_CPU =
      ConfigProto.newBuilder().putDeviceCount("GPU", 0).build();

  private static final int MIXED = 256;
  private static final byte GREY = (byte) 128;
  private static final List<Field<?>> SHOWN =
      List.of(Field.STUDENT_IMAGE, Field.KEPT_PATCHES, Field.MASK, Field.LABEL);

  private final RunConfig config;
  private final View view;
  private final ExampleSource source;
  private final int count;
  private final int batch;
  private final BatchAugmentation augmentation;

  /**
   * Of one run.
   *
   * @param view of its task on training examples
   * @param wanted images, at most
   */
  SampleGraph(RunConfig config, View view, ExampleSource source, int wanted) {
    this.config = config;
    this.view = view;
    this.source = source;
    int micro = config.getTrainData().getBatchSize() / config.getOptimizer().getAccumulation();
    count = (int) Math.min(wanted, Math.min(micro, source.size()));
    augmentation = BatchAugmentation.of(config.getTrainData());
    // What an image is mixed with depends on the whole batch; of very large ones only a part is
    // taken.
    batch = isMixed() ? Math.max(count, Math.min(micro, MIXED)) : count;
  }

  /**
   * Some images.
   *
   * @param side S
   * @param pixels [n, S, S, 3]
   * @param student [n, S, S, 3], what a student sees that is shown a version or a part of its own,
   *     hidden patches grey; null where it sees the images
   * @param classes [n, S, S], 255 for none; null where the task has no masks
   * @param labels [n]; null where the task looks at none
   * @param examples [n], their numbers in the source
   */
  @SuppressWarnings("ArrayRecordComponent") // Written to files, never compared.
  record Samples(
      int side, byte[] pixels, byte[] student, byte[] classes, long[] labels, long[] examples) {}

  private boolean isMixed() {
    return !augmentation.fields().isEmpty()
        && view.fields().keySet().containsAll(augmentation.fields().keySet());
  }

  Samples run() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      DataConfig data = config.getTrainData().toBuilder().setPrefetchBatches(1).build();
      InputPipeline input =
          InputPipeline.build(
              tf,
              "samples",
              data,
              source,
              view,
              InputPipeline.Options.training(config.getSeed(), batch));
      Map<Field<?>, Operand<?>> wanted = wanted(tf, input.batch());
      try (Session session = SessionFactory.open(graph, ON_CPU)) {
        // Unreadable examples are left out, and later ones come up.
        input.start(session, 0, Math.max(source.size(), batch));
        Session.Runner runner = session.runner();
        wanted.values().forEach(runner::fetch);
        try (Result result = runner.run()) {
          Map<Field<?>, Tensor> values = new LinkedHashMap<>();
          wanted.keySet().forEach(field -> values.put(field, result.get(values.size())));
          return samples(values, input, session);
        }
      }
    }
  }

  private Map<Field<?>, Operand<?>> wanted(Ops tf, Batch given) {
    Map<Field<?>, Operand<?>> wanted = new LinkedHashMap<>();
    wanted.put(Field.POSITION, given.get(Field.POSITION));
    wanted.put(Field.IMAGE, isMixed() ? mixed(tf, given) : given.get(Field.IMAGE));
    for (Field<?> field : SHOWN) {
      Optional.ofNullable(given.fields().get(field)).ifPresent(o -> wanted.put(field, o));
    }
    return wanted;
  }

  private Operand<TUint8> mixed(Ops tf, Batch given) {
    PixelNormalization normalization =
        PixelNormalization.of(config.getTrainData().getNormalization());
    // The names and numbers of the first step of the training graph.
    LayerScope scope =
        LayerScope.training(
            tf,
            new Variables(tf, tf.constant(config.getSeed())),
            Precision.FLOAT32,
            new Seeds(tf.constant(config.getSeed()), tf.constant(0L)));
    Operand<TFloat32> images =
        normalization.apply(tf, tf.dtypes.cast(given.get(Field.IMAGE), TFloat32.class));
    Operand<TFloat32> changed =
        augmentation.images(tf, images, given, scope.seed("erasing"), scope.replicas());
    return tf.dtypes.cast(tf.math.rint(normalization.undo(tf, changed)), TUint8.class);
  }

  private Samples samples(Map<Field<?>, Tensor> values, InputPipeline input, Session session) {
    TUint8 images = (TUint8) values.get(Field.IMAGE);
    long[] positions = longs(values.get(Field.POSITION));
    long[] examples = new long[positions.length];
    for (int i = 0; i < positions.length; i++) {
      examples[i] = input.exampleAt(session, positions[i]);
    }
    return new Samples(
        (int) images.shape().get(1),
        bytes(images),
        student(values),
        values.containsKey(Field.MASK) ? bytes((TUint8) values.get(Field.MASK)) : null,
        values.containsKey(Field.LABEL) ? longs(values.get(Field.LABEL)) : null,
        examples);
  }

  private byte[] student(Map<Field<?>, Tensor> values) {
    boolean own = values.containsKey(Field.STUDENT_IMAGE);
    boolean masked = values.containsKey(Field.KEPT_PATCHES);
    if (!own && !masked) {
      return null;
    }
    TUint8 images = (TUint8) values.get(own ? Field.STUDENT_IMAGE : Field.IMAGE);
    byte[] pixels = bytes(images);
    if (masked) {
      hide(pixels, (int) images.shape().get(1), (TInt32) values.get(Field.KEPT_PATCHES));
    }
    return pixels;
  }

  /** Makes all patches grey but those that are kept [B, K]. */
  private void hide(byte[] pixels, int side, TInt32 kept) {
    int grid = Tasks.network(config).backbone().grid();
    int patch = side / grid;
    boolean[][] visible = new boolean[count][grid * grid];
    for (int image = 0; image < count; image++) {
      for (long k = 0; k < kept.shape().get(1); k++) {
        visible[image][kept.getInt(image, k)] = true;
      }
    }
    for (int i = 0; i < pixels.length; i++) {
      int pixel = i / 3;
      int y = pixel / side % side;
      int x = pixel % side;
      if (!visible[pixel / (side * side)][y / patch * grid + x / patch]) {
        pixels[i] = GREY;
      }
    }
  }

  private byte[] bytes(TUint8 all) {
    var first = all.slice(Indices.sliceTo(count));
    byte[] bytes = new byte[Math.toIntExact(first.size())];
    first.copyTo(DataBuffers.of(bytes, false, false));
    return bytes;
  }

  private long[] longs(Tensor all) {
    var first = ((TInt64) all).slice(Indices.sliceTo(count));
    long[] longs = new long[count];
    first.copyTo(DataBuffers.of(longs, false, false));
    return longs;
  }
}
