package org.fdistill.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.fdistill.graph.GraphScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

class LiveTensorsTest {
  private static final long ONE = 4 * 10 * 10;

  private final Graph graph = new Graph();
  private final Ops tf = GraphScope.ops(graph);
  private final Operand<TFloat32> input =
      tf.withName("input").placeholder(TFloat32.class, Placeholder.shape(Shape.of(10, 10)));

  @AfterEach
  void close() {
    graph.close();
  }

  @Test
  void inAChainATensorGoesWhenTheNextIsThere() {
    Operand<TFloat32> x = input;
    for (int i = 0; i < 5; i++) {
      x = tf.math.sqrt(x);
    }
    assertThat(peak(x)).isEqualTo(2 * ONE);
  }

  @Test
  void aTensorStaysForItsLastReader() {
    Operand<TFloat32> first = tf.math.sqrt(input);
    Operand<TFloat32> last = tf.math.sqrt(tf.math.sqrt(tf.math.sqrt(first)));
    // The first tensor, and two of the chain.
    assertThat(peak(tf.math.add(first, last))).isEqualTo(3 * ONE);
  }

  @Test
  void aReshapedTensorSharesItsMemoryAndKeepsIt() {
    Operand<TFloat32> first = tf.math.sqrt(input);
    Operand<TFloat32> flat = tf.reshape(tf.identity(first), tf.constant(new int[] {100}));
    assertThat(peak(tf.math.sqrt(flat))).isEqualTo(2 * ONE);
    // first, its square root, and the sum that reads first by its other name.
    Operand<TFloat32> root = tf.reshape(tf.math.sqrt(first), tf.constant(new int[] {100}));
    assertThat(peak(tf.math.add(flat, root))).isEqualTo(3 * ONE);
  }

  @Test
  void whatACallGivesIsOfTheSizeThatItIsReshapedTo() {
    try (ConcreteFunction root = function(own -> own.math::sqrt)) {
      Operand<TFloat32> called = called(root);
      assertThat(peak(tf.math.sqrt(tf.reshape(called, tf.constant(new int[] {10, 10})))))
          .isEqualTo(2 * ONE);
      assertThat(new SizedGraph(graph).hidesProducts(Set.of(called.op().name()))).isFalse();
    }
    try (ConcreteFunction square = function(own -> x -> own.linalg.matMul(x, x))) {
      assertThat(new SizedGraph(graph).hidesProducts(Set.of())).isFalse();
      Operand<TFloat32> called = called(square);
      assertThat(new SizedGraph(graph).hidesProducts(Set.of(called.op().name()))).isTrue();
    }
  }

  private static ConcreteFunction function(Function<Ops, UnaryOperator<Operand<TFloat32>>> body) {
    return ConcreteFunction.create(
        own -> {
          Placeholder<TFloat32> x = own.placeholder(TFloat32.class);
          return Signature.builder("f").input("x", x).output("y", body.apply(own).apply(x)).build();
        });
  }

  @SuppressWarnings("unchecked") // The function gives what it takes.
  private Operand<TFloat32> called(ConcreteFunction function) {
    return (Operand<TFloat32>) function.call(tf, input);
  }

  @Test
  void aRoundedTensorTakesHalf() {
    assertThat(peak(tf.dtypes.cast(tf.math.sqrt(input), TBfloat16.class))).isEqualTo(ONE + ONE / 2);
  }

  @Test
  void whatOneSetMakesAndAnotherReadsIsCountedOnce() {
    Operand<TFloat32> kept = tf.math.sqrt(input);
    Operand<TFloat32> gone = tf.math.sqrt(kept);
    Operand<TFloat32> alsoKept = tf.math.sqrt(gone);
    Operand<TFloat32> reader = tf.math.add(tf.identity(kept), kept);
    Operand<TFloat32> second = tf.math.add(alsoKept, reader);
    SizedGraph sized = new SizedGraph(graph);
    Set<String> makers = sized.needed(List.of(alsoKept.op().name()));
    Set<String> readers = sized.needed(List.of(second.op().name()));
    readers.removeAll(makers);
    assertThat(LiveTensors.between(sized, makers, readers)).isEqualTo(2 * ONE);
  }

  private long peak(Operand<?> end) {
    SizedGraph sized = new SizedGraph(graph);
    return LiveTensors.peak(sized, sized.needed(List.of(end.op().name())));
  }
}
