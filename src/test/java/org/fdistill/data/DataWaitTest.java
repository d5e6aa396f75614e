package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.NoiseSource;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;

final class DataWaitTest {
  private static final int BATCH = 4;
  private static final double EXAMPLE_SECONDS = 0.02;
  private static final DataConfig NOISE =
      DataConfig.newBuilder()
          .setImageSize(8)
          .setDecodeThreads(1)
          .setNoise(NoiseSource.newBuilder().setExamples(1000).setClasses(2))
          .build();

  /** Runs that do nothing but wait for a batch, with the pauses of a step between them. */
  @Test
  void ofASlowPipelineAllOfTheWaitIsMeasured() throws InterruptedException {
    try (Graph graph = new Graph()) {
      InputPipeline input = pipeline(graph, new SlowExamples(ExampleSource.open(NOISE)), 1);
      try (Session session = TestSession.open(graph)) {
        input.start(session, 0, Long.MAX_VALUE);
        Timed all = new Timed(0, 0);
        int batches = 5;
        long start = System.nanoTime();
        for (int i = 0; i < batches; i++) {
          Thread.sleep((long) (1e3 * BATCH * EXAMPLE_SECONDS / 2));
          all = all.plus(run(session, input, List.of()));
        }
        double pauses = (System.nanoTime() - start) * 1e-9 - all.wall();
        // No example comes sooner than its time; what is no pause is a wait.
        double least = batches * BATCH * EXAMPLE_SECONDS - pauses;
        assertThat(all.waited()).isBetween(0.7 * least, all.wall());
      }
    }
  }

  /** What the step computes besides stands in the same queue as the batch once it is given. */
  @Test
  void besideABusyGraphABatchThatIsReadyIsNotWaitedFor() throws InterruptedException {
    try (Graph graph = new Graph()) {
      int runs = 4;
      InputPipeline input = pipeline(graph, ExampleSource.open(NOISE), runs);
      List<Op> work = work(Ops.create(graph));
      try (Session session = TestSession.open(graph)) {
        input.start(session, 0, Long.MAX_VALUE);
        run(session, input, List.of());
        Thread.sleep(100);
        Timed busy = new Timed(0, 0);
        for (int i = 0; i < runs; i++) {
          busy = busy.plus(run(session, input, work));
        }
        assertThat(busy.waited()).isLessThan(0.02 * busy.wall());
      }
    }
  }

  private static InputPipeline pipeline(Graph graph, ExampleSource source, int ready) {
    DataConfig config = NOISE.toBuilder().setPrefetchBatches(ready).build();
    return InputPipeline.build(
        Ops.create(graph), "input", config, source, View.label(), Options.training(1, BATCH));
  }

  /** Products that need no batch and could all begin with the step. */
  private static List<Op> work(Ops tf) {
    List<Op> products = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      Operand<TFloat32> factor =
          tf.random.randomUniform(tf.constant(Shape.of(512, 512)), TFloat32.class);
      products.add(tf.linalg.matMul(factor, factor));
    }
    return products;
  }

  /** Seconds of runs, and those of them that were spent waiting. */
  private record Timed(double waited, double wall) {
    Timed plus(Timed other) {
      return new Timed(waited + other.waited, wall + other.wall);
    }
  }

  private static Timed run(Session session, InputPipeline input, List<Op> work) {
    long start = System.nanoTime();
    Session.Runner runner =
        session.runner().fetch(input.waited()).fetch(input.batch().get(Field.POSITION));
    work.forEach(runner::addTarget);
    try (Result result = runner.run()) {
      double wall = (System.nanoTime() - start) * 1e-9;
      return new Timed(((TFloat64) result.get(0)).getDouble(), wall);
    }
  }

  /** Examples that take their time, one after the other. */
  private static final class SlowExamples extends WrappedExamples {
    SlowExamples(ExampleSource source) {
      super(source);
    }

    @Override
    protected StoredExample changed(
        Ops tf,
        Function<Draws, StoredExample> inner,
        Operand<TInt64> index,
        List<Operand<?>> arrays,
        Draws draws) {
      StoredExample example = inner.apply(draws);
      Op slept = sleep(tf, index);
      return new StoredExample(
          example.image(),
          tf.withControlDependencies(slept).identity(example.label()),
          example.mask(),
          draws);
    }

    private static Op sleep(Ops tf, Operand<TInt64> index) {
      DatasetOps one = DatasetOps.range(tf, "sleep", index, tf.math.add(index, tf.constant(1L)));
      return tf.data.datasetToSingleElement(
          tf.data.sleepDataset(
              one.dataset(),
              // For the element, and before its end.
              tf.constant((long) (1e6 * EXAMPLE_SECONDS / 2)),
              List.of(TInt64.class),
              List.of(Shape.scalar())),
          List.of(TInt64.class),
          List.of(Shape.scalar()));
    }
  }
}
