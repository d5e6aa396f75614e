package org.fdistill.bench;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.fdistill.bench.BenchReport.OpCost;
import org.fdistill.bench.Passes.Pass;

/** Gathers the ops of a traced step into {@link Passes}. */
final class PassAccount {
  private static final String PRODUCTS = "products";
  private static final String SMALL = "others";

  /** What {@code Graph.addGradients} puts the nodes of the student's gradients under. */
  private static final String GRADIENTS = "gradients/";

  /** What the ops of one line have in common. */
  private record Line(String part, String op, List<String> inputs, List<String> outputs) {}

  private final Map<Line, OpCost> lines = new LinkedHashMap<>();
  private OpCost small = new OpCost(SMALL, 0, 0, 0);

  /** Each op once. */
  void add(TracedOp op, double milliseconds) {
    long bytes = op.moved();
    if (op.isProduct()) {
      add(new Line(part(op.node()), PRODUCTS, List.of(), List.of()), milliseconds, bytes);
    } else if (bytes > Passes.LARGE) {
      Line line = new Line(part(op.node()), op.name(), shapes(op.inputs()), shapes(op.outputs()));
      add(line, milliseconds, bytes);
    } else {
      small = small.plus(new OpCost(SMALL, milliseconds, 1, bytes));
    }
  }

  private void add(Line line, double milliseconds, long bytes) {
    lines.merge(line, new OpCost(line.op(), milliseconds, 1, bytes), OpCost::plus);
  }

  private static String part(String node) {
    return node.startsWith(GRADIENTS)
        ? "gradient"
        : StepTrace.Part.of(node).name().toLowerCase(Locale.ROOT);
  }

  private static List<String> shapes(List<TracedTensor> tensors) {
    return tensors.stream()
        .filter(tensor -> tensor.bytes() > 0 && !tensor.sizes().isEmpty())
        .map(TracedTensor::toString)
        .toList();
  }

  Passes passes() {
    return new Passes(
        passes(line -> !line.op().equals(PRODUCTS)),
        passes(line -> line.op().equals(PRODUCTS)),
        small);
  }

  private List<Pass> passes(Predicate<Line> which) {
    return lines.entrySet().stream()
        .filter(entry -> which.test(entry.getKey()))
        .map(PassAccount::pass)
        .sorted(Comparator.comparingDouble((Pass p) -> p.cost().milliseconds()).reversed())
        .toList();
  }

  private static Pass pass(Map.Entry<Line, OpCost> entry) {
    Line line = entry.getKey();
    return new Pass(line.part(), line.inputs(), line.outputs(), entry.getValue());
  }
}
