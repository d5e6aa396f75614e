package org.fdistill.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.CheckpointStore;
import org.fdistill.checkpoint.Manifest;
import org.fdistill.checkpoint.Retention;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.config.TextProtos;
import org.fdistill.data.DataIdentity;
import org.fdistill.eval.Criterion;
import org.fdistill.export.SavedModelExporter;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Variables;
import org.fdistill.model.Network;
import org.fdistill.proto.CheckpointConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Tasks;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A network that stands in for a teacher which is not there: neither speed nor memory depend on
 * weights. It is of the architecture that the config describes, else of the student's.
 */
public final class RandomTeacher {
  private static final String NAME = "random-teacher";

  private RandomTeacher() {}

  /** The teachers of a run of which there is no SavedModel. */
  public static List<TeacherConfig> missing(RunConfig run) {
    return Tasks.of(run).teachers().stream().filter(RandomTeacher::isMissing).toList();
  }

  private static boolean isMissing(TeacherConfig teacher) {
    return teacher.getPath().isEmpty() || !SavedModelFolder.isAt(Path.of(teacher.getPath()));
  }

  /**
   * Writes stand-ins with random weights.
   *
   * @param run that lacks teachers
   * @param folder for checkpoints and SavedModels
   * @return the run, with stand-ins for the teachers that are not there; it then reads no cache
   */
  public static RunConfig withWeights(RunConfig run, Path folder) {
    return complete(
        missing(run).isEmpty() ? run : Tasks.withoutCache(run),
        folder,
        (network, own) -> {
          Checkpoint checkpoint = checkpoint(network, own.resolve("checkpoints"));
          return SavedModelExporter.export(checkpoint, own.resolve("export")).path();
        });
  }

  /**
   * Writes stand-ins without weights, on which the training graph can be built, but not run.
   *
   * @param run that lacks teachers
   * @param folder for the SavedModels
   * @return the run, with stand-ins for the teachers that are not there
   */
  public static RunConfig withoutWeights(RunConfig run, Path folder) throws IOException {
    try {
      return complete(run, folder, RandomTeacher::exportGraph);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Path exportGraph(RunConfig network, Path folder) {
    try {
      SavedModelExporter.exportGraph(network, Files.createDirectories(folder));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What the config says of a missing model's tensors does not hold for its stand-in; its weight
   * does, and that it gives one vector.
   *
   * @param writer writes a network into a folder, and says where
   */
  private static RunConfig complete(
      RunConfig run, Path folder, BiFunction<RunConfig, Path, Path> writer) {
    List<TeacherConfig> teachers = new ArrayList<>(Tasks.of(run).teachers());
    for (int i = 0; i < teachers.size(); i++) {
      TeacherConfig teacher = teachers.get(i);
      if (isMissing(teacher)) {
        String name = teachers.size() == 1 ? NAME : NAME + "-" + i;
        Path model = writer.apply(network(run, teacher), folder.resolve(name));
        TeacherConfig.Builder standIn =
            TeacherConfig.newBuilder()
                .setPath(model.toString())
                .setName(name)
                .setWeight(teacher.getWeight());
        if (teacher.getLayout() == TeacherConfig.Layout.VECTOR) {
          standIn.setLayout(TeacherConfig.Layout.VECTOR).setOutput("pooled");
        }
        teachers.set(i, standIn.build());
      }
    }
    return Tasks.withTeachers(run, teachers);
  }

  /** The run whose model is the stand-in's network. */
  private static RunConfig network(RunConfig run, TeacherConfig teacher) {
    RunConfig.Builder network = run.toBuilder().clearValidationData().clearTask().setName(NAME);
    if (teacher.hasArchitecture()) {
      network.setModel(teacher.getArchitecture());
    }
    return network.build();
  }

  private static Checkpoint checkpoint(RunConfig run, Path folder) {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Placeholder<TInt64> seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
      Variables variables = new Variables(tf, seed);
      Network network = Tasks.network(run);
      long side = network.backbone().imageSize();
      Placeholder<TFloat32> images =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, side, side, 3)));
      network.build(LayerScope.inference(tf, variables, Precision.FLOAT32), images);
      VariableFiles files = VariableFiles.build(tf, variables.all());
      CheckpointStore store =
          new CheckpointStore(
              folder,
              Retention.of(CheckpointConfig.getDefaultInstance(), new Criterion("loss", false)),
              TextProtos.toText(run));
      try (Session session = SessionFactory.open(graph);
          TInt64 value = TInt64.scalarOf(run.getSeed())) {
        Session.Runner runner = session.runner().feed(seed, value);
        List.copyOf(variables.initializations()).forEach(runner::addTarget);
        runner.run().close();
        return store.write(
            new Manifest.RunPosition(0, 0, 0),
            DataIdentity.of(0, List.of()),
            Map.of(),
            prefix -> files.save(session, prefix));
      }
    }
  }
}
