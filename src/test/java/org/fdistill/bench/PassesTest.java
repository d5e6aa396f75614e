package org.fdistill.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.fdistill.bench.TraceNodes.device;
import static org.fdistill.bench.TraceNodes.floats;
import static org.fdistill.bench.TraceNodes.in;
import static org.fdistill.bench.TraceNodes.tensor;
import static org.fdistill.bench.TraceNodes.trace;

import java.util.List;
import java.util.stream.Stream;
import org.fdistill.bench.Passes.Pass;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorDescription;

class PassesTest {
  /** A megabyte. */
  private static final long X = 4 * 500 * 500;

  private static final TensorDescription FULL = floats(500, 500);
  private static final TensorDescription HALF = tensor(DataType.DT_BFLOAT16, 500, 500);
  private static final TensorDescription ONE = floats();
  private static final TraceNodes NODES = new TraceNodes();

  private static final StepTrace TRACE =
      trace(
          device(
              NODES.node("kernel", "VarHandleOp()", 0, tensor(DataType.DT_RESOURCE)),
              NODES.node("x", "ReadVariableOp(kernel)", 0, FULL),
              NODES.node("rate", "_Arg()", 0, ONE),
              NODES.node("train/a/Cast", "Cast(x)", 1, HALF),
              NODES.node("train/b/Cast", "Cast(x)", 1, HALF),
              NODES.node("train/b/LayerNorm_1", "PartitionedCall(x, rate)", 3, HALF, FULL),
              NODES.node("train/b/y", "_MklMatMul(train/a/Cast, train/b/Cast)", 10, FULL),
              NODES.node("teacher/y", "_MklNativeFusedMatMul(x, x)", 20, FULL),
              NODES.node("teacher/sum", "L2Loss(x)", 1),
              NODES.node("gradients/train/b/Mul", "Mul(train/b/LayerNorm_1:1, rate)", 4, FULL),
              NODES.node("gradients/y", "_MklMatMul(x, x)", 30, FULL),
              NODES.node("step/limit", "Mul(gradients/train/b/Mul, rate)", 5, FULL),
              NODES.node("step/adam", "ResourceApplyAdam(kernel, m, v, rate, step/limit)", 6)));

  private static final Passes PASSES = TRACE.passes();

  @Test
  void opsOfOneKindAndOfTensorsOfOneShapeInOnePartAreOneLine() {
    assertThat(PASSES.large().stream().map(PassesTest::line))
        .containsExactly(
            "update ResourceApplyAdam [f32[500,500]] [] 1",
            "update Mul [f32[500,500]] [f32[500,500]] 1",
            "gradient Mul [f32[500,500]] [f32[500,500]] 1",
            "student LayerNorm [f32[500,500]] [bf16[500,500], f32[500,500]] 1",
            "student Cast [f32[500,500]] [bf16[500,500]] 2");
    Pass casts = PASSES.large().get(4);
    assertThat(casts.cost().milliseconds()).isCloseTo(2, within(1e-9));
    assertThat(casts.cost().bytes()).isEqualTo(2 * (X + X / 2));
  }

  @Test
  void productsAreLeftToOneLineOfEachPart() {
    assertThat(PASSES.products().stream().map(PassesTest::line))
        .containsExactly(
            "gradient products [] [] 1", "teacher products [] [] 1", "student products [] [] 1");
    assertThat(PASSES.products().get(2).cost().milliseconds()).isCloseTo(10, within(1e-9));
  }

  /** Those below the limit as well: the sum passes over a megabyte and no more. */
  @Test
  void allLinesTogetherAreTheStep() {
    assertThat(PASSES.total().milliseconds()).isCloseTo(TRACE.milliseconds(), within(1e-9));
    assertThat(PASSES.total().milliseconds()).isCloseTo(81, within(1e-9));
    assertThat(PASSES.total().count()).isEqualTo(13);
    long bytes = Stream.of(StepTrace.Part.values()).mapToLong(TRACE::bytes).sum();
    assertThat(PASSES.total().bytes()).isEqualTo(bytes);
  }

  @Test
  void aViewOfWhatIsThereMovesNothing() {
    TensorDescription row = floats(500);
    StepTrace trace =
        trace(
            device(
                NODES.node("x", "Const()", 0, in(7, FULL)),
                NODES.node("rows", "Unpack(x)", 1, in(7, row), in(7, row)),
                NODES.node("copies", "Unpack(x)", 1, in(8, row), in(7, row)),
                NODES.node("scaled", "Mul(x)", 1, in(7, FULL))));
    assertThat(trace.passes().large().stream().map(pass -> pass.cost().op()))
        .containsExactlyInAnyOrder("Unpack", "Mul");
    assertThat(trace.passes().total().bytes()).isEqualTo(X + 2 * 2000 + 2 * X);
  }

  private static String line(Pass pass) {
    return String.join(
        " ",
        List.of(
            pass.part(),
            pass.cost().op(),
            pass.inputs().toString(),
            pass.outputs().toString(),
            String.valueOf(pass.cost().count())));
  }
}
