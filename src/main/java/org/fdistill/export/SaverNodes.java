package org.fdistill.export;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.fdistill.graph.BundlePath;
import org.fdistill.graph.Variable;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.NoOp;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/**
 * The ops that write and read an export's variables. TensorFlow Java's own saver knows reference
 * variables alone.
 *
 * @param filename placeholder of the prefix of the files
 * @param saved the prefix again, once the files are written
 * @param restored done once the variables are read
 */
record SaverNodes(Operand<TString> filename, Operand<TString> saved, NoOp restored) {
  static SaverNodes build(Ops root, Collection<Variable> variables) {
    Ops tf = root.withSubScope("save");
    Operand<TString> filename = tf.withName("filename").placeholder(TString.class);
    Operand<TString> names =
        tf.array(variables.stream().map(Variable::name).toArray(String[]::new));
    Operand<TString> slices = tf.fill(tf.shape(names), tf.constant(""));
    List<Operand<?>> values = new ArrayList<>();
    variables.forEach(variable -> values.add(variable.value()));
    Op save = tf.train.save(filename, names, slices, values);
    Operand<TString> saved =
        tf.withControlDependencies(List.of(save)).withName("control_dependency").identity(filename);
    return new SaverNodes(filename, saved, restore(tf, filename, variables));
  }

  /** Tensor by tensor, so that no two copies of all weights are in memory at once. */
  private static NoOp restore(Ops tf, Operand<TString> filename, Collection<Variable> variables) {
    List<Op> assignments = new ArrayList<>();
    for (Variable variable : variables) {
      Operand<?> value =
          tf.train
              .restore(filename, tf.array(variable.name()), tf.array(""), List.of(TFloat32.class))
              .tensors()
              .get(0);
      assignments.add(tf.assignVariableOp(variable.handle(), value));
    }
    return tf.withControlDependencies(assignments).withName("restore_all").noOp();
  }

  /** Writes the variables under a prefix. */
  void save(Session session, Path prefix) {
    run(session, saved.op(), prefix);
  }

  /** Reads the variables from the files under a prefix, which may hold more than these. */
  void restore(Session session, Path prefix) {
    run(session, restored.op(), prefix);
  }

  private void run(Session session, org.tensorflow.Operation target, Path prefix) {
    try (TString path = TString.scalarOf(BundlePath.text(prefix))) {
      session.runner().feed(filename, path).addTarget(target).run().close();
    }
  }

  SaverDef toProto() {
    return SaverDef.newBuilder()
        .setFilenameTensorName(filename.op().name() + ":0")
        .setSaveTensorName(saved.op().name() + ":0")
        .setRestoreOpName(restored.op().name())
        .setVersion(SaverDef.CheckpointFormatVersion.V2)
        .build();
  }
}
