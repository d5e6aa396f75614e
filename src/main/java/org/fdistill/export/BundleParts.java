package org.fdistill.export;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.fdistill.graph.BundlePath;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.SessionFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Writes variables as TensorFlow's bundle, a part of them at a time: what is in memory does not
 * grow with the network. Each part becomes a data file; the last step joins their indexes and moves
 * the files to their names without copying them.
 */
final class BundleParts implements WeightSource.Receiver, AutoCloseable {
  /** A part ends with the variable that reaches it. */
  private static final long PART_BYTES = 256L << 20;

  private final Map<String, Shape> shapes;
  private final Path prefix;
  private final Graph graph = new Graph();
  private final Ops tf = GraphScope.ops(graph);
  private final Operand<TString> source = tf.placeholder(TString.class);
  private final Operand<TString> target = tf.placeholder(TString.class);
  private final Operand<TString> written = tf.placeholder(TString.class);
  private final String merge = tf.train.mergeV2Checkpoints(written, target).op().name();
  private final List<Part> parts = new ArrayList<>();
  private final Map<String, Part> partOf = new LinkedHashMap<>();
  private final Session session;

  /** Some variables: the op that writes them, what it writes, and the values that wait for it. */
  private static final class Part {
    private final Path file;
    private final Map<String, Output<?>> values = new LinkedHashMap<>();
    private final Map<String, TFloat32> waiting = new LinkedHashMap<>();
    private String save = "";

    Part(Path file) {
      this.file = file;
    }

    void release() {
      waiting.values().forEach(TFloat32::close);
      waiting.clear();
    }
  }

  /**
   * Nothing is written yet.
   *
   * @param shapes of all variables, by name, in the order in which they will come
   * @param prefix of the bundle's files; its folder exists
   */
  BundleParts(Map<String, Shape> shapes, Path prefix) {
    this(shapes, prefix, PART_BYTES);
  }

  BundleParts(Map<String, Shape> shapes, Path prefix, long partBytes) {
    this.shapes = shapes;
    this.prefix = prefix;
    build(partBytes);
    this.session = SessionFactory.open(graph);
  }

  private void build(long partBytes) {
    List<String> names = new ArrayList<>();
    long bytes = 0;
    Iterator<Map.Entry<String, Shape>> variables = shapes.entrySet().iterator();
    while (variables.hasNext()) {
      Map.Entry<String, Shape> variable = variables.next();
      names.add(variable.getKey());
      bytes += variable.getValue().size() * Float.BYTES;
      if (bytes >= partBytes || !variables.hasNext()) {
        addPart(names);
        names.clear();
        bytes = 0;
      }
    }
  }

  /** Variables that come from another bundle unless they are fed. */
  private void addPart(List<String> names) {
    Part part = new Part(partFile(parts.size()));
    Operand<TString> keys = tf.array(names.toArray(String[]::new));
    Operand<TString> whole = tf.fill(tf.constant(new int[] {names.size()}), tf.constant(""));
    List<Class<? extends TType>> types = new ArrayList<>();
    names.forEach(name -> types.add(TFloat32.class));
    List<Output<?>> values = tf.train.restore(source, keys, whole, types).tensors();
    part.save = tf.train.save(target, keys, whole, List.<Operand<?>>copyOf(values)).op().name();
    for (int i = 0; i < names.size(); i++) {
      part.values.put(names.get(i), values.get(i));
      partOf.put(names.get(i), part);
    }
    parts.add(part);
  }

  private Path partFile(int number) {
    return prefix.resolveSibling("parts").resolve(String.format(Locale.ROOT, "%05d", number));
  }

  @Override
  public Map<String, Shape> shapes() {
    return shapes;
  }

  @Override
  public void restore(Path bundle) {
    try (TString path = TString.scalarOf(BundlePath.text(bundle))) {
      for (Part part : parts) {
        run(session.runner().feed(source, path).addTarget(part.save), part.file);
      }
    }
  }

  @Override
  public void assign(String variable, float[] values) {
    Part part = partOf.get(variable);
    Shape shape = shapes.get(variable);
    part.waiting.put(variable, TFloat32.tensorOf(shape, DataBuffers.of(values, true, false)));
    if (part.waiting.size() == part.values.size()) {
      Session.Runner runner = session.runner().addTarget(part.save);
      part.waiting.forEach((name, tensor) -> runner.feed(part.values.get(name), tensor));
      run(runner, part.file);
      part.release();
    }
  }

  private void run(Session.Runner runner, Path file) {
    try (TString path = TString.scalarOf(BundlePath.text(file))) {
      runner.feed(target, path).run().close();
    }
  }

  /** Makes one bundle of the parts; every variable must have come. */
  void finish() {
    Collection<String> files = parts.stream().map(part -> BundlePath.text(part.file)).toList();
    try (TString paths = TString.tensorOf(NdArrays.vectorOfObjects(files.toArray(String[]::new)))) {
      run(session.runner().feed(written, paths).addTarget(merge), prefix);
    }
  }

  @Override
  public void close() {
    parts.forEach(Part::release);
    session.close();
    graph.close();
  }
}
