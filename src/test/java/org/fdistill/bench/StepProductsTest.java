package org.fdistill.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fdistill.graph.FlopCounter;
import org.fdistill.graph.rewrite.StandardRewrite;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

class StepProductsTest {
  private static final List<String> ENDS = List.of("end");

  @Test
  void productsOfOneShapeAreCountedAndTimedTogether() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x = input(tf, TFloat32.class, 6, 4);
      Operand<TFloat32> w = input(tf, TFloat32.class, 4, 5);
      Operand<TFloat32> y = tf.linalg.matMul(x, w);
      Operand<TFloat32> again = tf.linalg.matMul(x, w);
      Operand<TFloat32> back = tf.linalg.matMul(y, w, MatMul.transposeB(true));
      tf.linalg.matMul(w, w, MatMul.transposeA(true)); // nobody needs it
      Operand<TBfloat16> a = input(tf, TBfloat16.class, 3, 2, 7, 4);
      Operand<TBfloat16> b = input(tf, TBfloat16.class, 9, 4);
      Operand<TBfloat16> scores =
          tf.train.batchMatMul(a, b, TBfloat16.class, BatchMatMul.adjY(true));
      tf.withName("end").withControlDependencies(again, back, scores).noOp();

      StepProducts products = new StepProducts(StandardRewrite.apply(graph.toGraphDef()), ENDS);
      double counted = new FlopCounter(graph).of(ENDS, name -> true);
      assertThat(counted).isEqualTo(2.0 * (2 * 6 * 4 * 5 + 6 * 5 * 4 + 3 * 2 * 7 * 4 * 9));
      assertThat(products.operations()).isEqualTo(counted);

      List<BenchReport.ProductRate> rates = products.measure(ConfigProto.getDefaultInstance());
      assertThat(rates.stream().map(rate -> rate.op() + rate.a() + rate.b() + rate.count()))
          .containsExactlyInAnyOrder(
              "MatMul[6,4][4,5]2", "MatMul[6,5][4,5]T1", "BatchMatMulV2[3,2,7,4][9,4]T1");
      for (int i = 0; i < rates.size(); i++) {
        assertThat(rates.get(i).gigaflops()).isPositive();
        assertThat(rates.get(i).milliseconds())
            .isPositive()
            .isLessThanOrEqualTo(rates.get(Math.max(0, i - 1)).milliseconds());
      }
    }
  }

  private static <T extends TNumber> Operand<T> input(Ops tf, Class<T> type, long... sizes) {
    return tf.placeholder(type, Placeholder.shape(Shape.of(sizes)));
  }
}
