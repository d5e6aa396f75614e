package org.fdistill.bench;

import java.util.Arrays;
import org.tensorflow.proto.AllocationDescription;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.NodeOutput;
import org.tensorflow.proto.StepStats;
import org.tensorflow.proto.TensorDescription;
import org.tensorflow.proto.TensorShapeProto;

/** Nodes of traces made by hand, each of which starts when the one before ends. */
final class TraceNodes {
  private long clock = 1;

  /**
   * A node that ran.
   *
   * @param call such as {@code Mul(x, y:1, ^z)}
   */
  NodeExecStats node(String name, String call, int milliseconds, TensorDescription... outputs) {
    NodeExecStats.Builder node =
        NodeExecStats.newBuilder()
            .setNodeName(name)
            .setTimelineLabel(name + " = " + call)
            .setAllStartNanos(clock)
            .setOpStartRelNanos(500)
            .setOpEndRelNanos(500 + milliseconds * 1_000_000L);
    clock += milliseconds * 1_000_000L;
    for (int i = 0; i < outputs.length; i++) {
      node.addOutput(NodeOutput.newBuilder().setSlot(i).setTensorDescription(outputs[i]));
    }
    return node.build();
  }

  /** A node that starts when it is said to. */
  static NodeExecStats at(int millisecond, NodeExecStats node) {
    return node.toBuilder().setAllStartNanos(millisecond * 1_000_000L).build();
  }

  static TensorDescription floats(long... sizes) {
    return tensor(DataType.DT_FLOAT, sizes);
  }

  static TensorDescription tensor(DataType type, long... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : sizes) {
      shape.addDimBuilder().setSize(size);
    }
    return TensorDescription.newBuilder().setDtype(type).setShape(shape).build();
  }

  /** The tensor in some memory. */
  static TensorDescription in(long address, TensorDescription tensor) {
    AllocationDescription memory = AllocationDescription.newBuilder().setPtr(address).build();
    return tensor.toBuilder().setAllocationDescription(memory).build();
  }

  static DeviceStepStats device(NodeExecStats... nodes) {
    return DeviceStepStats.newBuilder().addAllNodeStats(Arrays.asList(nodes)).build();
  }

  static StepTrace trace(DeviceStepStats... devices) {
    return new StepTrace(StepStats.newBuilder().addAllDevStats(Arrays.asList(devices)).build());
  }
}
