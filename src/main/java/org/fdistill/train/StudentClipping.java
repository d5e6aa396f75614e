package org.fdistill.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.optim.GlobalNormClipping;
import org.fdistill.optim.Gradient;
import org.fdistill.task.Student;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Clips the gradients of each student by their own norm. Letter: P parameters.
 *
 * @param gradients ready for the optimiser, student by student
 * @param norm scalar, of all of them before they are limited
 * @param halfSquares [P], in the order of the gradients
 * @param norms of each student by its metric, scalars; empty where there is one alone
 */
record StudentClipping(
    List<Gradient> gradients,
    Operand<TFloat32> norm,
    Operand<TFloat32> halfSquares,
    Map<String, Operand<TFloat32>> norms) {
  /**
   * Builds it.
   *
   * @param further names of the students beside the first
   * @param sums gradients, or sums of gradients
   * @param count how many gradients each sum holds
   * @param limit the largest norm of the average; 0: no limit
   */
  static StudentClipping apply(
      Ops tf, List<String> further, List<Gradient> sums, int count, float limit) {
    Map<String, List<Gradient>> owned = new LinkedHashMap<>();
    for (Gradient gradient : sums) {
      owned
          .computeIfAbsent(
              Student.ownerOf(gradient.variable().name(), further), name -> new ArrayList<>())
          .add(gradient);
    }
    Map<String, GlobalNormClipping.Result> clipped = new LinkedHashMap<>();
    owned.forEach(
        (name, own) -> clipped.put(name, GlobalNormClipping.apply(tf, own, count, limit)));
    return clipped.size() == 1 ? alone(clipped.values().iterator().next()) : together(tf, clipped);
  }

  private static StudentClipping alone(GlobalNormClipping.Result result) {
    return new StudentClipping(result.gradients(), result.norm(), result.halfSquares(), Map.of());
  }

  private static StudentClipping together(Ops tf, Map<String, GlobalNormClipping.Result> students) {
    List<Gradient> gradients = new ArrayList<>();
    List<Operand<TFloat32>> halfSquares = new ArrayList<>();
    Map<String, Operand<TFloat32>> norms = new LinkedHashMap<>();
    students.forEach(
        (name, result) -> {
          gradients.addAll(result.gradients());
          halfSquares.add(result.halfSquares());
          norms.put(new Student(name, null).title() + "_gradient_norm", result.norm());
        });
    Operand<TFloat32> squares = tf.math.square(tf.stack(norms.values()));
    return new StudentClipping(
        gradients,
        tf.math.sqrt(tf.sum(squares, tf.constant(0))),
        tf.concat(halfSquares, tf.constant(0)),
        norms);
  }
}
