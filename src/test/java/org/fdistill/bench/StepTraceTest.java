package org.fdistill.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.fdistill.bench.TraceNodes.at;
import static org.fdistill.bench.TraceNodes.device;
import static org.fdistill.bench.TraceNodes.floats;
import static org.fdistill.bench.TraceNodes.tensor;
import static org.fdistill.bench.TraceNodes.trace;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;

class StepTraceTest {
  private static final long X = 4 * 100 * 10;
  private static final long HALF = X / 2;

  private static final TraceNodes NODES = new TraceNodes();

  /** A node may come before those that it reads: devices report in their own order. */
  private static final StepTrace TRACE =
      trace(
          device(
              NODES.node("product", "_MklMatMul(half, half:0)", 8, floats(100, 100)),
              NODES.node("train/y", "Mul(x, x:0, ^product)", 1, floats(100, 10)),
              NODES.node("teacher/y", "Mul(x, scale)", 2, floats(100, 10)),
              NODES.node("flat", "Reshape(train/y, shape)", 3, floats(1000))),
          device(
              NODES.node("x", "Const()", 0, floats(100, 10)),
              NODES.node("step/adam", "ResourceApplyAdam(p, m, v, rate, flat)", 4),
              NODES.node("half", "Cast(x)", 1, tensor(DataType.DT_BFLOAT16, 100, 10))));

  @Test
  void opsOfAKindAddUpTheirTimeAndWhatTheyMove() {
    List<BenchReport.OpCost> costs = TRACE.largest(3);
    assertThat(costs.stream().map(BenchReport.OpCost::op))
        .containsExactly("_MklMatMul", "ResourceApplyAdam", "Mul");
    BenchReport.OpCost mul = costs.get(2);
    assertThat(mul.count()).isEqualTo(2);
    assertThat(mul.milliseconds()).isCloseTo(3, within(1e-9));
    // x x reads twice and writes once; the scale was not traced.
    assertThat(mul.bytes()).isEqualTo(3 * X + 2 * X);
    assertThat(mul.bandwidth()).isCloseTo(5 * X / 3e-3, within(1e-3));
  }

  @Test
  void adamReadsTheGradientAndReadsAndWritesThreeVariables() {
    assertThat(TRACE.largest(2).get(1).bytes()).isEqualTo(7 * X);
  }

  @Test
  void productsAndWhatMovesNothingAreLeftOutOfTheRest() {
    long cast = X + HALF;
    assertThat(TRACE.bytesBesidesProducts()).isEqualTo(5 * X + 7 * X + cast);
  }

  @Test
  void partsShareTheTime() {
    assertThat(TRACE.shares().get(StepTrace.Part.TEACHER)).isCloseTo(2 / 19.0, within(1e-9));
    assertThat(TRACE.shares().get(StepTrace.Part.UPDATE)).isCloseTo(4 / 19.0, within(1e-9));
    assertThat(TRACE.bytes(StepTrace.Part.UPDATE)).isEqualTo(7 * X);
    assertThat(TRACE.bytes(StepTrace.Part.INPUT)).isZero();
  }

  /** The teacher's op runs for four milliseconds, in the middle two of them beside two others. */
  @Test
  void opsThatRunSideBySideShareTheTime() {
    StepTrace trace =
        trace(
            device(
                at(0, NODES.node("teacher/y", "Mul(x)", 4)),
                at(1, NODES.node("train/a", "Mul(x)", 2)),
                at(1, NODES.node("train/b", "Add(x)", 2))));
    assertThat(trace.shares().get(StepTrace.Part.TEACHER))
        .isCloseTo((2 + 2 / 3.0) / 4, within(1e-9));
    assertThat(trace.shares().get(StepTrace.Part.STUDENT)).isCloseTo(4 / 3.0 / 4, within(1e-9));
    assertThat(trace.largest(2).get(1).milliseconds()).isCloseTo(2 / 3.0, within(1e-9));
  }
}
