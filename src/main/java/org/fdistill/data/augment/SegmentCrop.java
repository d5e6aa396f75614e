package org.fdistill.data.augment;

import java.util.List;
import java.util.Optional;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.Interpolation;
import org.fdistill.proto.SegmentAugmentConfig;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.StatelessWhile;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * mmsegmentation's augmentation of an image and its mask under one geometry: resize by a random
 * ratio, crop to S by S pixels, flip; then the image's colours are distorted. Letters: H and W the
 * sides of the decoded image.
 *
 * @param resize to a random size
 * @param side S
 * @param categoryLimit a crop is drawn anew, up to ten times, until no class has this share of its
 *     labelled pixels; 1: any crop will do
 * @param flipProbability of mirroring left and right
 * @param photometric distortion of the colours; empty: none
 */
public record SegmentCrop(
    SegmentResize resize,
    int side,
    double categoryLimit,
    double flipProbability,
    Optional<PhotometricDistortion> photometric) {
  private static final int REDRAWS = 10;
  private static final int NUMBERS = 2 + 2 * (REDRAWS + 1);

  /** Training's, as configured. */
  public static SegmentCrop of(DataConfig data) {
    SegmentAugmentConfig config = data.getSegmentAugment();
    return new SegmentCrop(
        SegmentResize.of(data),
        data.getImageSize(),
        Decimals.of(config.getCategoryLimit()),
        Decimals.of(config.getFlipProbability()),
        config.hasPhotometric()
            ? Optional.of(PhotometricDistortion.of(config.getPhotometric()))
            : Optional.empty());
  }

  /**
   * An image with its mask.
   *
   * @param image [S, S, 3]; black beyond the image
   * @param mask [S, S]; 255 beyond the image
   * @param extent how many rows and columns are image; the others, at the bottom and on the right,
   *     are padding [2]
   */
  public record Crop(Operand<TUint8> image, Operand<TUint8> mask, Operand<TInt32> extent) {}

  /**
   * Augments an image.
   *
   * @param image [H, W, 3]
   * @param mask [H, W]; 255: no class
   * @param seed of all random draws [2]
   */
  public Crop apply(Ops tf, Operand<TUint8> image, Operand<TUint8> mask, Operand<TInt64> seed) {
    Uniform uniform = new Uniform(tf, seed, NUMBERS);
    Operand<TInt32> size = tf.stridedSlice(tf.shape(image), Indices.sliceTo(2));
    Operand<TInt32> scaled = resize.size(tf, size, uniform.next());
    Operand<TBool> mirrored = uniform.chance(flipProbability);
    Crop crop = cut(tf, image, mask, scaled, offset(tf, mask, scaled, uniform), mirrored);
    return photometric
        .map(p -> p.apply(tf, crop.image(), Uniform.next(tf, seed)))
        .map(distorted -> new Crop(distorted, crop.mask(), crop.extent()))
        .orElse(crop);
  }

  /**
   * Brings image and mask through one geometry.
   *
   * @param scaled size that both are resized to [2]
   * @param offset of the crop in it [2]
   * @param mirrored whether left and right are then exchanged, scalar
   */
  Crop cut(
      Ops tf,
      Operand<TUint8> image,
      Operand<TUint8> mask,
      Operand<TInt32> scaled,
      Operand<TInt32> offset,
      Operand<TBool> mirrored) {
    Operand<TInt32> extent = tf.math.minimum(scaled, tf.constant(side));
    Geometry geometry =
        new Geometry(Optional.empty(), scaled, shifted(tf, offset, extent, mirrored), mirrored);
    return new Crop(
        new Resize(Interpolation.BILINEAR, side, false).apply(tf, image, geometry),
        new NearestMask(tf, mask, scaled).view(geometry, side),
        extent);
  }

  /** Mirroring brings the padding to the left; so much to the right it is put before. */
  private Operand<TInt32> shifted(
      Ops tf, Operand<TInt32> offset, Operand<TInt32> extent, Operand<TBool> mirrored) {
    Operand<TInt32> padding = tf.math.sub(tf.constant(side), extent); // [2]
    Operand<TInt32> columns = tf.math.mul(padding, tf.constant(new int[] {0, 1}));
    return tf.math.sub(offset, tf.math.mul(columns, tf.dtypes.cast(mirrored, TInt32.class)));
  }

  /** The crop's first row and column in the resized image [2]. */
  private Operand<TInt32> offset(
      Ops tf, Operand<TUint8> mask, Operand<TInt32> scaled, Uniform uniform) {
    Operand<TInt32> free = tf.math.maximum(tf.math.sub(scaled, tf.constant(side)), tf.constant(0));
    Operand<TFloat64> numbers =
        tf.reshape(uniform.next(2 * (REDRAWS + 1)), tf.constant(new int[] {REDRAWS + 1, 2}));
    Operand<TInt32> offsets = uniform.below(tf.math.add(free, tf.constant(1)), numbers); // [11, 2]
    Operand<TInt32> chosen =
        categoryLimit < 1 ? firstVaried(tf, offsets, mask, scaled) : tf.constant(0);
    return tf.gather(offsets, chosen, tf.constant(0));
  }

  /** The first crop in which no class prevails; the last one is taken as it is. */
  Operand<TInt32> firstVaried(
      Ops tf, Operand<TInt32> offsets, Operand<TUint8> mask, Operand<TInt32> scaled) {
    List<Operand<?>> inputs = List.of(tf.constant(0), offsets, mask, scaled);
    Branches.Body goOn =
        (ops, in) -> {
          Operand<TInt32> index = in.get(0).asOutput().expect(TInt32.class);
          return List.of(
              ops.math.logicalNot(
                  ops.math.logicalOr(
                      ops.math.greaterEqual(index, ops.constant(REDRAWS)), varied(ops, in))));
        };
    Branches.Body next =
        (ops, in) -> {
          Operand<TInt32> index = in.get(0).asOutput().expect(TInt32.class);
          return List.of(
              ops.math.add(index, ops.constant(1)),
              ops.identity(in.get(1)),
              ops.identity(in.get(2)),
              ops.identity(in.get(3)));
        };
    try (ConcreteFunction condition = Branches.function("crop_again", inputs, goOn);
        ConcreteFunction body = Branches.function("crop_next", inputs, next)) {
      List<Output<?>> last = StatelessWhile.create(tf.scope(), inputs, condition, body).output();
      return last.get(0).expect(TInt32.class);
    }
  }

  private Operand<TBool> varied(Ops tf, List<Operand<?>> in) {
    Operand<TInt32> index = in.get(0).asOutput().expect(TInt32.class);
    Operand<TInt32> offsets = in.get(1).asOutput().expect(TInt32.class);
    Operand<TUint8> mask = in.get(2).asOutput().expect(TUint8.class);
    Operand<TInt32> scaled = in.get(3).asOutput().expect(TInt32.class);
    Operand<TInt32> offset = tf.gather(offsets, index, tf.constant(0));
    Operand<TInt32> extent = tf.math.minimum(scaled, tf.constant(side));
    Operand<TUint8> crop = new NearestMask(tf, mask, scaled).part(offset, extent);
    Operand<TInt32> flat =
        tf.reshape(tf.dtypes.cast(crop, TInt32.class), tf.constant(new int[] {-1}));
    Operand<TInt32> counts =
        tf.math.denseBincount(flat, tf.constant(Pixels.LEVELS), tf.constant(new int[0]));
    Operand<TInt32> labelled = tf.stridedSlice(counts, Indices.sliceTo(MaskDecoder.NO_CLASS));
    return notOnlyOne(tf, labelled);
  }

  /** Whether there are two classes or more, and none has the limit's share. */
  private Operand<TBool> notOnlyOne(Ops tf, Operand<TInt32> counts) {
    Operand<TInt32> axis = tf.constant(0);
    Operand<TInt32> classes = tf.reduceSum(tf.math.minimum(counts, tf.constant(1)), axis);
    Operand<TFloat64> most = tf.dtypes.cast(tf.max(counts, axis), TFloat64.class);
    Operand<TFloat64> all = tf.dtypes.cast(tf.reduceSum(counts, axis), TFloat64.class);
    return tf.math.logicalAnd(
        tf.math.greater(classes, tf.constant(1)),
        tf.math.less(tf.math.divNoNan(most, all), tf.constant(categoryLimit)));
  }
}
