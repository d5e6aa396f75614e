package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.LongStream;
import org.fdistill.proto.BlocksConfig;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

class BlockOrderTest {
  /** The examples at all positions of some epochs, of files of 5, 1 and the rest. */
  private static List<Long> order(int examples, int block, int buffer, long seed, int epochs) {
    BlocksConfig config = BlocksConfig.newBuilder().setRecords(block).build();
    Files files = new Files(new long[] {0, 5, 6});
    long[] firsts = BlockOrder.firstOfBlocks(files, examples, config);
    BlockOrder order = new BlockOrder(examples, firsts.length - 1, buffer, true, seed);
    List<Long> found = new ArrayList<>();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TInt64> position =
          tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
      Operand<TInt64> example = order.exampleAt(tf, position, tf.constant(firsts));
      try (Session session = TestSession.open(graph)) {
        for (long p = 0; p < (long) epochs * examples; p++) {
          try (TInt64 fed = TInt64.scalarOf(p);
              Result result = session.runner().feed(position, fed).fetch(example).run()) {
            found.add(((TInt64) result.get(0)).getLong());
          }
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @CsvSource({"7, 3, 4", "20, 1, 1", "23, 4, 100", "23, 100, 5", "24, 6, 6", "30, 7, 8"})
  void everyEpochIsAPermutation(int examples, int block, int buffer) {
    List<Long> order = order(examples, block, buffer, 3, 3);
    for (int e = 0; e < 3; e++) {
      assertThat(order.subList(e * examples, (e + 1) * examples))
          .containsExactlyInAnyOrderElementsOf(LongStream.range(0, examples).boxed().toList());
    }
  }

  @Test
  void eachEpochAndSeedHasItsOwnOrderOfWholeBlocks() {
    int examples = 46;
    HashSet<List<Long>> orders = new HashSet<>();
    for (long seed = 1; seed <= 2; seed++) {
      List<Long> all = order(examples, 4, 1, seed, 3);
      for (int e = 0; e < 3; e++) {
        List<Long> epoch = all.subList(e * examples, (e + 1) * examples);
        orders.add(epoch);
        for (int i = 1; i < examples; i++) {
          // Blocks start at 0, 4, 5, 6, 10, 14, ...: nothing else follows what is not before it.
          long example = epoch.get(i);
          boolean first =
              example <= 6 ? example % 5 == 0 || example == 4 || example == 6 : example % 4 == 2;
          assertThat(first || example == epoch.get(i - 1) + 1).isTrue();
        }
      }
    }
    assertThat(orders).hasSize(6);
  }

  @Test
  void eachBufferIsMixedInItsOwnWay() {
    // One block, so that the line is the order of the source.
    List<Long> order = order(6 + 40, 1 << 20, 10, 3, 1);
    HashSet<List<Long>> ways = new HashSet<>();
    for (int b = 0; b < 4; b++) {
      List<Long> buffer = order.subList(10 * b, 10 * (b + 1));
      long least = buffer.stream().min(Long::compare).orElseThrow();
      ways.add(buffer.stream().map(x -> x - least).toList());
    }
    assertThat(ways).hasSize(4);
  }

  /** Files as a reader tells of them. */
  @SuppressWarnings("ArrayRecordComponent") // It is read, never compared.
  private record Files(long[] firstOfFiles) implements RunReader {
    @Override
    public boolean frontToBack() {
      return false;
    }

    @Override
    public Operand<TInt64> run(
        Ops tf, Operand<TInt64> first, Operand<TInt64> count, List<Operand<?>> arrays) {
      throw new AssertionError();
    }

    @Override
    public Operand<TString> stored(Ops tf, Operand<TInt64> index, List<Operand<?>> arrays) {
      throw new AssertionError();
    }

    @Override
    public StoredExample example(
        Ops tf,
        Operand<TString> stored,
        Operand<TInt64> index,
        List<Operand<?>> arrays,
        Draws draws) {
      throw new AssertionError();
    }
  }
}
