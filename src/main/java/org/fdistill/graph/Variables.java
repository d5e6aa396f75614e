package org.fdistill.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * The one list of a graph's variables. Layers, optimiser, checkpoint and export make and find them
 * here. Asking twice for a name gives the same variable, so that two networks of one graph share
 * their weights.
 */
public final class Variables {
  private final Ops tf;
  private final Operand<TInt64> seed;
  private final String resources;
  private final Map<String, Variable> byName;
  private final Map<String, Variable> instead;
  private final Set<String> statistics;
  private Ops initial;

  /**
   * Makes an empty list.
   *
   * @param tf the root of the graph, without a name scope
   * @param seed scalar, the run's seed; fed when the variables are initialised
   */
  public Variables(Ops tf, Operand<TInt64> seed) {
    this(tf, seed, "");
  }

  /**
   * Makes an empty list beside another of the same graph. The same name in both means two
   * variables, with the same first value.
   *
   * @param resources what the names of the resources start with, such as {@code second/}; the names
   *     of the variables are without it
   */
  public Variables(Ops tf, Operand<TInt64> seed, String resources) {
    this(tf, seed, resources, new LinkedHashMap<>(), Map.of(), new LinkedHashSet<>());
  }

  private Variables(
      Ops tf,
      Operand<TInt64> seed,
      String resources,
      Map<String, Variable> byName,
      Map<String, Variable> instead,
      Set<String> statistics) {
    this.tf = tf;
    this.seed = seed;
    this.resources = resources;
    this.byName = byName;
    this.instead = instead;
    this.statistics = statistics;
  }

  /**
   * The same list, for those who shall find other variables under some names, such as averages.
   * What is made through it is in this list too.
   *
   * @param others by the names under which they are found, with the shapes of what they stand for
   */
  public Variables with(Map<String, Variable> others) {
    return new Variables(tf, seed, resources, byName, Map.copyOf(others), statistics);
  }

  /** A variable that the optimiser trains. */
  public Variable trainable(String name, Shape shape, Initializer initializer) {
    return trainable(name, name, shape, initializer);
  }

  /**
   * As {@link #trainable(String, Shape, Initializer)}.
   *
   * @param drawn the name that its first value is drawn for
   */
  Variable trainable(String name, String drawn, Shape shape, Initializer initializer) {
    return getOrCreate(name, drawn, shape, true, initializer);
  }

  /** A variable of state, such as an optimiser's moment. */
  public Variable state(String name, Shape shape, Initializer initializer) {
    return getOrCreate(name, name, shape, false, initializer);
  }

  /**
   * A variable of state that describes the data of the run, such as the mean of its targets. No
   * average is kept of it, and no other run's weights give it a value.
   */
  public Variable statistic(String name, Shape shape, Initializer initializer) {
    statistics.add(name);
    return state(name, shape, initializer);
  }

  /** The names of the {@link #statistic}s. */
  public Set<String> statistics() {
    return Collections.unmodifiableSet(statistics);
  }

  /** All variables, in the order in which they were made. */
  public Collection<Variable> all() {
    return Collections.unmodifiableCollection(byName.values());
  }

  /** Those that the optimiser trains, in the order in which they were made. */
  public List<Variable> trainable() {
    return byName.values().stream().filter(Variable::trainable).toList();
  }

  /** The ops that assign every first value. */
  public List<Op> initializations() {
    List<Op> ops = new ArrayList<>();
    byName.values().forEach(v -> ops.add(v.initialization()));
    return ops;
  }

  private Variable getOrCreate(
      String name, String drawn, Shape shape, boolean trainable, Initializer initializer) {
    Variable known = instead.getOrDefault(name, byName.get(name));
    if (known == null) {
      known = create(name, drawn, shape, trainable, initializer);
      byName.put(name, known);
    } else if (!known.shape().equals(shape) || known.trainable() != trainable) {
      throw new IllegalArgumentException(
          "variable "
              + name
              + " is asked for as "
              + shape
              + " and exists as "
              + known.shape()
              + "; two layers have one name");
    }
    return known;
  }

  private Variable create(
      String name, String drawn, Shape shape, boolean trainable, Initializer initializer) {
    Operand<? extends TType> handle = handle(name, shape);
    Operand<TFloat32> value = tf.readVariableOp(handle, TFloat32.class);
    Ops init = initial();
    Operand<TInt64> own = Seeds.seed(init, seed, init.constant(0L), drawn);
    Op assignment = init.assignVariableOp(handle, initializer.value(init, shape, own));
    return new Variable(name, shape, trainable, handle, value, assignment);
  }

  /** One scope for all first values: TensorFlow looks through the whole graph to make a scope. */
  private Ops initial() {
    if (initial == null) {
      initial = tf.withSubScope("initialize");
    }
    return initial;
  }

  /** The generated class cannot take a name with slashes, and without a shared name all alias. */
  private Operand<? extends TType> handle(String name, Shape shape) {
    return tf.scope()
        .env()
        .opBuilder(VarHandleOp.OP_NAME, resources + name, tf.scope())
        .setAttr("dtype", DataType.DT_FLOAT)
        .setAttr("shape", shape)
        .setAttr("shared_name", resources + name)
        .build()
        .output(0);
  }
}
