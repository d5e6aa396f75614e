package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;

class FlopCounterTest {
  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);

  @AfterEach
  void close() {
    graph.close();
  }

  @Test
  void aProductTakesTwoForEachMultiplicationAndAddition() {
    assertThat(count(tf.linalg.matMul(input(2, 3), input(3, 5)))).isEqualTo(2 * 2 * 3 * 5);
  }

  @Test
  void transposedFactorsCountAlike() {
    Operand<TFloat32> first = tf.linalg.matMul(input(3, 2), input(3, 5), MatMul.transposeA(true));
    assertThat(count(first)).isEqualTo(2 * 2 * 3 * 5);
    Operand<TFloat32> second = tf.linalg.matMul(input(2, 3), input(5, 3), MatMul.transposeB(true));
    assertThat(count(second)).isEqualTo(2 * 2 * 3 * 5);
  }

  @Test
  void batchProductsCountEachOfTheBatch() {
    assertThat(count(tf.train.batchMatMul(input(4, 7, 2, 3), input(4, 7, 3, 5), TFloat32.class)))
        .isEqualTo(4 * 7 * 2 * 2 * 3 * 5);
    Operand<TFloat32> transposed =
        tf.train.batchMatMul(
            input(4, 7, 3, 2), input(4, 7, 3, 5), TFloat32.class, BatchMatMul.adjX(true));
    assertThat(count(transposed)).isEqualTo(4 * 7 * 2 * 2 * 3 * 5);
  }

  @Test
  void anEinsumCountsWhatItSumsOver() {
    List<Operand<TFloat32>> split = List.of(input(2, 7, 3), input(3, 4, 5));
    assertThat(count(tf.linalg.einsum(split, "abc,cde->abde"))).isEqualTo(2 * 2 * 7 * 4 * 5 * 3);
    List<Operand<TFloat32>> joined = List.of(input(2, 7, 4, 5), input(4, 5, 3));
    assertThat(count(tf.linalg.einsum(joined, "abde,dec->abc"))).isEqualTo(2 * 2 * 7 * 3 * 4 * 5);
    List<Operand<TFloat32>> batched = List.of(input(2, 7, 4, 5), input(3, 5));
    assertThat(count(tf.linalg.einsum(batched, "...ab,cb->...ac")))
        .isEqualTo(2 * 2 * 7 * 4 * 3 * 5);
  }

  @Test
  void aConvolutionAndBothItsGradientsCountAlike() {
    // 2 images of 8 x 8 x 3, a filter of 2 x 2 x 3 x 5 at stride 2: 4 x 4 x 5 outputs.
    double expected = 2 * 2 * (4 * 4 * 5) * (2 * 2 * 3);
    Operand<TFloat32> images = input(2, 8, 8, 3);
    Operand<TFloat32> filter = input(2, 2, 3, 5);
    Operand<TFloat32> output = input(2, 4, 4, 5);
    List<Long> strides = List.of(1L, 2L, 2L, 1L);
    assertThat(count(tf.nn.conv2d(images, filter, strides, "VALID"))).isEqualTo(expected);
    assertThat(
            count(
                tf.nn.conv2dBackpropInput(
                    tf.constant(new int[] {2, 8, 8, 3}), filter, output, strides, "VALID")))
        .isEqualTo(expected);
    assertThat(
            count(
                tf.nn.conv2dBackpropFilter(
                    images, tf.constant(new int[] {2, 2, 3, 5}), output, strides, "VALID")))
        .isEqualTo(expected);
  }

  @Test
  void onlyWhatTheEndsNeedAndTheCallerChoosesCounts() {
    Operand<TFloat32> first = tf.withName("teacher").linalg.matMul(input(2, 3), input(3, 5));
    tf.linalg.matMul(first, input(5, 100));
    Operand<TFloat32> second = tf.withName("student").linalg.matMul(first, input(5, 1));
    assertThat(count(second)).isEqualTo(2 * 2 * 3 * 5 + 2 * 2 * 5);
    assertThat(new FlopCounter(graph).of(List.of("student"), "student"::equals))
        .isEqualTo(2 * 2 * 5);
  }

  @Test
  void controlInputsAreFollowed() {
    Operand<TFloat32> product = tf.linalg.matMul(input(2, 3), input(3, 5));
    tf.withName("step").withControlDependencies(List.of(product)).noOp();
    assertThat(new FlopCounter(graph).of(List.of("step"), name -> true)).isEqualTo(60);
  }

  @Test
  void aProductOfUnknownShapeIsAnError() {
    Operand<TFloat32> rows =
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE, 3)));
    Operand<TFloat32> product = tf.linalg.matMul(rows, input(3, 5));
    assertThatThrownBy(() -> count(product))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("shape is not known");
  }

  private double count(Operand<TFloat32> end) {
    return new FlopCounter(graph).of(List.of(end.op().name()), name -> true);
  }

  private Operand<TFloat32> input(long... shape) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
  }
}
