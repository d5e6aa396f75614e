package org.fdistill.data;

import java.util.stream.LongStream;
import org.fdistill.testing.TestSession;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt64;

/** The order in which a training run takes its examples, for goldens that compute with it. */
public final class ExampleOrder {
  private ExampleOrder() {}

  /**
   * The examples at the first positions of a run.
   *
   * @param examples n
   * @param seed the run's
   * @param count positions
   */
  public static long[] first(long examples, long seed, int count) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TInt64> position =
          tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
      Operand<TInt64> example = new EpochOrder(examples, true, seed).exampleAt(tf, position);
      try (Session session = TestSession.open(graph)) {
        return LongStream.range(0, count)
            .map(
                p -> {
                  try (TInt64 fed = TInt64.scalarOf(p);
                      Result result = session.runner().feed(position, fed).fetch(example).run()) {
                    return ((TInt64) result.get(0)).getLong();
                  }
                })
            .toArray();
      }
    }
  }
}
