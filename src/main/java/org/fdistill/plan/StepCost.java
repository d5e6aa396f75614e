package org.fdistill.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.fdistill.graph.FlopCounter;
import org.fdistill.train.ProgramEndpoints;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;

/** What one step takes, read off its graph: teacher, student forward, and the rest. */
final class StepCost {
  private static final String TEACHER = "teacher/";

  private final Graph graph;
  private final SizedGraph sized;
  private final ProgramEndpoints endpoints;
  private final List<String> ends;
  private final Set<String> forward;
  private final Set<String> teacher;
  private final Set<String> backward;

  StepCost(Graph graph, ProgramEndpoints endpoints) {
    this.graph = graph;
    this.endpoints = endpoints;
    sized = new SizedGraph(graph);
    ends = new ArrayList<>(endpoints.step().computed());
    ends.add(endpoints.step().update());
    forward = sized.needed(List.of(endpoints.step().loss()));
    teacher = forward.stream().filter(n -> n.startsWith(TEACHER)).collect(Collectors.toSet());
    backward = sized.needed(ends);
    backward.removeAll(forward);
  }

  boolean hasTeacher() {
    return !teacher.isEmpty();
  }

  /** For each first part of the parameters' names, such as student, how many numbers it holds. */
  Map<String, Long> parameters() {
    Map<String, Long> parts = new TreeMap<>();
    for (String name : endpoints.step().parameters()) {
      parts.merge(name.replaceFirst("/.*", ""), shape(name).size(), Long::sum);
    }
    return parts;
  }

  /**
   * Of each parameter's gradient, the last parameter's first, as the backward pass finishes them.
   */
  List<Long> gradientBytes() {
    List<Long> bytes = new ArrayList<>();
    for (String name : endpoints.step().parameters()) {
      bytes.add(shape(name).size() * Float.BYTES);
    }
    Collections.reverse(bytes);
    return bytes;
  }

  /** Numbers in the teacher's variables, or in the constants of a frozen graph without any. */
  long teacherParameters() {
    return weights(sized.parameters(teacher)).count();
  }

  private SizedGraph.Elements weights(Set<String> nodes) {
    SizedGraph.Elements variables = sum(nodes, sized::variable);
    return variables.count() > 0 ? variables : sum(nodes, sized::constant);
  }

  private static SizedGraph.Elements sum(
      Set<String> nodes, Function<String, SizedGraph.Elements> weights) {
    return nodes.stream().map(weights).reduce(SizedGraph.Elements.NONE, SizedGraph.Elements::plus);
  }

  /** For one image. */
  RunPlan.Work work(int microBatch) {
    FlopCounter flops = new FlopCounter(graph);
    double student = flops.of(ends, n -> forward.contains(n) && !teacher.contains(n));
    double gradients = flops.of(ends, backward::contains);
    OptionalDouble targets =
        sized.hidesProducts(teacher)
            ? OptionalDouble.empty()
            : OptionalDouble.of(flops.of(ends, teacher::contains) / microBatch);
    return new RunPlan.Work(student / microBatch, gradients / microBatch, targets);
  }

  /**
   * On the device.
   *
   * @param accumulates whether gradients are summed over micro-batches
   * @param batches bytes of the images that are held
   */
  RunPlan.Memory memory(boolean accumulates, long batches) {
    long trained = bytes(endpoints.step().parameters());
    long weights = bytes(endpoints.parameters());
    long saved = bytes(List.copyOf(endpoints.files().shapes().keySet()));
    Set<String> all = sized.needed(ends);
    // What needs the loss is the backward pass; all else runs before it, or could.
    Set<String> after = sized.dependents(loss(), all);
    Set<String> before = new HashSet<>(all);
    before.removeAll(after);
    return new RunPlan.Memory(
        weights,
        saved - weights,
        accumulates ? trained : 0,
        weights(teacher).bytes(),
        batches,
        LiveTensors.peak(sized, all),
        LiveTensors.between(sized, before, after),
        trained,
        LiveTensors.peak(sized, teacher));
  }

  /** The task's own node behind the endpoint. */
  private String loss() {
    return sized.producers(endpoints.step().loss()).get(0);
  }

  private long bytes(List<String> variables) {
    return variables.stream().mapToLong(name -> shape(name).size() * Float.BYTES).sum();
  }

  private Shape shape(String variable) {
    return endpoints.files().shapes().get(variable);
  }
}
