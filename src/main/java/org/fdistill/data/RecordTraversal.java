package org.fdistill.data;

import java.util.List;
import org.fdistill.graph.BatchShare;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * One example after the other, each found and read by itself. An element is the number of a
 * position among this worker's.
 *
 * @param source where examples come from
 * @param order which example stands at a position
 * @param share of the positions that is this worker's
 */
record RecordTraversal(ExampleSource source, EpochOrder order, BatchShare share)
    implements Traversal {
  @Override
  public List<IndexArray> orderArrays() {
    return List.of();
  }

  @Override
  public Operand<TInt64> exampleAt(Ops tf, Operand<TInt64> position, List<Operand<?>> arrays) {
    return order.exampleAt(tf, position);
  }

  @Override
  public Operand<? extends TType> elements(
      Ops tf, Operand<TInt64> start, Operand<TInt64> end, List<Operand<?>> arrays) {
    return tf.data.rangeDataset(
        share.before(tf, start),
        share.before(tf, end),
        tf.constant(1L),
        List.of(TInt64.class),
        List.of(Shape.scalar()));
  }

  @Override
  public List<Class<? extends TType>> elementTypes() {
    return List.of(TInt64.class);
  }

  @Override
  public Turn turn(Ops tf, List<Operand<?>> element, List<Operand<?>> arrays) {
    Operand<TInt64> position = share.position(tf, element.get(0).asOutput().expect(TInt64.class));
    Operand<TInt64> index = order.exampleAt(tf, position);
    Draws draws = new Draws(order.seed(), position, share.shared(tf, position));
    return new Turn(position, index, source.example(tf, index, arrays, draws));
  }
}
