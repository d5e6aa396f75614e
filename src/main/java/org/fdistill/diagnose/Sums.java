package org.fdistill.diagnose;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fdistill.graph.BundlePath;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Sums over batches that stay in the runtime, in double precision: nothing of an image outlives its
 * batch. They can be written to a file between two batches and read back bit by bit.
 */
final class Sums {
  /** A sum by its resource and the op that adds a batch to it. */
  private record Sum(Operand<? extends TType> handle, Shape shape, Op addition) {}

  private final Ops tf;
  private final Map<String, Sum> sums = new LinkedHashMap<>();
  private final Map<String, Operand<TFloat64>> totals = new LinkedHashMap<>();
  private Op zero;
  private Op add;
  private Operand<TString> path;
  private Op save;
  private Op restore;

  /**
   * Starts an empty list.
   *
   * @param tf where to build
   */
  Sums(Ops tf) {
    this.tf = tf;
  }

  /**
   * Adds a sum.
   *
   * @param name unique
   * @param shape static
   * @param term of one batch
   */
  void add(String name, Shape shape, Operand<TFloat64> term) {
    Operand<? extends TType> handle =
        tf.scope()
            .env()
            .opBuilder("VarHandleOp", tf.scope().makeOpName("sum"), tf.scope())
            .setAttr("dtype", DataType.DT_DOUBLE)
            .setAttr("shape", shape)
            .setAttr("shared_name", "diagnose/" + name)
            .build()
            .output(0);
    sums.put(name, new Sum(handle, shape, tf.assignAddVariableOp(handle, term)));
    totals.put(name, tf.readVariableOp(handle, TFloat64.class));
  }

  /** As {@link #add(String, Shape, Operand)}, of a term of single precision. */
  void addSingle(String name, Shape shape, Operand<TFloat32> term) {
    add(name, shape, tf.dtypes.cast(term, TFloat64.class));
  }

  /** Adds the ops that work on all sums; call it once, after the last of them. */
  void finish() {
    List<Op> zeros = new ArrayList<>();
    List<Op> additions = new ArrayList<>();
    for (Sum sum : sums.values()) {
      Operand<TFloat64> none = tf.zeros(tf.constant(sum.shape().asArray()), TFloat64.class);
      zeros.add(tf.assignVariableOp(sum.handle(), none));
      additions.add(sum.addition());
    }
    zero = tf.withControlDependencies(zeros).noOp();
    add = tf.withControlDependencies(additions).noOp();
    files(List.copyOf(totals.values()));
  }

  private void files(List<Operand<?>> values) {
    path = tf.placeholder(TString.class);
    String[] names = sums.keySet().toArray(String[]::new);
    Operand<TString> whole = tf.fill(tf.constant(new int[] {names.length}), tf.constant(""));
    save = tf.train.save(path, tf.array(names), whole, values);
    List<Op> reads = new ArrayList<>();
    sums.forEach(
        (name, sum) -> {
          Operand<?> value =
              tf.train
                  .restore(path, tf.array(name), tf.array(""), List.of(TFloat64.class))
                  .tensors()
                  .get(0);
          reads.add(tf.assignVariableOp(sum.handle(), value));
        });
    restore = tf.withControlDependencies(reads).noOp();
  }

  /** Sets every sum to zero. */
  void clear(Session session) {
    session.runner().addTarget(zero).run().close();
  }

  /** The target that adds the next batch to every sum. */
  Op addition() {
    return add;
  }

  /** Writes every sum. */
  void save(Session session, Path file) {
    run(session, file, save);
  }

  /** Reads every sum. */
  void restore(Session session, Path file) {
    run(session, file, restore);
  }

  private void run(Session session, Path file, Op target) {
    try (TString name = TString.scalarOf(BundlePath.text(file))) {
      session.runner().feed(path, name).addTarget(target).run().close();
    }
  }

  /** What a sum has come to, row by row. */
  double[] values(Session session, String name) {
    return values(session, List.of(name)).get(0);
  }

  /**
   * What sums have come to, each row by row, from one run: TensorFlow prepares the whole graph anew
   * for each choice of what it fetches.
   */
  List<double[]> values(Session session, List<String> names) {
    Session.Runner runner = session.runner();
    names.forEach(name -> runner.fetch(totals.get(name)));
    try (Result result = runner.run()) {
      return IntStream.range(0, names.size())
          .mapToObj(i -> doubles((TFloat64) result.get(i)))
          .toList();
    }
  }

  private static double[] doubles(TFloat64 tensor) {
    double[] values = new double[(int) tensor.size()];
    tensor.asRawTensor().data().asDoubles().read(values);
    return values;
  }
}
