package org.fdistill.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.fdistill.graph.Variable;
import org.fdistill.optim.Gradient;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.types.TFloat32;

/** Gradients of a loss, with errors that name the parameter. */
final class Gradients {
  private Gradients() {}

  /**
   * Adds the gradients of a scalar to a graph.
   *
   * @return one for each parameter, in the reverse of the parameters' order: that in which a
   *     backward pass finishes them
   */
  static List<Gradient> of(Graph graph, Operand<TFloat32> loss, List<Variable> parameters) {
    requireReached(graph, loss, parameters);
    Output<?>[] values =
        parameters.stream().map(p -> p.value().asOutput()).toArray(Output<?>[]::new);
    Output<?>[] derivatives = graph.addGradients(loss.asOutput(), values);
    List<Gradient> gradients = new ArrayList<>();
    for (int i = 0; i < derivatives.length; i++) {
      Variable parameter = parameters.get(i);
      if (derivatives[i].isClosed()) {
        throw new IllegalStateException(
            "the loss depends on "
                + parameter.name()
                + " through ops without a gradient only (such as stopGradient); it cannot train");
      }
      gradients.add(new Gradient(parameter, asFloat(derivatives[i])));
    }
    Collections.reverse(gradients);
    return gradients;
  }

  private static void requireReached(
      Graph graph, Operand<TFloat32> loss, List<Variable> parameters) {
    if (parameters.isEmpty()) {
      throw new IllegalStateException("the task made no trainable parameter");
    }
    Set<GraphOperation> reached = graph.subgraphTo(Set.of(loss));
    List<String> unreached =
        parameters.stream()
            .filter(p -> !reached.contains(p.value().op()))
            .map(Variable::name)
            .toList();
    if (!unreached.isEmpty()) {
      throw new IllegalStateException(
          "the loss does not depend on "
              + String.join(", ", unreached)
              + "; the task must use these parameters or not make them");
    }
  }

  @SuppressWarnings("unchecked") // The gradient of a float32 tensor is one.
  private static Operand<TFloat32> asFloat(Output<?> derivative) {
    return (Output<TFloat32>) derivative;
  }
}
