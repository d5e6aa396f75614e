package org.fdistill.data;

import java.util.Map;
import org.fdistill.data.augment.CentreCrop;
import org.fdistill.data.augment.Framing;
import org.fdistill.data.augment.RandomResizedCrop;
import org.fdistill.data.augment.Resize;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

/**
 * A square image.
 *
 * @param framing which part of the stored image it shows
 * @param resize from that part to S by S pixels
 */
public record ImageView(Framing framing, Resize resize) implements View {
  /** Training's: a random crop where the config asks for augmentation, else evaluation's. */
  public static ImageView training(DataConfig config) {
    if (!config.hasAugment()) {
      return evaluation(config);
    }
    int side = config.getImageSize();
    return new ImageView(
        RandomResizedCrop.of(config.getAugment(), side),
        new Resize(config.getAugment().getInterpolation(), side));
  }

  /** Evaluation's: the centre crop. */
  public static ImageView evaluation(DataConfig config) {
    int side = config.getImageSize();
    return new ImageView(
        new CentreCrop(config.getEvalCrop(), side),
        new Resize(config.getEvalCrop().getInterpolation(), side));
  }

  @Override
  public Map<Field<?>, Shape> fields() {
    return Map.of(Field.IMAGE, Shape.of(resize.side(), resize.side(), 3));
  }

  @Override
  public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
    Operand<?> image =
        example.image().view(tf, framing, example.draws().seed(tf, Purpose.AUGMENT), resize);
    return Map.of(Field.IMAGE, image);
  }
}
