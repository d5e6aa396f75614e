package org.fdistill.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.model.Endpoints;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * The fields of a batch that hold one teacher's features.
 *
 * @param features stored numbers, [N, C] of an example
 * @param scales [N]; empty where the encoding has none
 * @param shape of the features
 * @param encoding of the numbers
 */
record FeatureFields(
    Field<? extends TType> features,
    Optional<Field<TFloat32>> scales,
    FeatureShape shape,
    FeatureEncoding encoding) {
  /**
   * Of one of several teachers.
   *
   * @param number of the teacher, from 0: fields of one name are the same
   */
  static FeatureFields of(int number, FeatureShape shape, FeatureEncoding encoding) {
    return new FeatureFields(
        new Field<>("teacher_features_" + number, encoding.type()),
        encoding.isScaled()
            ? Optional.of(new Field<>("teacher_scales_" + number, TFloat32.class))
            : Optional.empty(),
        shape,
        encoding);
  }

  /** The fields with their shapes. */
  Map<Field<?>, Shape> shapes() {
    Map<Field<?>, Shape> shapes = new LinkedHashMap<>();
    shapes.put(features, Shape.of(shape.tokens(), shape.width()));
    scales.ifPresent(field -> shapes.put(field, Shape.of(shape.tokens())));
    return shapes;
  }

  /** What the teacher gave for a batch. */
  Endpoints of(Ops tf, Batch batch) {
    Operand<? extends TType> values = batch.get(features);
    Optional<Operand<TFloat32>> scale = scales.map(batch::get);
    return shape.endpoints(encoding.decode(tf, new FeatureEncoding.Encoded(values, scale)));
  }
}
