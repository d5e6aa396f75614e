package org.fdistill.export;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.CheckpointStore;
import org.fdistill.checkpoint.Manifest;
import org.fdistill.checkpoint.Retention;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.TextProtos;
import org.fdistill.data.DataIdentity;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Variables;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.testing.TestSession;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Runs of a tiny ViT with random weights, as the trainer leaves them. */
public final class TrainedRuns {
  /** S. */
  public static final int SIDE = 28;

  private static final int BATCH = 4;

  private TrainedRuns() {}

  /** A distillation run's config. */
  public static RunConfig distilled() {
    return RunConfigs.parse(
        """
        name: "tiny" seed: 3
        distill { teacher { path: "savedmodels/somebody" licence: "CC BY 4.0" } }
        model { vit { image_size: 28 patch_size: 7 width: 16 depth: 2 heads: 2 } }
        train_data { image_size: 28 batch_size: 4 noise {} augment {} }
        schedule { length { epochs: 1 } }
        export { note: "Made for a test." }
        """,
        "test",
        List.of());
  }

  /** A classification run's config. */
  public static RunConfig classified() {
    return distilled().toBuilder()
        .setClassify(distilled().getClassify().toBuilder().setClasses(5))
        .build();
  }

  /** Writes a checkpoint of a run: its network with random weights, and a variable beside it. */
  public static Checkpoint write(
      RunConfig run, Path folder, long step, Map<String, Double> validation) {
    CheckpointStore store =
        new CheckpointStore(
            folder.resolve("checkpoints"),
            Retention.of(
                run.getCheckpoint().toBuilder().setKeepLast(9).build(), Tasks.of(run).criterion()),
            TextProtos.toText(run));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, tf.constant(step));
      LayerScope scope = LayerScope.inference(tf, variables, Precision.FLOAT32);
      Operand<TFloat32> images =
          tf.zeros(tf.constant(new int[] {1, SIDE, SIDE, 3}), TFloat32.class);
      ExportedNetwork exported = ExportedNetwork.of(run);
      exported.outputs(scope, exported.network().build(scope, images));
      scope.at("projector").parameter("bias", Initializers.zeros(), 7);
      VariableFiles files = VariableFiles.build(tf, variables.all());
      try (Session session = TestSession.open(graph)) {
        Session.Runner runner = session.runner();
        variables.initializations().forEach(op -> runner.addTarget(op.op()));
        runner.run().close();
        return store.write(
            new Manifest.RunPosition(step, step, BATCH * step),
            DataIdentity.of(1024, List.of()),
            validation,
            path -> files.save(session, path));
      }
    }
  }
}
