package org.fdistill.data;

import java.util.Map;
import org.fdistill.data.augment.Framing;
import org.fdistill.data.augment.Geometry;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

/**
 * How the image of an example becomes its view, as numbers: what an {@link ImageView} of the same
 * framing shows of it.
 *
 * @param framing which part of the stored image the view shows
 */
public record GeometryView(Framing framing) implements View {
  @Override
  public Map<Field<?>, Shape> fields() {
    return Map.of(Field.GEOMETRY, Shape.of(Geometry.NUMBERS));
  }

  @Override
  public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
    return Map.of(
        Field.GEOMETRY,
        example.image().geometry(tf, framing, example.draws().seed(tf, Purpose.AUGMENT)));
  }
}
