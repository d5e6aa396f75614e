package org.fdistill.data;

import java.util.List;
import java.util.function.Function;
import org.fdistill.data.augment.Framing;
import org.fdistill.data.augment.Resize;
import org.fdistill.data.augment.StoredImage;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * Examples of which there are K views and no more: epoch e shows view e mod K of each. View k of
 * example i is drawn from (seed, purpose, i, k) alone, so that every run, whatever its own seed and
 * order, sees the same views. What is drawn beside the view, such as a change of colours, is drawn
 * as in any other run.
 */
public final class FixedViews extends WrappedExamples {
  /** Examples up to which no two views share a number. */
  private static final long MOST_EXAMPLES = 1L << 40;

  private final int views;
  private final long seed;

  /**
   * Of a source.
   *
   * @param views K
   * @param seed of the views; the run's own seed has no part in them
   */
  public FixedViews(ExampleSource source, int views, long seed) {
    super(source);
    this.views = views;
    this.seed = seed;
  }

  /** Which view of its example stands at a position: scalar, 0 to K - 1. */
  public Operand<TInt64> viewAt(Ops tf, Operand<TInt64> position) {
    Operand<TInt64> epoch = tf.math.floorDiv(position, tf.constant(size()));
    return tf.math.floorMod(epoch, tf.constant((long) views));
  }

  @Override
  protected StoredExample changed(
      Ops tf,
      Function<Draws, StoredExample> inner,
      Operand<TInt64> index,
      List<Operand<?>> arrays,
      Draws draws) {
    Operand<TInt64> number =
        tf.math.add(tf.math.mul(viewAt(tf, draws.position()), tf.constant(MOST_EXAMPLES)), index);
    Draws ofView = new Draws(seed, number);
    StoredExample example = inner.apply(ofView);
    return new StoredExample(
        new Seeded(example.image(), ofView.seed(tf, Purpose.AUGMENT)),
        example.label(),
        example.mask(),
        draws,
        example.further());
  }

  /** An image whose geometry is drawn from a seed of its own. */
  private record Seeded(StoredImage image, Operand<TInt64> seed) implements StoredImage {
    @Override
    public Operand<TUint8> pixels(Ops tf) {
      return image.pixels(tf);
    }

    @Override
    public Operand<TInt32> geometry(Ops tf, Framing framing, Operand<TInt64> ignored) {
      return image.geometry(tf, framing, seed);
    }

    @Override
    public Operand<TUint8> view(Ops tf, Framing framing, Operand<TInt64> ignored, Resize resize) {
      return image.view(tf, framing, seed, resize);
    }
  }
}
