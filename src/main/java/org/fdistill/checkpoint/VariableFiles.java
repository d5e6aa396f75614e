package org.fdistill.checkpoint;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.BundlePath;
import org.fdistill.graph.Variable;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/**
 * The save and restore ops of a graph, by name, so that they also work in a graph into which the
 * built one was imported. Each variable restores on its own: all of a run's, or the few that
 * another model shares.
 *
 * @param prefix placeholder of the bundle's path
 * @param save target that writes every variable
 * @param restore target that reads a variable, by the variable's name
 * @param values tensor that such a target assigns, by the variable's name
 * @param shapes of the variables, by name
 */
public record VariableFiles(
    String prefix,
    String save,
    Map<String, String> restore,
    Map<String, String> values,
    Map<String, Shape> shapes) {
  /** Takes copies. */
  public VariableFiles {
    restore = Map.copyOf(restore);
    values = Map.copyOf(values);
    shapes = Map.copyOf(shapes);
  }

  /**
   * Adds the ops to a graph.
   *
   * @param tf where to build
   * @param variables in the order of the file
   */
  public static VariableFiles build(Ops tf, Collection<Variable> variables) {
    Operand<TString> prefix = tf.placeholder(TString.class);
    Map<String, String> restore = new LinkedHashMap<>();
    Map<String, String> read = new LinkedHashMap<>();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (Variable variable : variables) {
      Operand<?> value = read(tf, prefix, variable);
      read.put(variable.name(), value.op().name() + ":" + value.asOutput().index());
      Op assignment = tf.assignVariableOp(variable.handle(), value);
      restore.put(variable.name(), assignment.op().name());
      shapes.put(variable.name(), variable.shape());
    }
    String[] names = shapes.keySet().toArray(String[]::new);
    List<Operand<?>> values = variables.stream().<Operand<?>>map(Variable::value).toList();
    Op save =
        tf.train.save(
            prefix,
            tf.array(names),
            tf.fill(tf.constant(new int[] {names.length}), tf.constant("")),
            values);
    return new VariableFiles(prefix.op().name(), save.op().name(), restore, read, shapes);
  }

  private static Operand<?> read(Ops tf, Operand<TString> prefix, Variable variable) {
    return tf.train
        .restore(prefix, tf.array(variable.name()), tf.array(""), List.of(TFloat32.class))
        .tensors()
        .get(0);
  }

  /** Writes every variable. */
  public void save(Session session, Path file) {
    run(session, file, List.of(save));
  }

  /** Reads every variable. */
  public void restore(Session session, Path file) {
    run(session, file, restore.values());
  }

  /**
   * Reads some variables.
   *
   * @param names of variables of this graph; the file must have all of them
   */
  public void restore(Session session, Path file, Collection<String> names) {
    run(session, file, names.stream().map(restore::get).toList());
  }

  /**
   * Gives a variable values of the caller's, in place of those of a file.
   *
   * @param values row by row
   */
  public void assign(Session session, String variable, float[] values) {
    try (TFloat32 tensor =
        TFloat32.tensorOf(shapes.get(variable), DataBuffers.of(values, true, false))) {
      session
          .runner()
          .feed(this.values.get(variable), tensor)
          .addTarget(restore.get(variable))
          .run()
          .close();
    }
  }

  private void run(Session session, Path file, Collection<String> targets) {
    try (TString path = TString.scalarOf(BundlePath.text(file))) {
      Session.Runner runner = session.runner().feed(prefix, path);
      targets.forEach(runner::addTarget);
      runner.run().close();
    }
  }
}
