package org.fdistill.data;

import java.util.List;
import org.fdistill.proto.DataConfig;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.data.BatchDataset;
import org.tensorflow.op.data.IgnoreErrorsDataset;
import org.tensorflow.op.data.Iterator;
import org.tensorflow.op.data.MakeIterator;
import org.tensorflow.op.data.ParallelMapDataset;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** The tf.data graph: positions, parallel map, skip what fails, batch, prefetch, iterator. */
final class BatchedExamples {
  private static final List<Class<? extends TType>> TYPES =
      List.of(TUint8.class, TInt64.class, TInt64.class);

  private final DataConfig config;
  private final InputPipeline.Options options;
  private final ExampleMap map;
  private final String name;

  BatchedExamples(DataConfig config, InputPipeline.Options options, ExampleMap map, String name) {
    this.config = config;
    this.options = options;
    this.map = map;
    this.name = name;
  }

  /**
   * The ends of the data set.
   *
   * @param initializer starts the iterator
   * @param images [B, S, S, 3]
   * @param labels [B]
   * @param positions [B]
   */
  record Batch(
      MakeIterator initializer,
      Operand<TUint8> images,
      Operand<TInt64> labels,
      Operand<TInt64> positions) {}

  /**
   * Adds it to a graph.
   *
   * @param start first position, scalar
   * @param end position after the last, scalar
   * @param arrays the source's index arrays
   */
  Batch build(Ops tf, Operand<TInt64> start, Operand<TInt64> end, List<Operand<?>> arrays) {
    Operand<TInt64> step = tf.constant((long) options.workers());
    Operand<? extends TType> positions =
        tf.data.rangeDataset(start, end, step, List.of(TInt64.class), List.of(Shape.scalar()));
    Operand<? extends TType> examples = examples(tf, positions, arrays);
    List<Shape> shapes = batchShapes();
    Operand<? extends TType> batches =
        tf.data.batchDataset(
            examples,
            tf.constant((long) options.batch()),
            tf.constant(options.training()),
            TYPES,
            shapes,
            BatchDataset.parallelCopy(true));
    Operand<? extends TType> ready =
        tf.data.prefetchDataset(
            batches, tf.constant((long) config.getPrefetchBatches()), TYPES, shapes);
    Iterator iterator = tf.withName("iterator").data.iterator(name, "", TYPES, shapes);
    MakeIterator initializer = tf.withName("initializer").data.makeIterator(ready, iterator);
    List<Output<?>> next =
        tf.withName("next").data.iteratorGetNext(iterator, TYPES, shapes).components();
    return new Batch(
        initializer,
        next.get(0).expect(TUint8.class),
        next.get(1).expect(TInt64.class),
        next.get(2).expect(TInt64.class));
  }

  /** Single examples in the order of their positions, without the unreadable ones. */
  private Operand<? extends TType> examples(
      Ops tf, Operand<? extends TType> positions, List<Operand<?>> arrays) {
    long threads =
        config.getDecodeThreads() > 0
            ? config.getDecodeThreads()
            : Runtime.getRuntime().availableProcessors();
    int side = config.getImageSize();
    List<Shape> shapes = List.of(Shape.of(side, side, 3), Shape.scalar(), Shape.scalar());
    try (ConcreteFunction example = map.function(name + "_example")) {
      Operand<? extends TType> mapped =
          tf.data.parallelMapDataset(
              positions,
              arrays,
              tf.constant(threads),
              example,
              TYPES,
              shapes,
              ParallelMapDataset.deterministic("true"));
      return tf.data.ignoreErrorsDataset(
          mapped, TYPES, shapes, IgnoreErrorsDataset.logWarning(false));
    }
  }

  private List<Shape> batchShapes() {
    long b = options.training() ? options.batch() : Shape.UNKNOWN_SIZE;
    int side = config.getImageSize();
    return List.of(Shape.of(b, side, side, 3), Shape.of(b), Shape.of(b));
  }
}
