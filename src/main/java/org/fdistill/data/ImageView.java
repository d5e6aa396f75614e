package org.fdistill.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fdistill.data.augment.CentreCrop;
import org.fdistill.data.augment.ColourJitter;
import org.fdistill.data.augment.Framing;
import org.fdistill.data.augment.ImageAugmentation;
import org.fdistill.data.augment.RandAugment;
import org.fdistill.data.augment.RandomResizedCrop;
import org.fdistill.data.augment.Resize;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TUint8;

/**
 * A square image.
 *
 * @param framing which part of the stored image it shows
 * @param resize from that part to S by S pixels
 * @param then what follows, in order
 */
public record ImageView(Framing framing, Resize resize, List<Change> then) implements View {
  /**
   * A random change of the pixels.
   *
   * @param purpose of its random numbers
   */
  record Change(Purpose purpose, ImageAugmentation augmentation) {}

  /**
   * Training's: a random crop and what is to follow it where the config asks for augmentation, else
   * evaluation's.
   */
  public static ImageView training(DataConfig config) {
    if (!config.hasAugment()) {
      return evaluation(config);
    }
    int side = config.getImageSize();
    return new ImageView(
        RandomResizedCrop.of(config.getAugment(), side),
        new Resize(config.getAugment().getInterpolation(), side),
        changes(config));
  }

  private static List<Change> changes(DataConfig config) {
    AugmentConfig augment = config.getAugment();
    List<Change> changes = new ArrayList<>();
    if (augment.hasRandAugment()) {
      changes.add(new Change(Purpose.RAND_AUGMENT, RandAugment.of(config)));
    }
    if (augment.hasColorJitter()) {
      changes.add(new Change(Purpose.JITTER, ColourJitter.of(augment.getColorJitter())));
    }
    return changes;
  }

  /** Evaluation's: the centre crop. */
  public static ImageView evaluation(DataConfig config) {
    int side = config.getImageSize();
    return new ImageView(
        new CentreCrop(config.getEvalCrop(), side),
        new Resize(config.getEvalCrop().getInterpolation(), side),
        List.of());
  }

  @Override
  public Map<Field<?>, Shape> fields() {
    return Map.of(Field.IMAGE, Shape.of(resize.side(), resize.side(), 3));
  }

  @Override
  public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
    Operand<TUint8> image =
        example.image().view(tf, framing, example.draws().seed(tf, Purpose.AUGMENT), resize);
    return Map.of(Field.IMAGE, changed(tf, image, then, example.draws()));
  }

  /** An image after some changes, one after the other. */
  static Operand<TUint8> changed(Ops tf, Operand<TUint8> image, List<Change> changes, Draws draws) {
    Operand<TUint8> changed = image;
    for (Change change : changes) {
      changed = change.augmentation().apply(tf, changed, draws.seed(tf, change.purpose()));
    }
    return changed;
  }
}
