package org.fdistill.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.proto.DataConfig;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.data.BatchDataset;
import org.tensorflow.op.data.IgnoreErrorsDataset;
import org.tensorflow.op.data.Iterator;
import org.tensorflow.op.data.IteratorGetNext;
import org.tensorflow.op.data.MakeIterator;
import org.tensorflow.op.data.MapDataset;
import org.tensorflow.op.data.ParallelMapDataset;
import org.tensorflow.proto.data.DatasetOptions.AutotuneOptions;
import org.tensorflow.proto.data.DatasetOptions.Options;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * The tf.data graph: elements of a traversal, parallel map, skip what fails, batch, prefetch,
 * iterator.
 */
final class BatchedExamples {
  /**
   * Leaves the threads as they are given. TensorFlow's tuning changes none of them, but may sleep
   * through the end of a session, which then takes up to a minute to close. The op takes text,
   * which the four bytes are.
   */
  private static final String UNTUNED =
      Options.newBuilder()
          .setAutotuneOptions(AutotuneOptions.newBuilder().setEnabled(false))
          .build()
          .toByteString()
          .toString(StandardCharsets.US_ASCII);

  private final DataConfig config;
  private final InputPipeline.Options options;
  private final ExampleMap map;
  private final String name;
  private final List<Class<? extends TType>> types = new ArrayList<>();
  private final List<Shape> shapes;

  BatchedExamples(DataConfig config, InputPipeline.Options options, ExampleMap map, String name) {
    this.config = config;
    this.options = options;
    this.map = map;
    this.name = name;
    map.fields().keySet().forEach(field -> types.add(field.type()));
    this.shapes = List.copyOf(map.fields().values());
  }

  /**
   * The ends of the data set.
   *
   * @param initializer starts the iterator
   * @param batch the next one
   * @param waited seconds from the time at which a run asks for a batch until there is one, scalar
   */
  record Ends(MakeIterator initializer, Batch batch, Operand<TFloat64> waited) {}

  /**
   * Adds it to a graph.
   *
   * @param start first position, scalar
   * @param end position after the last, scalar
   * @param arrays the traversal's index arrays
   */
  Ends build(Ops tf, Operand<TInt64> start, Operand<TInt64> end, List<Operand<?>> arrays) {
    Operand<? extends TType> elements = map.traversal().elements(tf, start, end, arrays);
    Operand<? extends TType> examples = examples(tf, elements, arrays);
    List<Shape> batched = batchShapes();
    Operand<? extends TType> batches =
        tf.data.batchDataset(
            examples,
            tf.constant((long) options.batch()),
            tf.constant(options.fullBatches()),
            types,
            batched,
            BatchDataset.parallelCopy(true));
    Operand<? extends TType> stamped = stamped(tf, batches, batched);
    List<Class<? extends TType>> stampedTypes = and(types, TFloat64.class);
    List<Shape> stampedShapes = and(batched, Shape.scalar());
    Operand<? extends TType> fetched =
        tf.data.prefetchDataset(
            stamped, tf.constant((long) config.getPrefetchBatches()), stampedTypes, stampedShapes);
    Operand<? extends TType> ready =
        tf.data.optionsDataset(fetched, UNTUNED, stampedTypes, stampedShapes);
    Iterator iterator =
        tf.withName("iterator").data.iterator(name, "", stampedTypes, stampedShapes);
    MakeIterator initializer = tf.withName("initializer").data.makeIterator(ready, iterator);
    Operand<TFloat64> asked = tf.withName("asked").timestamp();
    IteratorGetNext next =
        tf.withControlDependencies(asked)
            .withName("next")
            .data
            .iteratorGetNext(iterator, stampedTypes, stampedShapes);
    return new Ends(initializer, batch(next.components()), waited(tf, asked, next.components()));
  }

  /**
   * Each batch, and the time at which it was complete, in seconds. A clock that is read once the
   * batch is given would wait for its turn among all else that the step has to compute.
   */
  private Operand<? extends TType> stamped(
      Ops tf, Operand<? extends TType> batches, List<Shape> batched) {
    try (ConcreteFunction stamp = ConcreteFunction.create(ops -> stamp(ops, batched))) {
      // Without parallelism its ops do not wait for their turn either.
      return tf.data.mapDataset(
          batches,
          List.of(),
          stamp,
          and(types, TFloat64.class),
          and(batched, Shape.scalar()),
          MapDataset.useInterOpParallelism(false));
    }
  }

  private Signature stamp(Ops tf, List<Shape> batched) {
    Signature.Builder signature = Signature.builder(name + "_stamp");
    for (int i = 0; i < types.size(); i++) {
      Operand<?> part = tf.placeholder(types.get(i), Placeholder.shape(batched.get(i)));
      signature.input("part_" + i, part).output("same_" + i, tf.identity(part));
    }
    return signature.output("complete_at", tf.timestamp()).build();
  }

  /** Nothing where the batch was complete before it was asked for. */
  private Operand<TFloat64> waited(Ops tf, Operand<TFloat64> asked, List<Output<?>> components) {
    Operand<TFloat64> complete = components.get(types.size()).expect(TFloat64.class);
    return tf.withName("waited").math.maximum(tf.math.sub(complete, asked), tf.constant(0.0));
  }

  private static <T> List<T> and(List<? extends T> list, T last) {
    List<T> all = new ArrayList<>(list);
    all.add(last);
    return all;
  }

  private Batch batch(List<Output<?>> components) {
    Map<Field<?>, Operand<?>> fields = new LinkedHashMap<>();
    map.fields().keySet().forEach(field -> fields.put(field, components.get(fields.size())));
    return new Batch(fields);
  }

  /** Single examples in the order of their positions, without the unreadable ones. */
  private Operand<? extends TType> examples(
      Ops tf, Operand<? extends TType> elements, List<Operand<?>> arrays) {
    long threads =
        config.getDecodeThreads() > 0
            ? config.getDecodeThreads()
            : Runtime.getRuntime().availableProcessors();
    try (ConcreteFunction example = map.function(name + "_example")) {
      Operand<? extends TType> mapped =
          tf.data.parallelMapDataset(
              elements,
              arrays,
              tf.constant(threads),
              example,
              types,
              shapes,
              ParallelMapDataset.deterministic("true"));
      return tf.data.ignoreErrorsDataset(
          mapped, types, shapes, IgnoreErrorsDataset.logWarning(false));
    }
  }

  private List<Shape> batchShapes() {
    long b = options.fullBatches() ? options.batch() : Shape.UNKNOWN_SIZE;
    return shapes.stream().map(shape -> shape.prepend(b)).toList();
  }
}
