package org.fdistill.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.NodeOutput;
import org.tensorflow.proto.StepStats;
import org.tensorflow.proto.TensorDescription;
import org.tensorflow.proto.TensorShapeProto;

class StepTraceTest {
  private static final long X = 4 * 100 * 10;
  private static final long HALF = X / 2;

  /** When the next op starts. */
  private static long clock = 1;

  /** A node may come before those that it reads: devices report in their own order. */
  private static final StepTrace TRACE =
      new StepTrace(
          StepStats.newBuilder()
              .addDevStats(
                  DeviceStepStats.newBuilder()
                      .addNodeStats(node("product", "_MklMatMul(half, half:0)", 8, 100, 100))
                      .addNodeStats(node("train/y", "Mul(x, x:0, ^product)", 1, 100, 10))
                      .addNodeStats(node("teacher/y", "Mul(x, scale)", 2, 100, 10))
                      .addNodeStats(node("flat", "Reshape(train/y, shape)", 3, 1000)))
              .addDevStats(
                  DeviceStepStats.newBuilder()
                      .addNodeStats(node("x", "Const()", 0, 100, 10))
                      .addNodeStats(node("step/adam", "ResourceApplyAdam(p, m, v, rate, flat)", 4))
                      .addNodeStats(half()))
              .build());

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
    DeviceStepStats.Builder device = DeviceStepStats.newBuilder();
    device.addNodeStats(at(0, node("teacher/y", "Mul(x)", 4)));
    device.addNodeStats(at(1, node("train/a", "Mul(x)", 2)));
    device.addNodeStats(at(1, node("train/b", "Add(x)", 2)));
    StepTrace trace = new StepTrace(StepStats.newBuilder().addDevStats(device).build());
    assertThat(trace.shares().get(StepTrace.Part.TEACHER))
        .isCloseTo((2 + 2 / 3.0) / 4, within(1e-9));
    assertThat(trace.shares().get(StepTrace.Part.STUDENT)).isCloseTo(4 / 3.0 / 4, within(1e-9));
    assertThat(trace.largest(2).get(1).milliseconds()).isCloseTo(2 / 3.0, within(1e-9));
  }

  private static NodeExecStats at(int millisecond, NodeExecStats node) {
    return node.toBuilder().setAllStartNanos(millisecond * 1_000_000L).build();
  }

  private static NodeExecStats half() {
    return node("half", "Cast(x)", 1, DataType.DT_BFLOAT16, 100, 10);
  }

  private static NodeExecStats node(String name, String call, int milliseconds, long... sizes) {
    return node(name, call, milliseconds, DataType.DT_FLOAT, sizes);
  }

  private static NodeExecStats node(
      String name, String call, int milliseconds, DataType type, long... sizes) {
    NodeExecStats.Builder node =
        NodeExecStats.newBuilder()
            .setNodeName(name)
            .setTimelineLabel(name + " = " + call)
            .setAllStartNanos(clock)
            .setOpStartRelNanos(500)
            .setOpEndRelNanos(500 + milliseconds * 1_000_000L);
    clock += milliseconds * 1_000_000L;
    if (sizes.length > 0) {
      TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
      for (long size : sizes) {
        shape.addDimBuilder().setSize(size);
      }
      TensorDescription.Builder tensor =
          TensorDescription.newBuilder().setDtype(type).setShape(shape);
      node.addOutput(NodeOutput.newBuilder().setTensorDescription(tensor));
    }
    return node.build();
  }
}
