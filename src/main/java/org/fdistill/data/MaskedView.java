package org.fdistill.data;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.data.augment.SegmentCrop;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TUint8;

/**
 * An image and its mask.
 *
 * @param classes K
 * @param zeroIsNoClass whether the file's 0 means no class and class k stands as k + 1
 * @param crop to S by S pixels of both; null: as they are stored, each as large as the image, so
 *     that a batch is one example
 */
public record MaskedView(int classes, boolean zeroIsNoClass, SegmentCrop crop) implements View {
  /** Training's: a crop, at random where the config asks for augmentation. */
  public static MaskedView training(int classes, boolean zeroIsNoClass, DataConfig data) {
    return new MaskedView(classes, zeroIsNoClass, SegmentCrop.of(data));
  }

  /** Evaluation's: all of both. */
  public static MaskedView evaluation(int classes, boolean zeroIsNoClass) {
    return new MaskedView(classes, zeroIsNoClass, null);
  }

  @Override
  public Map<Field<?>, Shape> fields() {
    int side = crop == null ? -1 : crop.side();
    Map<Field<?>, Shape> fields = new LinkedHashMap<>();
    fields.put(Field.IMAGE, Shape.of(side, side, 3));
    fields.put(Field.MASK, Shape.of(side, side));
    fields.put(Field.LARGEST_CLASS, Shape.scalar());
    if (crop != null) {
      fields.put(Field.EXTENT, Shape.of(2));
    }
    return fields;
  }

  @Override
  public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
    Operand<TUint8> image = example.image().pixels(tf);
    MaskPixels mask = MaskPixels.of(tf, example.mask(), image, classes, zeroIsNoClass);
    Map<Field<?>, Operand<?>> fields = new LinkedHashMap<>();
    fields.put(Field.LARGEST_CLASS, mask.largest());
    if (crop == null) {
      fields.put(Field.IMAGE, image);
      fields.put(Field.MASK, mask.classes());
    } else {
      SegmentCrop.Crop cut =
          crop.apply(tf, image, mask.classes(), example.draws().seed(tf, Purpose.AUGMENT));
      fields.put(Field.IMAGE, cut.image());
      fields.put(Field.MASK, cut.mask());
      fields.put(Field.EXTENT, cut.extent());
    }
    return fields;
  }
}
