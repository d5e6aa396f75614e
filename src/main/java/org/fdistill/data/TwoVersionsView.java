package org.fdistill.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.data.ImageView.Change;
import org.fdistill.data.augment.ColourJitter;
import org.fdistill.data.augment.GaussianBlur;
import org.fdistill.data.augment.RandomGrey;
import org.fdistill.data.augment.RandomSolarize;
import org.fdistill.proto.StudentImageConfig;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TUint8;

/**
 * An image, and the student's version of it: the same crop, mirrored alike, in other colours. So
 * their tokens can be compared place by place.
 *
 * @param shared what both show
 * @param student what follows in the student's version, in order
 */
public record TwoVersionsView(ImageView shared, List<Change> student) implements View {
  /** As configured. */
  public static TwoVersionsView of(ImageView shared, StudentImageConfig config) {
    List<Change> changes = new ArrayList<>();
    if (config.hasColorJitter()) {
      changes.add(new Change(Purpose.STUDENT_JITTER, ColourJitter.of(config.getColorJitter())));
    }
    if (config.getGreyProbability() > 0) {
      changes.add(new Change(Purpose.GREY, new RandomGrey(config.getGreyProbability())));
    }
    if (config.hasBlur()) {
      changes.add(new Change(Purpose.BLUR, GaussianBlur.of(config.getBlur())));
    }
    if (config.hasSolarize()) {
      changes.add(new Change(Purpose.SOLARIZE, RandomSolarize.of(config.getSolarize())));
    }
    return new TwoVersionsView(shared, changes);
  }

  @Override
  public Map<Field<?>, Shape> fields() {
    Map<Field<?>, Shape> fields = new LinkedHashMap<>(shared.fields());
    fields.put(Field.STUDENT_IMAGE, shared.fields().get(Field.IMAGE));
    return fields;
  }

  @Override
  public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
    Map<Field<?>, Operand<?>> fields = new LinkedHashMap<>(shared.of(tf, example));
    Operand<TUint8> image = fields.get(Field.IMAGE).asOutput().expect(TUint8.class);
    fields.put(Field.STUDENT_IMAGE, ImageView.changed(tf, image, student, example.draws()));
    return fields;
  }
}
