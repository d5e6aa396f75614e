package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Field;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Variable;
import org.fdistill.nn.Gelu;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

class TrainingProgramTest {
  private static final int CHAIN = 16;

  @TempDir Path root;

  /** The tests' task with something added to its training graph. */
  private abstract static class Changed extends ForwardingTask {
    Changed() {
      super(Runs.TASK);
    }

    abstract Operand<TFloat32> added(LayerScope scope);

    @Override
    public TrainingOutputs training(LayerScope scope, Batch batch) {
      TrainingOutputs outputs = super.training(scope, batch);
      return new TrainingOutputs(
          scope.tf().math.add(outputs.loss(), added(scope)),
          outputs.metrics(),
          Map.of(),
          List.of());
    }
  }

  private static void build(Task task) {
    new TrainingProgram(Runs.config(), task, Rewriter.of(Runs.config().getRuntime())).close();
  }

  @Test
  void longFormulasAreLoopsWhereTheConfigSaysSo() {
    assertThat(hasLoops("runtime.device=CPU")).isTrue();
    assertThat(hasLoops("runtime.device=CPU", "runtime.xla=OFF")).isFalse();
  }

  private static boolean hasLoops(String... overrides) {
    Task task =
        new Changed() {
          @Override
          Operand<TFloat32> added(LayerScope scope) {
            Ops tf = scope.tf();
            Operand<TFloat32> scale = scope.parameter("many/scale", Initializers.ones(), 1 << 17);
            Operand<TFloating> active = Gelu.apply(scope, Precision.FLOAT32.compute(tf, scale));
            return tf.sum(Precision.full(tf, active), tf.constant(0));
          }
        };
    boolean[] found = new boolean[1];
    Rewriter looking =
        (graph, endpoints) -> {
          found[0] =
              graph.getNodeList().stream().anyMatch(n -> n.containsAttr(CompiledLoop.COMPILED));
          return graph;
        };
    new TrainingProgram(Runs.config(overrides), task, looking).close();
    return found[0];
  }

  @Test
  void aParameterThatTheLossDoesNotReachIsNamed() {
    Task task =
        new Changed() {
          @Override
          Operand<TFloat32> added(LayerScope scope) {
            scope.parameter("unused/kernel", Initializers.zeros(), 2, 2);
            return scope.tf().constant(0f);
          }
        };
    assertThatThrownBy(() -> build(task))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the loss does not depend on unused/kernel;");
  }

  @Test
  void aParameterBehindAStoppedGradientIsNamed() {
    Task task =
        new Changed() {
          @Override
          Operand<TFloat32> added(LayerScope scope) {
            Operand<TFloat32> scalar = scope.parameter("stopped/scale", Initializers.ones());
            return scope.tf().stopGradient(scalar);
          }
        };
    assertThatThrownBy(() -> build(task))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("stopped/scale through ops without a gradient only");
  }

  @Test
  void variablesThatAreNotFiniteAreNamed() {
    Task task =
        new Changed() {
          @Override
          Operand<TFloat32> added(LayerScope scope) {
            return scope.parameter("broken/scale", Initializers.constant(Float.NaN));
          }
        };
    try (TrainingProgram program =
        new TrainingProgram(Runs.config(), task, Rewriter.of(Runs.config().getRuntime()))) {
      program.initialize(1);
      assertThat(program.nonFiniteVariables()).containsExactly("broken/scale");
    }
    assertThatThrownBy(() -> Runs.train(root.resolve("run"), Runs.config(), task, new Recording()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Step 1: the loss")
        .hasMessageContaining("training started from are not finite either: broken/scale");
  }

  /** The gradient of sqrt at 0 is infinite, while its value is finite. */
  @Test
  void theFirstGradientThatIsNotFiniteIsNamed() {
    Task task =
        new Changed() {
          @Override
          Operand<TFloat32> added(LayerScope scope) {
            return scope.tf().math.sqrt(scope.parameter("broken/scale", Initializers.zeros()));
          }
        };
    Recording recording = new Recording();
    assertThatThrownBy(() -> Runs.train(root.resolve("run"), Runs.config(), task, recording))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Step 1: the gradient of broken/scale is not finite")
        .hasMessageContaining("for the second time");
    assertThat(recording.messages).hasSize(1);
    assertThat(recording.messages.get(0))
        .contains("Going back to step 0; the examples at positions 0 to 7 are left out.");
  }

  @Test
  void anExampleThatDoesNotPassTheTasksCheckIsNamed() {
    ExampleCheck small =
        new ExampleCheck() {
          @Override
          public Field<TInt64> field() {
            return Field.LABEL;
          }

          @Override
          public void require(ExampleSource source, String data) {
            assertThat(source.size()).isPositive();
          }

          @Override
          public String problem(long value, String data) {
            return value < 3 ? "" : "label " + value + " of " + data;
          }
        };
    Task task =
        new ForwardingTask(Runs.TASK) {
          @Override
          public List<ExampleCheck> checks() {
            return List.of(small);
          }
        };
    assertThatThrownBy(() -> Runs.train(root.resolve("run"), Runs.config(), task, new Recording()))
        .isInstanceOf(UserError.class)
        .hasMessageMatching("noise (\\d+): label \\1 of train_data");
  }

  /** A count of batches, in the place of running statistics. */
  @Test
  void aTasksUpdatesRunWithEveryMicroBatch() {
    Task task =
        new ForwardingTask(Runs.TASK) {
          @Override
          public TrainingOutputs training(LayerScope scope, Batch batch) {
            TrainingOutputs outputs = super.training(scope, batch);
            Variable count = scope.state("batches", Initializers.zeros());
            Op update = scope.tf().assignAddVariableOp(count.handle(), scope.tf().constant(1f));
            return new TrainingOutputs(
                outputs.loss(), outputs.metrics(), Map.of(), List.of(update));
          }
        };
    Path folder = root.resolve("run");
    Runs.train(folder, Runs.config("optimizer.accumulation=4"), task, new Recording());
    assertThat(Runs.variables(folder.resolve("checkpoints/step-16")).get("batches"))
        .containsExactly(64);
  }

  @Test
  void theWaitForDataIsMeasured() {
    RunConfig config = Runs.config();
    try (TrainingProgram program =
        new TrainingProgram(config, Runs.TASK, Rewriter.of(config.getRuntime()))) {
      program.initialize(1);
      program.trainData().start(program.session(), 0, Long.MAX_VALUE);
      TrainingProgram.Feed feed = new TrainingProgram.Feed(1, 0, 0, 0.1);
      long start = System.nanoTime();
      TrainingProgram.MicroResult result = program.run(TrainingProgram.Part.UPDATE, feed);
      double wall = (System.nanoTime() - start) * 1e-9;
      assertThat(result.dataWaitSeconds()).isPositive().isLessThan(wall);
    }
  }

  /**
   * One chain of products begins when a batch is asked for, the other with the batch, in the thread
   * that brought it if no pool takes over. Then they would be side by side, unless the calling
   * thread paused for as long as a chain takes.
   */
  @Test
  void tracedOpsRunOneAfterAnother() {
    RunConfig config = Runs.config("runtime.device=CPU", "runtime.inter_op_threads=2");
    Task task =
        new ForwardingTask(Runs.TASK) {
          @Override
          public TrainingOutputs training(LayerScope scope, Batch batch) {
            Ops tf = scope.tf();
            Operand<TFloat32> product = tf.math.mul(chain(tf), chain(tf, rows(tf, batch)));
            TrainingOutputs outputs = super.training(scope, batch);
            return new TrainingOutputs(
                tf.math.add(outputs.loss(), tf.stopGradient(product)),
                outputs.metrics(),
                Map.of(),
                List.of());
          }
        };
    Rewriter rewriter = Rewriter.of(config.getRuntime());
    try (TrainingProgram program = new TrainingProgram(config, task, rewriter)) {
      program.initialize(1);
      program.trainData().start(program.session(), 0, Long.MAX_VALUE);
      TrainingProgram.Feed feed = new TrainingProgram.Feed(1, 0, 0, 0.1);
      program.trace(feed);
      List<NodeExecStats> chains =
          program.trace(feed).getDevStatsList().stream()
              .flatMap(device -> device.getNodeStatsList().stream())
              .filter(node -> node.getNodeName().contains("of_chain"))
              .sorted(Comparator.comparingLong(NodeExecStats::getAllStartNanos))
              .toList();
      assertThat(chains).hasSize(2 * CHAIN);
      for (int i = 1; i < chains.size(); i++) {
        NodeExecStats before = chains.get(i - 1);
        assertThat(chains.get(i).getAllStartNanos() + chains.get(i).getOpStartRelNanos())
            .isGreaterThanOrEqualTo(before.getAllStartNanos() + before.getOpEndRelNanos());
      }
    }
  }

  /** Begun when a batch is asked for. */
  private static Operand<TFloat32> chain(Ops tf) {
    Graph graph = (Graph) tf.scope().env();
    Op asked = () -> graph.operation("train_data/iterator");
    Operand<TFloat32> x =
        tf.withControlDependencies(asked)
            .random
            .randomUniform(tf.constant(new int[] {256, 256}), TFloat32.class);
    return chain(tf, x);
  }

  /** [B, 1, 1, F] */
  private static Operand<TFloat32> rows(Ops tf, Batch batch) {
    Operand<TFloat32> pixels = tf.dtypes.cast(batch.get(Field.IMAGE), TFloat32.class);
    return tf.nn.spaceToDepth(pixels, (long) Runs.SIDE);
  }

  /** The mean of a product of many matrices; until there, each op has one input alone. */
  private static Operand<TFloat32> chain(Ops tf, Operand<TFloat32> x) {
    for (int i = 0; i < CHAIN; i++) {
      Operand<TFloat32> product =
          tf.withName("of_chain").train.batchMatMul(x, x, TFloat32.class, BatchMatMul.adjX(true));
      x = tf.math.tanh(product);
    }
    return tf.math.mean(x, tf.constant(IntStream.range(0, x.rank()).toArray()));
  }
}
