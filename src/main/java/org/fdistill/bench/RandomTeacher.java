package org.fdistill.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

  /** Whether a run has a teacher of which there is no SavedModel. */
  public static boolean isMissing(RunConfig run) {
    return Tasks.of(run)
        .teacher()
        .map(TeacherConfig::getPath)
        .filter(path -> path.isEmpty() || !SavedModelFolder.isAt(Path.of(path)))
        .isPresent();
  }

  /** Whether a run says what its teacher's network is; else the student's stands in. */
  public static boolean isDescribed(RunConfig run) {
    return Tasks.of(run).teacher().filter(TeacherConfig::hasArchitecture).isPresent();
  }

  /**
   * Writes a stand-in with random weights.
   *
   * @param run that lacks its teacher
   * @param folder for a checkpoint and the SavedModel
   * @return the run, with the stand-in for its teacher
   */
  public static RunConfig withWeights(RunConfig run, Path folder) {
    Checkpoint checkpoint = checkpoint(network(run), folder.resolve("checkpoints"));
    Path model = SavedModelExporter.export(checkpoint, folder.resolve("export")).path();
    return taughtBy(run, model);
  }

  /**
   * Writes a stand-in without weights, on which the training graph can be built, but not run.
   *
   * @param run that lacks its teacher
   * @param folder for the SavedModel
   * @return the run, with the stand-in for its teacher
   */
  public static RunConfig withoutWeights(RunConfig run, Path folder) throws IOException {
    SavedModelExporter.exportGraph(network(run), folder);
    return taughtBy(run, folder);
  }

  /** The run whose model is the stand-in's network. */
  private static RunConfig network(RunConfig run) {
    RunConfig.Builder network = run.toBuilder().clearValidationData().clearTask().setName(NAME);
    Tasks.of(run)
        .teacher()
        .filter(TeacherConfig::hasArchitecture)
        .ifPresent(teacher -> network.setModel(teacher.getArchitecture()));
    return network.build();
  }

  /** What the config says of the missing model's tensors does not hold for the stand-in. */
  private static RunConfig taughtBy(RunConfig run, Path model) {
    return Tasks.withTeacher(
        run, TeacherConfig.newBuilder().setPath(model.toString()).setName(NAME).build());
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
