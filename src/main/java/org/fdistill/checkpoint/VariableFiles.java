package org.fdistill.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
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
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/**
 * The one saver of a graph's variables: its save and restore ops by name, so that they also work in
 * a graph into which the built one was imported, and in a SavedModel. TensorFlow Java's own saver
 * knows reference variables alone. Each variable restores on its own: all of a run's, or the few
 * that another model shares; no two copies of all weights are in memory at once.
 *
 * @param prefix placeholder of the bundle's path
 * @param save gives the path again once every variable is written
 * @param restoreAll target that reads every variable
 * @param restore target that reads a variable, by the variable's name
 * @param values tensor that such a target assigns, by the variable's name
 * @param shapes of the variables, by name, in the order of the file
 */
public record VariableFiles(
    String prefix,
    String save,
    String restoreAll,
    Map<String, String> restore,
    Map<String, String> values,
    Map<String, Shape> shapes) {
  /** Takes copies. */
  public VariableFiles {
    restore = Map.copyOf(restore);
    values = Map.copyOf(values);
    shapes = Collections.unmodifiableMap(new LinkedHashMap<>(shapes));
  }

  /**
   * Adds the ops to a graph.
   *
   * @param tf where to build
   * @param variables in the order of the file
   */
  public static VariableFiles build(Ops tf, Collection<Variable> variables) {
    Operand<TString> prefix = tf.withName("filename").placeholder(TString.class);
    List<Op> assignments = new ArrayList<>();
    Map<String, String> restore = new LinkedHashMap<>();
    Map<String, String> read = new LinkedHashMap<>();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (Variable variable : variables) {
      Operand<?> value = read(tf, prefix, variable);
      read.put(variable.name(), value.op().name() + ":" + value.asOutput().index());
      Op assignment = tf.assignVariableOp(variable.handle(), value);
      assignments.add(assignment);
      restore.put(variable.name(), assignment.op().name());
      shapes.put(variable.name(), variable.shape());
    }
    return new VariableFiles(
        prefix.op().name(),
        save(tf, prefix, variables).op().name(),
        tf.withControlDependencies(assignments).withName("restore_all").noOp().op().name(),
        restore,
        read,
        shapes);
  }

  private static Operand<TString> save(
      Ops tf, Operand<TString> prefix, Collection<Variable> variables) {
    String[] names = variables.stream().map(Variable::name).toArray(String[]::new);
    List<Operand<?>> values = variables.stream().<Operand<?>>map(Variable::value).toList();
    Op written =
        tf.train.save(
            prefix,
            tf.array(names),
            tf.fill(tf.constant(new int[] {names.length}), tf.constant("")),
            values);
    return tf.withControlDependencies(List.of(written)).withName("saved").identity(prefix);
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
    run(session, file, List.of(restoreAll));
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
   * Gives variables values of the caller's, in place of those of a file. Many at a time are faster:
   * each new set of targets makes the session prepare the graph anew.
   *
   * @param given row by row, by the variable's name
   */
  public void assign(Session session, Map<String, float[]> given) {
    List<TFloat32> tensors = new ArrayList<>();
    try {
      Session.Runner runner = session.runner();
      given.forEach(
          (variable, numbers) -> {
            TFloat32 tensor =
                TFloat32.tensorOf(shapes.get(variable), DataBuffers.of(numbers, true, false));
            tensors.add(tensor);
            runner.feed(values.get(variable), tensor).addTarget(restore.get(variable));
          });
      if (!tensors.isEmpty()) {
        runner.run().close();
      }
    } finally {
      tensors.forEach(TFloat32::close);
    }
  }

  /** How a SavedModel names these ops, for loaders of all languages. */
  public SaverDef toProto() {
    return SaverDef.newBuilder()
        .setFilenameTensorName(prefix + ":0")
        .setSaveTensorName(save + ":0")
        .setRestoreOpName(restoreAll)
        .setVersion(SaverDef.CheckpointFormatVersion.V2)
        .build();
  }

  private void run(Session session, Path file, Collection<String> targets) {
    try (TString path = TString.scalarOf(BundlePath.text(file))) {
      Session.Runner runner = session.runner().feed(prefix, path);
      targets.forEach(runner::addTarget);
      runner.run().close();
    }
  }
}
