package org.fdistill.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.CheckpointStore;
import org.fdistill.checkpoint.Manifest;
import org.fdistill.checkpoint.Retention;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.config.TextProtos;
import org.fdistill.export.SavedModelExporter;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Variables;
import org.fdistill.model.Backbone;
import org.fdistill.model.Backbones;
import org.fdistill.proto.CheckpointConfig;
import org.fdistill.proto.RunConfig;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A teacher of the student's architecture with random weights: speed does not depend on weights.
 */
public final class RandomTeacher {
  private static final String NAME = "random-teacher";

  private RandomTeacher() {}

  /**
   * Writes it as a SavedModel.
   *
   * @param run whose model it takes
   * @param folder for a checkpoint and the export
   * @return the SavedModel's folder
   */
  public static Path write(RunConfig run, Path folder) {
    RunConfig.Builder teacher = run.toBuilder().clearValidationData().setName(NAME);
    teacher.getDistillBuilder().getTeacherBuilder().setPath(NAME);
    Checkpoint checkpoint = checkpoint(teacher.build(), folder.resolve("checkpoints"));
    return SavedModelExporter.export(checkpoint, folder.resolve("export")).path();
  }

  private static Checkpoint checkpoint(RunConfig run, Path folder) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TInt64> seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
      Variables variables = new Variables(tf, seed);
      Backbone backbone = Backbones.of(run.getModel());
      long side = backbone.imageSize();
      Placeholder<TFloat32> images =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, side, side, 3)));
      backbone.build(
          LayerScope.inference(tf, variables, Precision.FLOAT32).at(Backbones.SCOPE), images);
      VariableFiles files = VariableFiles.build(tf, variables.all());
      CheckpointStore store =
          new CheckpointStore(
              folder,
              Retention.of(CheckpointConfig.getDefaultInstance(), "loss", false),
              TextProtos.toText(run));
      try (Session session = new Session(graph);
          TInt64 value = TInt64.scalarOf(run.getSeed())) {
        Session.Runner runner = session.runner().feed(seed, value);
        List.copyOf(variables.initializations()).forEach(runner::addTarget);
        runner.run().close();
        return store.write(
            new Manifest.Progress(0, 0, 0), Map.of(), prefix -> files.save(session, prefix));
      }
    }
  }
}
