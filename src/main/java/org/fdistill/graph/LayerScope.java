package org.fdistill.graph;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Where a layer is built: the graph, the path that its parameters' names start with, and the
 * policies of the whole network.
 */
public final class LayerScope {
  private final Ops tf;
  private final String path;
  private final String drawn;
  private final Variables variables;
  private final Precision precision;
  private final Seeds seeds;
  private final Replicas replicas;
  private final boolean loops;
  private final List<Op> updates;

  private LayerScope(
      Ops tf,
      String path,
      String drawn,
      Variables variables,
      Precision precision,
      Seeds seeds,
      Replicas replicas,
      boolean loops,
      List<Op> updates) {
    this.tf = tf;
    this.path = path;
    this.drawn = drawn;
    this.variables = variables;
    this.precision = precision;
    this.seeds = seeds;
    this.replicas = replicas;
    this.loops = loops;
    this.updates = updates;
  }

  /**
   * The scope of a network in training, where drop path is active.
   *
   * @param tf names of ops start with its scope
   * @param seeds of the random draws
   */
  public static LayerScope training(Ops tf, Variables variables, Precision precision, Seeds seeds) {
    return training(tf, variables, precision, seeds, Replicas.ONE);
  }

  /**
   * The scope of a network in training by several processes.
   *
   * @param replicas that have their shares of each batch
   */
  public static LayerScope training(
      Ops tf, Variables variables, Precision precision, Seeds seeds, Replicas replicas) {
    return new LayerScope(
        tf, "", "", variables, precision, seeds, replicas, false, new ArrayList<>());
  }

  /** This scope, where formulas of large tensors are compiled; see {@link CompiledLoop}. */
  public LayerScope compilingLoops() {
    return new LayerScope(tf, path, drawn, variables, precision, seeds, replicas, true, updates);
  }

  /** The scope of a network in inference. */
  public static LayerScope inference(Ops tf, Variables variables, Precision precision) {
    return new LayerScope(
        tf, "", "", variables, precision, null, Replicas.ONE, false, new ArrayList<>());
  }

  /** This scope for a part that stays as it is: nothing in it is drawn or noted. */
  public LayerScope inference() {
    return new LayerScope(tf, path, drawn, variables, precision, null, replicas, false, updates);
  }

  /** The scope of a part: parameters and ops get {@code name/} before their names. */
  public LayerScope at(String name) {
    return within(name, join(drawn, name));
  }

  /**
   * As {@link #at}, for one of several wholes that are alike: first values and draws in it are
   * those that it would have without {@code name/} before the names.
   */
  public LayerScope beside(String name) {
    return within(name, drawn);
  }

  private LayerScope within(String name, String draws) {
    return new LayerScope(
        tf.withSubScope(name),
        qualified(name),
        draws,
        variables,
        precision,
        seeds,
        replicas,
        loops,
        updates);
  }

  /**
   * The scope of a whole of its own beside what is trained, such as a network that is frozen.
   *
   * @param root of the names of its ops
   * @param own its variables
   * @param products the precision of its products
   * @param name what its draws are named by
   */
  public LayerScope apart(Ops root, Variables own, Precision products, String name) {
    return new LayerScope(root, "", name, own, products, seeds, replicas, false, new ArrayList<>());
  }

  /** Where to build ops. */
  public Ops tf() {
    return tf;
  }

  /** The network's policy for products. */
  public Precision precision() {
    return precision;
  }

  /** Whether drop path is active. */
  public boolean isTraining() {
    return seeds != null;
  }

  /** Whether formulas of large tensors are compiled. */
  boolean compilesLoops() {
    return loops;
  }

  /** The processes that share a batch in training. */
  public Replicas replicas() {
    return replicas;
  }

  /** A trainable parameter of this layer. */
  public Operand<TFloat32> parameter(String name, Initializer initializer, long... shape) {
    return variables
        .trainable(qualified(name), join(drawn, name), Shape.of(shape), initializer)
        .value();
  }

  /** A variable of this layer that is saved but not trained, such as a running statistic. */
  public Variable state(String name, Initializer initializer, long... shape) {
    return variables.state(qualified(name), Shape.of(shape), initializer);
  }

  /** As {@link #state}, of the run's data; see {@link Variables#statistic}. */
  public Variable statistic(String name, Initializer initializer, long... shape) {
    return variables.statistic(qualified(name), Shape.of(shape), initializer);
  }

  /** Notes an op that is to run with every micro-batch, such as that of a running statistic. */
  public void update(Op op) {
    updates.add(op);
  }

  /** The ops noted so far, by this scope and all that come from the same root. */
  public List<Op> updates() {
    return List.copyOf(updates);
  }

  /** The seed [2] of a draw that this layer makes anew in each step. */
  public Operand<TInt32> seed(String purpose) {
    return seeds.of(tf, join(drawn, purpose));
  }

  /** A number for one purpose that is the run's, whatever the step; scalar. */
  public Operand<TInt64> runSeed(String purpose) {
    return seeds.ofRun(tf, join(drawn, purpose));
  }

  private String qualified(String name) {
    return join(path, name);
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "/" + name;
  }
}
