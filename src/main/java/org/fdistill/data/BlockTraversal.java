package org.fdistill.data;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.BatchShare;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Examples in the order of {@link BlockOrder}, read in whole blocks. An element is a position, the
 * example and what is stored of it; nothing (an empty string) where that could not be read.
 */
final class BlockTraversal implements Traversal {
  private final ExampleSource source;
  private final RunReader reader;
  private final BlockOrder order;
  private final long[] firstOfBlocks;
  private final BatchShare share;
  private final String name;

  BlockTraversal(
      ExampleSource source,
      RunReader reader,
      DataConfig config,
      InputPipeline.Options options,
      String name) {
    this.source = source;
    this.reader = reader;
    this.firstOfBlocks = BlockOrder.firstOfBlocks(reader, source.size(), config.getBlocks());
    this.order =
        new BlockOrder(
            source.size(),
            firstOfBlocks.length - 1,
            config.getBlocks().getShuffleBuffer(),
            options.shuffled(),
            options.seed());
    this.share = options.share();
    this.name = name;
  }

  @Override
  public ExampleSource source() {
    return source;
  }

  @Override
  public List<IndexArray> orderArrays() {
    return List.of(
        new IndexArray(
            "first_of_blocks",
            TInt64.class,
            () -> TInt64.tensorOf(StdArrays.ndCopyOf(firstOfBlocks))));
  }

  @Override
  public Operand<TInt64> exampleAt(Ops tf, Operand<TInt64> position, List<Operand<?>> arrays) {
    return order.exampleAt(tf, position, arrays.get(0).asOutput().expect(TInt64.class));
  }

  @Override
  public List<Class<? extends TType>> elementTypes() {
    return List.of(TInt64.class, TInt64.class, TString.class);
  }

  @Override
  public Operand<? extends TType> elements(
      Ops tf, Operand<TInt64> start, Operand<TInt64> end, List<Operand<?>> arrays) {
    Operand<TInt64> n = tf.constant(order.examples());
    Operand<TInt64> one = tf.constant(1L);
    Operand<TInt64> last = tf.math.floorDiv(tf.math.sub(end, one), n);
    DatasetOps epochs =
        DatasetOps.range(tf, name + "_epochs", tf.math.floorDiv(start, n), tf.math.add(last, one));
    List<Operand<?>> more = new ArrayList<>(List.of(start, end));
    more.addAll(arrays);
    return epochs
        .flatMap(more, elementTypes(), (ops, in) -> epoch(ops, in.get(0), in.subList(1, in.size())))
        .dataset();
  }

  /** The elements of one epoch, as far as start and end allow. */
  private DatasetOps epoch(Ops tf, Output<?> number, List<Output<?>> more) {
    Operand<TInt64> epoch = number.expect(TInt64.class);
    Operand<TInt64> start = more.get(0).expect(TInt64.class);
    Operand<TInt64> end = more.get(1).expect(TInt64.class);
    List<Operand<?>> arrays = new ArrayList<>(more.subList(2, more.size()));
    Operand<TInt64> n = tf.constant(order.examples());
    Operand<TInt64> offset = tf.math.mul(epoch, n);
    Operand<TInt64> from =
        wholeBuffers(tf, tf.math.maximum(tf.math.sub(start, offset), tf.constant(0L)));
    Operand<TInt64> last = tf.math.add(tf.math.sub(end, offset), tf.constant(order.buffer() - 1));
    Operand<TInt64> to = tf.math.minimum(wholeBuffers(tf, last), n);
    DatasetOps line = new BlockLine(reader, order, name).places(tf, epoch, from, to, arrays);
    List<Operand<?>> limits = List.of(epoch, start, end);
    return line.batch(order.buffer())
        .map(limits, elementTypes(), (ops, in) -> mix(ops, in))
        .prefetch(1)
        .unbatch();
  }

  private Operand<TInt64> wholeBuffers(Ops tf, Operand<TInt64> places) {
    return tf.math.sub(places, tf.math.floorMod(places, tf.constant(order.buffer())));
  }

  /** The elements of one buffer in their order: of those of this worker, between start and end. */
  private List<Operand<?>> mix(Ops tf, List<Output<?>> in) {
    Operand<TInt64> places = in.get(0).expect(TInt64.class);
    Operand<TInt64> epoch = in.get(3).expect(TInt64.class);
    Operand<TInt64> start = in.get(4).expect(TInt64.class);
    Operand<TInt64> axis = tf.constant(0L);
    Operand<TInt64> base = tf.gather(places, axis, axis);
    Operand<TInt64> size = tf.size(places, TInt64.class);
    Operand<TInt64> slots = tf.range(axis, size, tf.constant(1L));
    Operand<TInt64> offset = tf.math.mul(epoch, tf.constant(order.examples()));
    Operand<TInt64> positions = tf.math.add(tf.math.add(offset, base), slots);
    Operand<TInt64> mine =
        tf.squeeze(
            tf.where(
                tf.math.logicalAnd(
                    tf.math.logicalAnd(
                        tf.math.greaterEqual(positions, start),
                        tf.math.less(positions, in.get(5).expect(TInt64.class))),
                    tf.math.equal(share.position(tf, share.before(tf, positions)), positions))),
            org.tensorflow.op.core.Squeeze.axis(List.of(1L)));
    Operand<TInt64> taken = tf.gather(order.mixed(tf, epoch, base, slots, size), mine, axis);
    return List.of(
        tf.gather(positions, mine, axis),
        tf.gather(in.get(1).expect(TInt64.class), taken, axis),
        tf.gather(in.get(2).expect(TString.class), taken, axis));
  }

  @Override
  public Turn turn(Ops tf, List<Operand<?>> element, List<Operand<?>> arrays) {
    Operand<TInt64> position = element.get(0).asOutput().expect(TInt64.class);
    Operand<TInt64> index = element.get(1).asOutput().expect(TInt64.class);
    Operand<TString> stored = element.get(2).asOutput().expect(TString.class);
    // Of an empty string there is no rest after one byte: this fails, and leaves the example out.
    Op notEmpty = tf.strings.substr(stored, tf.constant(1), tf.constant(0));
    Operand<TString> read = tf.withControlDependencies(List.of(notEmpty)).identity(stored);
    Draws draws = new Draws(order.seed(), position, share.shared(tf, position));
    return new Turn(position, index, reader.example(tf, read, index, arrays, draws));
  }
}
