package org.fdistill.data;

import java.util.Map;
import org.fdistill.data.augment.PatchMask;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

/**
 * The patches of an image that a student sees.
 *
 * @param mask hides the others
 */
public record VisiblePatches(PatchMask mask) implements View {
  @Override
  public Map<Field<?>, Shape> fields() {
    return Map.of(Field.KEPT_PATCHES, Shape.of(mask.kept()));
  }

  @Override
  public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
    return Map.of(Field.KEPT_PATCHES, mask.draw(tf, example.draws().seed(tf, Purpose.PATCH_MASK)));
  }
}
