package org.fdistill.graph;

import static org.tensorflow.internal.c_api.global.tensorflow.TFJ_RegisterCustomGradient;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.internal.c_api.TFJ_GradFuncAdapter;
import org.tensorflow.op.Ops;
import org.tensorflow.op.RawCustomGradient;
import org.tensorflow.op.core.IdentityN;
import org.tensorflow.types.family.TType;

/**
 * A gradient by formula for a group of ops, where the one that TensorFlow would chain from the
 * gradients of the group's ops passes over memory many times more than it needs to.
 *
 * <p>The group's result goes through an {@code IdentityN} node together with the tensors that it
 * depends on. {@code IdentityN} has no gradient in the C++ runtime, so ours applies: it gives the
 * formula's gradients to the inputs and nothing to the group's own ops. At run time the node passes
 * references on.
 */
public final class FusedGradient {
  /** A formula; {@link #gradients} may call no method that asks the graph for a shape. */
  @FunctionalInterface
  public interface Rule {
    /**
     * The gradients by the inputs of the group.
     *
     * @param tf where to build
     * @param saved what the group left for its gradient
     * @param upstream of the group's result
     * @return one gradient for each input, of its shape
     */
    List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream);
  }

  private static final Map<String, Rule> RULES = new ConcurrentHashMap<>();
  private static final Pattern NAME = Pattern.compile("(?:.*/)?(\\w+?)_in(\\d+)(?:_\\d+)?");

  /** JavaCPP has ten callback slots: one adapter serves all rules, and must stay referenced. */
  private static final TFJ_GradFuncAdapter ADAPTER =
      RawCustomGradient.adapter(FusedGradient::dispatch);

  static {
    ADAPTER.retainReference();
    if (!TFJ_RegisterCustomGradient(IdentityN.OP_NAME, ADAPTER)) {
      throw new IllegalStateException("IdentityN has a gradient already");
    }
  }

  private final String name;

  private FusedGradient(String name) {
    this.name = name;
  }

  /**
   * Registers a rule.
   *
   * @param name letters only, unique in the process
   */
  public static FusedGradient of(String name, Rule rule) {
    if (!name.matches("[A-Za-z]+") || RULES.putIfAbsent(name, rule) != null) {
      throw new IllegalArgumentException("bad or known name of a gradient: " + name);
    }
    return new FusedGradient(name);
  }

  /**
   * Replaces the gradient of a group of ops.
   *
   * @param result of the group
   * @param inputs whose gradients the rule gives, in its order
   * @param saved further tensors that the rule asks for
   * @return the result
   */
  @SuppressWarnings("unchecked") // IdentityN keeps the type of each of its inputs.
  public <T extends TType> Operand<T> attach(
      Ops tf,
      Operand<T> result,
      List<? extends Operand<?>> inputs,
      List<? extends Operand<?>> saved) {
    List<Operand<?>> all = new ArrayList<>();
    all.add(tf.stopGradient(result));
    all.addAll(inputs);
    saved.forEach(s -> all.add(tf.stopGradient(s)));
    IdentityN node = tf.withName(name + "_in" + inputs.size()).identityN(all);
    return (Operand<T>) node.output().get(0);
  }

  private static List<Operand<?>> dispatch(Ops tf, GraphOperation op, List<Output<?>> upstream) {
    Matcher matcher = NAME.matcher(op.name());
    if (!matcher.matches() || !RULES.containsKey(matcher.group(1))) {
      throw new IllegalStateException("no gradient for the IdentityN node " + op.name());
    }
    int inputs = Integer.parseInt(matcher.group(2));
    List<Operand<?>> saved = new ArrayList<>();
    for (int i = 1 + inputs; i < upstream.size(); i++) {
      saved.add(op.input(i));
    }
    List<Operand<?>> all = new ArrayList<>();
    all.add(tf.zerosLike(op.input(0)));
    all.addAll(RULES.get(matcher.group(1)).gradients(tf, saved, upstream.get(0)));
    saved.forEach(s -> all.add(tf.zerosLike(s)));
    return all;
  }
}
