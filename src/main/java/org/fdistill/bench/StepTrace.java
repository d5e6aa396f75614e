package org.fdistill.bench;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.StepStats;

/** Where the time of one traced step went, as the sum of its ops' times. */
final class StepTrace {
  /** The parts of a step, by what the names of their nodes start with. */
  enum Part {
    TEACHER("teacher"),
    INPUT("train_data"),
    UPDATE("step"),
    STUDENT("");

    private final String prefix;

    Part(String prefix) {
      this.prefix = prefix;
    }

    private static Part of(String node) {
      for (Part part : values()) {
        if (node.startsWith(part.prefix)) {
          return part;
        }
      }
      throw new IllegalStateException(node);
    }
  }

  private static final Pattern LABEL = Pattern.compile("(?s).* = (\\w+)\\(.*");

  private final Map<Part, Double> milliseconds = new LinkedHashMap<>();
  private final Map<String, BenchReport.OpTime> byOp = new TreeMap<>();

  StepTrace(StepStats stats) {
    for (DeviceStepStats device : stats.getDevStatsList()) {
      device.getNodeStatsList().forEach(this::add);
    }
  }

  private void add(NodeExecStats node) {
    double time = (node.getOpEndRelNanos() - node.getOpStartRelNanos()) / 1e6;
    milliseconds.merge(Part.of(node.getNodeName()), time, Double::sum);
    Matcher label = LABEL.matcher(node.getTimelineLabel());
    String op = label.matches() ? label.group(1) : node.getNodeName();
    byOp.merge(
        op,
        new BenchReport.OpTime(op, time, 1),
        (a, b) ->
            new BenchReport.OpTime(op, a.milliseconds() + b.milliseconds(), a.count() + b.count()));
  }

  /** Each part's share of the ops' time, 0 to 1. */
  Map<Part, Double> shares() {
    double total = milliseconds.values().stream().mapToDouble(Double::doubleValue).sum();
    Map<Part, Double> shares = new LinkedHashMap<>();
    for (Part part : Part.values()) {
      shares.put(part, milliseconds.getOrDefault(part, 0.0) / total);
    }
    return shares;
  }

  /** The kinds of ops that took longest. */
  List<BenchReport.OpTime> largest(int count) {
    return byOp.values().stream()
        .sorted(Comparator.comparingDouble(BenchReport.OpTime::milliseconds).reversed())
        .limit(count)
        .toList();
  }
}
