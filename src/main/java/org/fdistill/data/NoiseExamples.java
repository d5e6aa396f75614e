package org.fdistill.data;

import java.util.List;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.data.augment.Framing;
import org.fdistill.data.augment.Resize;
import org.fdistill.data.augment.StoredImage;
import org.fdistill.proto.NoiseSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Images of noise, made in the graph: the source to measure everything but input with. */
final class NoiseExamples implements ExampleSource {
  private final NoiseSource config;

  NoiseExamples(NoiseSource config) {
    if (config.getExamples() < 1 || config.getClasses() < 1) {
      throw UserError.usage(
          "noise: examples is %d and classes %d, expected at least 1 each."
              .formatted(config.getExamples(), config.getClasses()));
    }
    this.config = config;
  }

  @Override
  public long size() {
    return config.getExamples();
  }

  @Override
  public String name(long index) {
    return "noise " + index;
  }

  @Override
  public boolean hasLabels() {
    return true;
  }

  @Override
  public boolean hasMasks() {
    return true;
  }

  @Override
  public List<String> classNames() {
    return List.of();
  }

  @Override
  public Optional<byte[]> read(long index) {
    return Optional.empty();
  }

  @Override
  public List<IndexArray> indexArrays() {
    return List.of();
  }

  @Override
  public StoredExample example(
      Ops tf, Operand<TInt64> index, List<Operand<?>> arrays, Draws draws) {
    Operand<TInt64> pixels = draws.seed(tf, Purpose.NOISE);
    Noise image = new Noise(pixels, config.getSide());
    return new StoredExample(
        image,
        tf.math.floorMod(index, tf.constant((long) config.getClasses())),
        mask(tf, image),
        draws);
  }

  /** A number from 0 to K for each pixel, as a file: how red it is. */
  private Operand<TString> mask(Ops tf, Noise image) {
    int levels = 256;
    Operand<TInt32> red =
        tf.dtypes.cast(
            tf.slice(
                image.pixels(tf),
                tf.constant(new int[] {0, 0, 0}),
                tf.constant(new int[] {-1, -1, 1})),
            TInt32.class);
    Operand<TInt32> numbers = tf.constant(Math.min(config.getClasses() + 1, levels - 1));
    Operand<TInt32> number = tf.math.floorDiv(tf.math.mul(red, numbers), tf.constant(levels));
    return tf.image.encodePng(tf.dtypes.cast(number, TUint8.class));
  }

  /** Any part of noise, at any scale, is noise. */
  private record Noise(Operand<TInt64> seed, int whole) implements StoredImage {
    @Override
    public Operand<TUint8> pixels(Ops tf) {
      return image(tf, whole, seed);
    }

    @Override
    public Operand<TInt32> geometry(Ops tf, Framing framing, Operand<TInt64> framingSeed) {
      Operand<TInt32> size = tf.constant(new int[] {whole, whole});
      return framing.of(tf, size, framingSeed).asVector(tf, size);
    }

    @Override
    public Operand<TUint8> view(
        Ops tf, Framing framing, Operand<TInt64> framingSeed, Resize resize) {
      return image(tf, resize.side(), seed);
    }
  }

  /**
   * Drawn as it is wanted [side, side, 3].
   *
   * @param seed [2]
   */
  private static Operand<TUint8> image(Ops tf, int side, Operand<TInt64> seed) {
    int bytes = 3 * side * side;
    int words = (bytes + Integer.BYTES - 1) / Integer.BYTES;
    Operand<TInt32> random =
        tf.random.statelessRandomUniformFullInt(tf.constant(new int[] {words}), seed, TInt32.class);
    Operand<TUint8> flat =
        tf.reshape(tf.bitcast(random, TUint8.class), tf.constant(new int[] {-1}));
    return tf.reshape(
        tf.slice(flat, tf.constant(new int[] {0}), tf.constant(new int[] {bytes})),
        tf.constant(Shape.of(side, side, 3)));
  }
}
