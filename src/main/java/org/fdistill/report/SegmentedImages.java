package org.fdistill.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Field;
import org.fdistill.data.InputPipeline;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Variables;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.fdistill.train.SessionSettings;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** What a segmenter makes of some validation images at their own size, beside the truth. */
final class SegmentedImages {
  /** The list of them. */
  static final String LIST = "validation.json";

  private static final int MOST = 4;
  private static final String CLASS_MAP = "class_map";

  private final RunConfig config;
  private final SavedWeights weights;
  private final int wanted;

  /**
   * Of one run.
   *
   * @param config with validation data, whose task has a dense head
   * @param wanted images, at most
   */
  SegmentedImages(RunConfig config, SavedWeights weights, int wanted) {
    this.config = config;
    this.weights = weights;
    this.wanted = Math.min(wanted, MOST);
  }

  /**
   * Segments and writes them, and last their list.
   *
   * @param run its folder
   * @param step of the weights
   */
  void write(Path run, long step) throws IOException {
    DataConfig data = config.getValidationData();
    ExampleSource source = ExampleSource.open(data);
    Task task = Tasks.of(config);
    SampleImages files = new SampleImages(run, task.classNames(source.classNames()));
    Files.createDirectories(files.folder());
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      InputPipeline input =
          InputPipeline.build(
              tf,
              "validation_data",
              data,
              source,
              task.validationView(data),
              InputPipeline.Options.sample(config.getSeed(), 1));
      Variables variables = new Variables(tf, tf.constant(0L));
      LayerScope scope = LayerScope.inference(tf, variables, Precision.of(config.getRuntime()));
      Operand<TFloat32> images = tf.dtypes.cast(input.batch().get(Field.IMAGE), TFloat32.class);
      Operand<?> map = task.denseHead().orElseThrow().outputs(scope, images).get(CLASS_MAP);
      VariableFiles saved = VariableFiles.build(tf.withSubScope("files"), variables.all());
      weights.requireVariables(saved.shapes());
      try (Session session = SessionFactory.open(graph, SessionSettings.of(config.getRuntime()))) {
        saved.restore(session, weights.prefix());
        input.start(session, 0, source.size());
        write(session, input, map, files, step);
      }
    }
  }

  private void write(
      Session session, InputPipeline input, Operand<?> map, SampleImages files, long step)
      throws IOException {
    JsonArray list = new JsonArray();
    Set<Integer> seen = new TreeSet<>();
    for (int i = 0; i < Math.min(wanted, input.source().size()); i++) {
      try (Result result =
          session
              .runner()
              .fetch(input.batch().get(Field.IMAGE))
              .fetch(input.batch().get(Field.MASK))
              .fetch(map)
              .fetch(input.batch().get(Field.POSITION))
              .run()) {
        long position = ((TInt64) result.get(3)).getLong(0);
        String name = input.source().name(input.exampleAt(session, position));
        list.add(entry(result, "validation-" + (i + 1), name, files, seen));
      }
    }
    files.writeList(
        LIST,
        Map.of(SampleImages.IMAGES, list, SampleImages.CLASSES, files.key(seen), "step", step));
  }

  private static JsonObject entry(
      Result result, String file, String name, SampleImages files, Set<Integer> seen)
      throws IOException {
    TUint8 image = (TUint8) result.get(0);
    int height = (int) image.shape().get(1);
    int width = (int) image.shape().get(2);
    JsonObject entry = new JsonObject();
    entry.addProperty("name", name);
    entry.addProperty("image", Picture.write(files.folder(), file, bytes(image), height, width));
    entry.addProperty(
        "truth",
        files.writeClasses(file + "-truth", bytes((TUint8) result.get(1)), height, width, seen));
    entry.addProperty(
        "prediction",
        files.writeClasses(
            file + "-prediction", bytes((TUint8) result.get(2)), height, width, seen));
    return entry;
  }

  private static byte[] bytes(TUint8 tensor) {
    byte[] bytes = new byte[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(bytes, false, false));
    return bytes;
  }
}
