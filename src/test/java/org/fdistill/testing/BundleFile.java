package org.fdistill.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/** Writes TensorFlow's bundles of weights, such as the one in a SavedModel. */
public final class BundleFile {
  private BundleFile() {}

  /**
   * Writes a bundle in place of what has its name.
   *
   * @param prefix the files' path without {@code .index} and {@code .data-...}
   * @param values float32 arrays by name
   */
  public static void write(Path prefix, Map<String, NpyArray> values) {
    List<Tensor> fed = new ArrayList<>();
    try (Graph graph = new Graph();
        Session session = TestSession.open(graph)) {
      Ops tf = Ops.create(graph);
      Session.Runner runner = session.runner();
      List<Operand<?>> tensors = new ArrayList<>();
      for (NpyArray value : values.values()) {
        Shape shape = Shape.of(value.shape());
        Placeholder<TFloat32> input = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
        fed.add(TFloat32.tensorOf(shape, DataBuffers.of(value.floats())));
        runner.feed(input, fed.get(fed.size() - 1));
        tensors.add(input);
      }
      String[] names = values.keySet().toArray(String[]::new);
      Operand<TString> whole = tf.fill(tf.constant(new int[] {names.length}), tf.constant(""));
      Op save = tf.train.save(tf.constant(prefix.toString()), tf.array(names), whole, tensors);
      runner.addTarget(save).run().close();
    } finally {
      fed.forEach(Tensor::close);
    }
  }
}
