package org.fdistill.data;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * The data set of an epoch's line: its places with the example of each and what is stored of it, an
 * empty string where that cannot be read. No place is missing, so that whole buffers of them can be
 * cut by counting.
 */
final class BlockLine {
  /** Blocks that are read at a time, to hide a network's delay. */
  private static final long READ_AHEAD = 4;

  /** Examples of each that wait; what a block's own buffer holds comes on top. */
  private static final long WAITING = 16;

  private static final List<Class<? extends TType>> TYPES =
      List.of(TInt64.class, TInt64.class, TString.class);

  private final RunReader reader;
  private final BlockOrder order;
  private final String name;

  BlockLine(RunReader reader, BlockOrder order, String name) {
    this.reader = reader;
    this.order = order;
    this.name = name;
  }

  /**
   * Elements (place, example, stored).
   *
   * @param from the first place
   * @param to the place after the last
   * @param arrays the source's index arrays, then the first examples of the blocks
   */
  DatasetOps places(
      Ops tf,
      Operand<TInt64> epoch,
      Operand<TInt64> from,
      Operand<TInt64> to,
      List<Operand<?>> arrays) {
    Operand<TInt64> firstOfBlocks = arrays.get(arrays.size() - 1).asOutput().expect(TInt64.class);
    BlockOrder.Line line = order.line(tf, epoch, firstOfBlocks);
    List<Operand<?>> more = new ArrayList<>(List.of(from, to, line.first(), line.place()));
    more.addAll(arrays.subList(0, arrays.size() - 1));
    DatasetOps blocks =
        DatasetOps.range(
            tf,
            name + "_blocks",
            scalar(tf, line.blockAt(tf, from)),
            scalar(tf, line.blockFrom(tf, to)));
    return blocks.flatMapAhead(READ_AHEAD, WAITING, more, TYPES, this::block);
  }

  private static Operand<TInt64> scalar(Ops tf, Operand<TInt64> one) {
    return tf.squeeze(one);
  }

  /** The places of one block, as far as from and to allow. */
  private DatasetOps block(Ops tf, List<Output<?>> in) {
    Operand<TInt64> block = in.get(0).expect(TInt64.class);
    Operand<TInt64> axis = tf.constant(0L);
    Operand<TInt64> place = in.get(4).expect(TInt64.class);
    Operand<TInt64> start = tf.gather(place, block, axis);
    Operand<TInt64> next = tf.gather(place, tf.math.add(block, tf.constant(1L)), axis);
    Operand<TInt64> from = tf.math.maximum(start, in.get(1).expect(TInt64.class));
    Operand<TInt64> count =
        tf.math.sub(tf.math.minimum(next, in.get(2).expect(TInt64.class)), from);
    Operand<TInt64> first =
        tf.math.add(
            tf.gather(in.get(3).expect(TInt64.class), block, axis), tf.math.sub(from, start));
    List<Operand<?>> arrays = new ArrayList<>(in.subList(5, in.size()));
    DatasetOps places = DatasetOps.range(tf, name + "_places", from, tf.math.add(from, count));
    return places.zip(stored(tf, first, count, arrays));
  }

  /**
   * Elements (example, stored). What the run gives comes first; where it fails, all examples are
   * read again by themselves, of which those are taken that the run did not give.
   */
  private DatasetOps stored(
      Ops tf, Operand<TInt64> first, Operand<TInt64> count, List<Operand<?>> arrays) {
    DatasetOps examples =
        DatasetOps.range(tf, name + "_examples", first, tf.math.add(first, count));
    DatasetOps run =
        DatasetOps.of(
            tf, name + "_run", reader.run(tf, first, count, arrays), List.of(TString.class));
    DatasetOps oneByOne =
        examples.flatMap(
            arrays,
            List.of(TInt64.class, TString.class),
            (ops, in) -> single(ops, in.get(0).expect(TInt64.class), in.subList(1, in.size())));
    return examples.zip(run).withoutErrors().then(oneByOne).inSequence(first).take(count);
  }

  /** One example, or an empty string in its place. */
  private DatasetOps single(Ops tf, Operand<TInt64> example, List<Output<?>> more) {
    List<Operand<?>> arrays = new ArrayList<>(more);
    DatasetOps number =
        DatasetOps.range(tf, name + "_single", example, tf.math.add(example, tf.constant(1L)));
    List<Class<? extends TType>> types = List.of(TInt64.class, TString.class);
    DatasetOps nothing =
        number.map(
            List.of(), types, (ops, in) -> List.of(ops.identity(in.get(0)), ops.constant("")));
    if (reader.frontToBack()) {
      return nothing;
    }
    DatasetOps read =
        number.map(
            arrays,
            types,
            (ops, in) -> {
              Operand<TInt64> index = in.get(0).expect(TInt64.class);
              List<Operand<?>> rest = new ArrayList<>(in.subList(1, in.size()));
              return List.of(ops.identity(index), reader.stored(ops, index, rest));
            });
    return read.withoutErrors().then(nothing).take(tf.constant(1L));
  }
}
