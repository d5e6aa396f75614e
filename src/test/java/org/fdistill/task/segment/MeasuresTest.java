package org.fdistill.task.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.fdistill.eval.ClassTable;
import org.fdistill.eval.ConfusionMatrix;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** Confusion and what follows from it beside NumPy's; shares are of 64 bits on both sides. */
class MeasuresTest {
  private static final Golden GOLDEN = Golden.open("segment/mean-iou");
  private static final int CLASSES = GOLDEN.description().get("classes").getAsInt();
  private static final double ROUNDING = 1e-12;

  @Test
  void confusionCountsEveryPixelThatHasAClass() {
    float[] truth = GOLDEN.array("truth").floats();
    float[] given = GOLDEN.array("given").floats();
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TUint8> mask = tf.dtypes.cast(run.input(truth, 1, 30, 40), TUint8.class);
      Operand<TInt32> best = tf.dtypes.cast(run.input(given, 1, 30, 40), TInt32.class);
      Operand<TFloat32> logits =
          tf.oneHot(best, tf.constant(CLASSES), tf.constant(2f), tf.constant(-1f));
      float[] counts = run.run(List.of(Segmentation.confusion(tf, logits, mask, CLASSES))).get(0);
      assertThat(IntStream.range(0, counts.length).mapToDouble(i -> counts[i]).toArray())
          .isEqualTo(GOLDEN.array("confusion").doubles());
    }
  }

  @Test
  void meansLeaveOutWhatNeverOccurs() {
    ConfusionMatrix matrix = matrix();
    assertThat(matrix.meanIou()).isCloseTo(expected("miou"), within(ROUNDING));
    assertThat(matrix.meanAccuracy()).isCloseTo(expected("mean_accuracy"), within(ROUNDING));
    assertThat(matrix.pixelAccuracy()).isCloseTo(expected("pixel_accuracy"), within(ROUNDING));
    double[] iou = GOLDEN.array("iou").doubles();
    double[] accuracy = GOLDEN.array("accuracy").doubles();
    for (int c = 0; c < CLASSES; c++) {
      // The golden has -1 where there is none.
      assertThat(orMinusOne(matrix.ofClasses().get(c).iou())).isCloseTo(iou[c], within(1e-7));
      assertThat(orMinusOne(matrix.ofClasses().get(c).accuracy()))
          .isCloseTo(accuracy[c], within(1e-7));
    }
  }

  /** Class 4 occurs on neither side; 5 was given and is not in the truth. */
  @Test
  void theTableHasADashAndNullWhereThereIsNothing() {
    ClassTable table = ClassTable.of(matrix(), List.of("wall", "sky"));
    List<String> lines = table.text().lines().toList();
    assertThat(lines).hasSize(1 + CLASSES);
    assertThat(lines.get(1)).matches(" +0 +wall +\\d+\\.\\d\\d +\\d+\\.\\d\\d +\\d+");
    assertThat(lines.get(5)).matches(" +4 +- +- +0");
    assertThat(lines.get(6)).matches(" +5 +0\\.00 +- +0");
    assertThat(table.json().get(4).getAsJsonObject().get("iou").isJsonNull()).isTrue();
    assertThat(table.json().get(1).getAsJsonObject().get("name").getAsString()).isEqualTo("sky");
  }

  private static ConfusionMatrix matrix() {
    return new ConfusionMatrix(GOLDEN.array("confusion").doubles(), CLASSES);
  }

  private static double expected(String name) {
    return GOLDEN.description().get(name).getAsDouble();
  }

  private static double orMinusOne(double share) {
    return Double.isNaN(share) ? -1 : share;
  }
}
