package org.fdistill.train;

import org.tensorflow.Result;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;

/**
 * How long a traced run waited for its batch: the time from the start of the op that takes the next
 * batch from the pipeline until it has it. Ops that need no batch run meanwhile, so this is an
 * upper bound; where batches wait ready it is microseconds. A trace costs a few microseconds for
 * each op of the step, so one step in each interval of the log is traced.
 */
final class DataWait {
  private static final String NEXT = "= IteratorGetNext(";
  private static final double NANOS = 1e-9;

  private DataWait() {}

  /**
   * How long the step waited for its batch, from the trace of one run.
   *
   * @param result of a run
   * @param scope of the pipeline's ops
   * @return NaN where the run was not traced
   */
  static double seconds(Result result, String scope) {
    if (result.getMetadata().isEmpty()) {
      return Double.NaN;
    }
    double longest = 0;
    for (DeviceStepStats device : result.getMetadata().get().getStepStats().getDevStatsList()) {
      for (NodeExecStats node : device.getNodeStatsList()) {
        if (node.getNodeName().startsWith(scope + "/") && node.getTimelineLabel().contains(NEXT)) {
          long nanos = node.getOpEndRelNanos() - node.getOpStartRelNanos();
          longest = Math.max(longest, nanos * NANOS);
        }
      }
    }
    return longest;
  }
}
