package org.fdistill.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.data.augment.ImageDecoder;
import org.fdistill.graph.BatchShare;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ReadOrder;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * The part of a graph that turns files into batches: position, example index, bytes, decoded and
 * cropped image, batch. Letters: B batch, n examples, W workers.
 *
 * <p>A position p counts examples over all epochs: epoch p div n, place p mod n in it. The element
 * at a position depends on the seed and p alone, so that a run can start anywhere and see the same
 * bits. An unreadable example is left out; the gap in the positions of a batch shows it.
 *
 * <p>After {@link #build} everything works by the names of operations, so that it also works in a
 * graph into which the finished one was imported.
 */
public final class InputPipeline {
  private static final int CHECKED = 32;
  private static final DeviceSpec CPU =
      DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.CPU).deviceIndex(0).build();

  /**
   * How a pipeline walks through its source.
   *
   * @param seed the run's seed
   * @param shuffled each epoch in an order of its own; else in that of the source
   * @param fullBatches leaves out a last batch that would be smaller; B is static then
   * @param batch B, of this worker
   * @param workers W, how many processes share the examples
   * @param worker this one, 0 to W - 1; it reads its {@link #share} of the positions
   */
  public record Options(
      long seed, boolean shuffled, boolean fullBatches, int batch, int workers, int worker) {
    /** Training in one process. */
    public static Options training(long seed, int batch) {
      return new Options(seed, true, true, batch, 1, 0);
    }

    /** Evaluation in one process. */
    public static Options evaluation(int batch) {
      return new Options(0, false, false, batch, 1, 0);
    }

    /**
     * As evaluation, in random order: those at the first m positions are a random sample of all.
     */
    public static Options sample(long seed, int batch) {
      return new Options(seed, true, false, batch, 1, 0);
    }

    /** The positions that this worker reads. */
    BatchShare share() {
      return new BatchShare(workers, worker, batch);
    }

    /** One worker's share of the same examples. */
    public Options of(int newWorkers, int newWorker) {
      return new Options(seed, shuffled, fullBatches, batch, newWorkers, newWorker);
    }
  }

  private final ExampleSource source;
  private final Options options;
  private final Traversal traversal;
  private final String scope;
  private final String initializer;
  private final Batch batch;
  private final Operand<TFloat64> waited;

  private InputPipeline(
      ExampleSource source,
      Options options,
      Traversal traversal,
      String scope,
      BatchedExamples.Ends ends) {
    this.source = source;
    this.options = options;
    this.traversal = traversal;
    this.scope = scope;
    this.initializer = ends.initializer().op().name();
    this.batch = ends.batch();
    this.waited = ends.waited();
  }

  /**
   * Adds a pipeline to a graph.
   *
   * @param tf ops of the graph
   * @param name scope of its operations, unique in the graph
   * @param config threads and batches that wait
   * @param source where examples come from
   * @param view what is taken from an example
   * @param options order and batch
   */
  public static InputPipeline build(
      Ops tf, String name, DataConfig config, ExampleSource source, View view, Options options) {
    // A GPU has no kernels for files and decoding, and TensorFlow would place shapes of images on
    // it.
    Ops scoped = tf.withSubScope(name).withDevice(CPU);
    Placeholder<TInt64> start = scalar(scoped, "start", TInt64.class);
    Placeholder<TInt64> end = scalar(scoped, "end", TInt64.class);
    List<Operand<?>> arrays = new ArrayList<>();
    Traversal traversal = traversal(name, config, source, options);
    for (IndexArray array : traversal.indexArrays()) {
      arrays.add(
          scoped
              .withName(array.name())
              .placeholder(array.type(), Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE))));
    }
    BatchedExamples dataset =
        new BatchedExamples(config, options, new ExampleMap(traversal, view), name);
    BatchedExamples.Ends ends = dataset.build(scoped, start, end, arrays);
    addEndpoints(scoped, traversal, arrays);
    String scope = start.op().name().substring(0, start.op().name().lastIndexOf('/') + 1);
    return new InputPipeline(source, options, traversal, scope, ends);
  }

  private static Traversal traversal(
      String name, DataConfig config, ExampleSource source, Options options) {
    boolean blocks = config.getOrder() == ReadOrder.BLOCKS;
    Optional<Traversal> inRuns =
        source
            .runs()
            .filter(reader -> blocks || reader.frontToBack())
            .map(reader -> new BlockTraversal(source, reader, config, options, name));
    EpochOrder order = new EpochOrder(source.size(), options.shuffled(), options.seed());
    return inRuns.orElseGet(() -> new RecordTraversal(source, order, options.share()));
  }

  private static void addEndpoints(Ops tf, Traversal traversal, List<Operand<?>> arrays) {
    Operand<TInt64> position = scalar(tf, "position", TInt64.class);
    int own = traversal.orderArrays().size();
    List<Operand<?>> orderArrays = arrays.subList(arrays.size() - own, arrays.size());
    tf.withName("example").identity(traversal.exampleAt(tf, position, orderArrays));
    Operand<TString> bytes = scalar(tf, "bytes", TString.class);
    tf.withName("decoded").identity(tf.shape(new ImageDecoder().decode(tf, bytes)));
  }

  private static <T extends TType> Placeholder<T> scalar(Ops tf, String name, Class<T> type) {
    return tf.withName(name).placeholder(type, Placeholder.shape(Shape.scalar()));
  }

  /** The next batch: the view's fields, and the positions [B], ascending. */
  public Batch batch() {
    return batch;
  }

  /**
   * How long a run waited for its batch: seconds, scalar; 0 where it was ready. Ops that need no
   * batch run meanwhile, so this is an upper bound.
   */
  public Operand<TFloat64> waited() {
    return waited;
  }

  /** Where the examples come from. */
  public ExampleSource source() {
    return source;
  }

  /** Order and batch. */
  public Options options() {
    return options;
  }

  /**
   * The first position of this worker that is not before a position.
   *
   * @param position over all workers
   */
  long firstPosition(long position) {
    return options.share().from(position);
  }

  /**
   * Starts, or starts anew, at a position. A run after the last full batch before {@code end}
   * throws {@code TFOutOfRangeException}.
   *
   * @param session of this graph or of one that it was imported into
   * @param position the first position that may be read, over all workers
   * @param end the position after the last
   */
  public void start(Session session, long position, long end) {
    List<Tensor> fed = new ArrayList<>();
    try {
      Session.Runner runner = session.runner().addTarget(initializer);
      feed(runner, fed, "start", TInt64.scalarOf(firstPosition(position)));
      feed(runner, fed, "end", TInt64.scalarOf(end));
      feedArrays(runner, fed, traversal.indexArrays());
      runner.run().close();
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  private void feedArrays(Session.Runner runner, List<Tensor> fed, List<IndexArray> arrays) {
    for (IndexArray array : arrays) {
      feed(runner, fed, array.name(), array.values().get());
    }
  }

  private void feed(Session.Runner runner, List<Tensor> fed, String name, TType value) {
    fed.add(value);
    runner.feed(scope + name, value);
  }

  /** The example that stands at a position. */
  public long exampleAt(Session session, long position) {
    List<Tensor> fed = new ArrayList<>();
    try {
      Session.Runner runner = session.runner().fetch(scope + "example");
      feed(runner, fed, "position", TInt64.scalarOf(position));
      feedArrays(runner, fed, traversal.orderArrays());
      try (Result result = runner.run()) {
        return ((TInt64) result.get(0)).getLong();
      }
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  /**
   * Decodes one whole image.
   *
   * @param bytes an encoded image
   * @return why it cannot be decoded; empty where it can
   */
  public String decodeError(Session session, byte[] bytes) {
    try (TString b = TString.tensorOfBytes(NdArrays.scalarOfObject(bytes))) {
      session.runner().feed(scope + "bytes", b).fetch(scope + "decoded").run().close();
      return "";
    } catch (TensorFlowException | TFInvalidArgumentException e) {
      return UnreadableReason.of(bytes, e);
    }
  }

  /**
   * Fails where none of the first examples from a position on can be read, naming one and why.
   *
   * @throws UserError of kind input
   */
  public void checkReadable(Session session, long position) {
    long count = Math.min(CHECKED, source.size());
    String problem = "";
    for (long p = position; p < position + count; p++) {
      long example = exampleAt(session, p);
      problem = UnreadableReason.find(this, session, example);
      if (problem.isEmpty()) {
        return;
      }
      problem = source.name(example) + ": " + problem;
    }
    throw UserError.input(
        "None of the first %d images can be read. The last one: %s".formatted(count, problem));
  }
}
