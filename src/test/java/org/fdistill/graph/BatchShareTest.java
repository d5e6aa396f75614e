package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.EagerSession;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;

class BatchShareTest {
  private static List<Long> positions(BatchShare share, int batches) {
    return LongStream.range(0, (long) batches * share.batch()).mapToObj(share::position).toList();
  }

  @ParameterizedTest
  @CsvSource({"1, 3", "2, 4", "3, 2", "2, 1", "4, 5"})
  void everyPositionIsOneWorkersAndTheyAscend(int workers, int batch) {
    List<Long> all = new ArrayList<>();
    for (int w = 0; w < workers; w++) {
      List<Long> own = positions(new BatchShare(workers, w, batch), 3);
      assertThat(own).isSorted();
      all.addAll(own);
    }
    assertThat(all)
        .containsExactlyInAnyOrderElementsOf(
            LongStream.range(0, 3L * workers * batch).boxed().toList());
  }

  @ParameterizedTest
  @CsvSource({"2, 4", "3, 2", "4, 6"})
  void aRowsMirrorImageIsTheMirrorImageInTheShare(int workers, int batch) {
    for (int w = 0; w < workers; w++) {
      List<Long> own = positions(new BatchShare(workers, w, batch), 1);
      for (int i = 0; i < batch; i++) {
        assertThat(own.get(batch - 1 - i)).isEqualTo(workers * (long) batch - 1 - own.get(i));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 3", "2, 4", "3, 5", "4, 1"})
  void countsAndPositionsAgreeInJavaAndInGraphs(int workers, int batch) {
    try (EagerSession session = EagerSession.create()) {
      Ops tf = Ops.create(session);
      long[] all = LongStream.range(0, 3L * workers * batch).toArray();
      for (int w = 0; w < workers; w++) {
        BatchShare share = new BatchShare(workers, w, batch);
        List<Long> own = positions(share, 4);
        long[] before =
            LongStream.of(all).map(p -> own.stream().filter(o -> o < p).count()).toArray();
        assertThat(LongStream.of(all).map(share::before).toArray()).isEqualTo(before);
        assertThat(LongStream.of(all).map(share::from).toArray())
            .isEqualTo(LongStream.of(before).map(n -> own.get((int) n)).toArray());
        Operand<TInt64> fed = tf.constant(all);
        assertThat(longs(share.before(tf, fed))).isEqualTo(before);
        assertThat(longs(share.position(tf, fed)))
            .isEqualTo(LongStream.of(all).map(share::position).toArray());
      }
    }
  }

  private static long[] longs(Operand<TInt64> vector) {
    return StdArrays.array1dCopyOf(vector.asTensor());
  }

  /** So that a run which goes on in the middle of a batch deals out whole batches from there. */
  @ParameterizedTest
  @CsvSource({"2, 4", "3, 5"})
  void fromAnyPositionOnEachHasItsShareOfTheNextBatch(int workers, int batch) {
    for (int w = 0; w < workers; w++) {
      BatchShare share = new BatchShare(workers, w, batch);
      for (long p = 0; p < 2L * share.total(); p++) {
        assertThat(share.before(p + share.total()) - share.before(p)).isEqualTo(batch);
      }
    }
  }
}
