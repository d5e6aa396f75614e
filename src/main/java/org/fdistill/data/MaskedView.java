package org.fdistill.data;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TUint8;

/**
 * An image and its mask as they are stored: each as large as the image, so that a batch is one
 * example.
 *
 * @param classes K
 * @param zeroIsNoClass whether the file's 0 means no class and class k stands as k + 1
 */
public record MaskedView(int classes, boolean zeroIsNoClass) implements View {
  @Override
  public Map<Field<?>, Shape> fields() {
    Map<Field<?>, Shape> fields = new LinkedHashMap<>();
    fields.put(Field.IMAGE, Shape.of(-1, -1, 3));
    fields.put(Field.MASK, Shape.of(-1, -1));
    fields.put(Field.LARGEST_CLASS, Shape.scalar());
    return fields;
  }

  @Override
  public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
    Operand<TUint8> image = example.image().pixels(tf);
    MaskPixels.Decoded mask =
        new MaskPixels(classes, zeroIsNoClass).of(tf, example.mask(), image);
    return Map.of(
        Field.IMAGE,
        image,
        Field.MASK,
        tf.squeeze(mask.classes(), Squeeze.axis(List.of(2L))),
        Field.LARGEST_CLASS,
        mask.largest());
  }
}
