package org.fdistill.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Exponential moving averages of what is trained and of running statistics, as timm's ModelEma has
 * them: after each step a becomes a + (1 - decay) (p - a). Averages start as the variables do.
 *
 * <p>They are what is validated and kept. In files an average therefore stands under the name of
 * its variable NAME, and the variable itself under NAME/current: whoever reads a checkpoint by the
 * network's names, be it an export, an evaluation or another run, gets the averages.
 */
public final class WeightAverages {
  private static final String AVERAGE = "/average";
  private static final String CURRENT = "/current";

  private final Map<String, Variable> averages = new LinkedHashMap<>();
  private final List<Variable> sources;

  /**
   * Adds an average beside each variable.
   *
   * @param variables receives the averages
   * @param of what to average
   */
  public WeightAverages(Variables variables, Collection<Variable> of) {
    sources = List.copyOf(of);
    for (Variable source : sources) {
      averages.put(
          source.name(),
          variables.state(
              source.name() + AVERAGE,
              source.shape(),
              (tf, shape, seed) ->
                  tf.withControlDependencies(source.initialization())
                      .readVariableOp(source.handle(), TFloat32.class)));
    }
  }

  /** The variables with the averages in the place of what they average. */
  public Variables evaluated(Variables variables) {
    Map<String, Variable> instead = new LinkedHashMap<>();
    for (Variable source : sources) {
      Variable average = averages.get(source.name());
      instead.put(source.name(), as(average, source.name(), source.trainable()));
    }
    return variables.with(instead);
  }

  /**
   * Moves every average.
   *
   * @param after the updates of this step
   * @param decay share of an average that stays
   */
  public List<Op> update(Ops tf, List<Op> after, float decay) {
    Ops updated = tf.withControlDependencies(after);
    List<Op> ops = new ArrayList<>();
    for (Variable source : sources) {
      Variable average = averages.get(source.name());
      Operand<TFloat32> value = updated.readVariableOp(source.handle(), TFloat32.class);
      Operand<TFloat32> step =
          tf.math.mul(tf.math.sub(value, average.value()), tf.constant((float) (1.0 - decay)));
      ops.add(tf.assignAddVariableOp(average.handle(), step));
    }
    return ops;
  }

  /** Sets every variable to its average, for averages that were read from a file. */
  public List<Op> adopt(Ops tf) {
    List<Op> ops = new ArrayList<>();
    sources.forEach(
        source ->
            ops.add(tf.assignVariableOp(source.handle(), averages.get(source.name()).value())));
    return ops;
  }

  /** Variables as files name them. */
  public List<Variable> named(Collection<Variable> variables) {
    List<Variable> named = new ArrayList<>();
    for (Variable variable : variables) {
      String name = variable.name();
      if (averages.containsValue(variable)) {
        named.add(as(variable, name.substring(0, name.length() - AVERAGE.length()), false));
      } else {
        named.add(
            averages.containsKey(name)
                ? as(variable, name + CURRENT, variable.trainable())
                : variable);
      }
    }
    return named;
  }

  private static Variable as(Variable variable, String name, boolean trainable) {
    return new Variable(
        name,
        variable.shape(),
        trainable,
        variable.handle(),
        variable.value(),
        variable.initialization());
  }
}
