package org.fdistill.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.Seeds;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Random directions from a network's weights (section 9.4 of the specification; Li et al., 2017):
 * normal, each filter of it as long as the filter of the weights that it is added to. A filter is
 * what an output unit has: a slice along the last axis. A table of relative positions has a filter
 * a row, and a parameter whose first axis is 1, such as a class token, is one filter. Weights of
 * one axis, biases and scales, stay as they are. All is kept in the graph, by names: the weights as
 * they were, a direction, and what moves them.
 */
final class Directions {
  private static final String SCOPE = "landscape";
  private static final Pattern BY_ROW = Pattern.compile("(.*/)?rel_pos_bias/table");

  /** As in the published implementation: filters of zeros get no direction. */
  private static final float LEAST = 1e-10f;

  private final String seed;
  private final String distance;
  private final String keep;
  private final String draw;
  private final String move;
  private final String back;

  private Directions(Parts parts, Ops tf) {
    seed = parts.seed.op().name();
    distance = parts.distance.op().name();
    keep = together(tf, parts.keep);
    draw = together(tf, parts.draw);
    move = together(tf, parts.move);
    back = together(tf, parts.back);
  }

  private static String together(Ops tf, List<Op> ops) {
    return tf.withControlDependencies(ops).noOp().op().name();
  }

  private static final class Parts {
    private final Operand<TInt64> seed;
    private final Operand<TFloat32> distance;
    private final List<Op> keep = new ArrayList<>();
    private final List<Op> draw = new ArrayList<>();
    private final List<Op> move = new ArrayList<>();
    private final List<Op> back = new ArrayList<>();

    private Parts(Ops tf) {
      seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
      distance = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    }
  }

  /**
   * Adds the ops to a graph.
   *
   * @param variables of the network; those that are trained are moved
   */
  static Directions build(Ops root, Variables variables) {
    Ops tf = root.withSubScope(SCOPE);
    Parts parts = new Parts(tf);
    for (Variable variable : variables.trainable()) {
      if (variable.shape().numDimensions() > 1) {
        add(tf, parts, variables, variable);
      }
    }
    return new Directions(parts, tf);
  }

  private static void add(Ops tf, Parts parts, Variables variables, Variable variable) {
    Variable origin = copy(variables, "origin", variable);
    Variable direction = copy(variables, "direction", variable);
    Operand<TFloat32> drawn = drawn(tf, parts.seed, variable);
    parts.keep.add(tf.assignVariableOp(origin.handle(), variable.value()));
    parts.draw.add(
        tf.assignVariableOp(
            direction.handle(), normalised(tf, variable.name(), drawn, origin.value())));
    Operand<TFloat32> step = tf.math.mul(direction.value(), parts.distance);
    parts.move.add(tf.assignVariableOp(variable.handle(), tf.math.add(origin.value(), step)));
    parts.back.add(tf.assignVariableOp(variable.handle(), origin.value()));
  }

  private static Variable copy(Variables variables, String what, Variable of) {
    String name = SCOPE + "/" + what + "/" + of.name();
    return variables.state(name, of.shape(), Initializers.zeros());
  }

  private static Operand<TFloat32> drawn(Ops tf, Operand<TInt64> seed, Variable variable) {
    Operand<TInt32> own = new Seeds(seed, tf.constant(0L)).of(tf, SCOPE + "/" + variable.name());
    return tf.random.statelessRandomNormal(
        tf.constant(variable.shape().asArray()), own, TFloat32.class);
  }

  /** As long, filter by filter, as the weights. */
  static Operand<TFloat32> normalised(
      Ops tf, String name, Operand<TFloat32> drawn, Operand<TFloat32> weights) {
    Operand<TInt32> axes = tf.constant(withinFilter(name, weights.shape()));
    Operand<TFloat32> wanted = norm(tf, weights, axes);
    Operand<TFloat32> found = tf.math.add(norm(tf, drawn, axes), tf.constant(LEAST));
    return tf.math.mul(drawn, tf.math.div(wanted, found));
  }

  private static Operand<TFloat32> norm(Ops tf, Operand<TFloat32> x, Operand<TInt32> axes) {
    return tf.math.sqrt(tf.sum(tf.math.square(x), axes, Sum.keepDims(true)));
  }

  /** The axes that run inside of a filter. */
  static int[] withinFilter(String name, Shape shape) {
    int rank = shape.numDimensions();
    if (BY_ROW.matcher(name).matches()) {
      return IntStream.range(1, rank).toArray();
    }
    return IntStream.range(0, shape.get(0) == 1 ? rank : rank - 1).toArray();
  }

  /** Takes the weights as they are for where directions start. */
  void keep(Session session) {
    session.runner().addTarget(keep).run().close();
  }

  /** Draws a direction. */
  void draw(Session session, long number) {
    try (TInt64 fed = TInt64.scalarOf(number)) {
      session.runner().feed(seed, fed).addTarget(draw).run().close();
    }
  }

  /** Puts the weights at a distance along the direction. */
  void move(Session session, float along) {
    try (TFloat32 fed = TFloat32.scalarOf(along)) {
      session.runner().feed(distance, fed).addTarget(move).run().close();
    }
  }

  /** Puts the weights back where directions start, to the bit. */
  void moveBack(Session session) {
    session.runner().addTarget(back).run().close();
  }
}
