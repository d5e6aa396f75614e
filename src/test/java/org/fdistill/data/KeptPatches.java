package org.fdistill.data;

import org.fdistill.data.InputPipeline.Options;
import org.fdistill.data.augment.PatchMask;
import org.fdistill.proto.DataConfig;
import org.fdistill.testing.TestSession;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;

/** The masks of a run, as its pipeline draws them. */
public final class KeptPatches {
  private KeptPatches() {}

  /**
   * The patches that stay at the first positions of a run, [positions, K] row by row.
   *
   * @param seed the run's
   * @param positions how many
   */
  public static int[] first(PatchMask mask, long seed, int positions) {
    DataConfig.Builder data = DataConfig.newBuilder().setImageSize(1);
    data.getNoiseBuilder().setExamples(positions);
    try (Graph graph = new Graph()) {
      InputPipeline input =
          InputPipeline.build(
              Ops.create(graph),
              "input",
              data.build(),
              ExampleSource.open(data.build()),
              new VisiblePatches(mask),
              Options.training(seed, positions));
      try (Session session = TestSession.open(graph)) {
        input.start(session, 0, positions);
        try (Result result = session.runner().fetch(input.batch().get(Field.KEPT_PATCHES)).run()) {
          int[] kept = new int[positions * mask.kept()];
          ((TInt32) result.get(0)).copyTo(DataBuffers.of(kept));
          return kept;
        }
      }
    }
  }
}
