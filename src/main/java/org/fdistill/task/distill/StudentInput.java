package org.fdistill.task.distill;

import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.TwoVersionsView;
import org.fdistill.data.View;
import org.fdistill.data.VisiblePatches;
import org.fdistill.data.augment.PatchMask;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.model.Network;
import org.fdistill.model.vit.TokenDecoder;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Aligned;
import org.tensorflow.Operand;
import org.tensorflow.types.TUint8;

/**
 * What a student sees of an example where that is not what its teachers see (MOMA): patches that a
 * mask leaves, an image in other colours. Without either it sees the same.
 *
 * @param config of the task
 */
record StudentInput(DistillTask config) {
  private static final String DECODER = "decoder";

  /** Whether patches are hidden in training. */
  static boolean isMasked(DistillTask config) {
    return config.hasMask() && config.getMask().getRatio() > 0;
  }

  /** Whether a decoder completes what the student gives. */
  static boolean isDecoded(DistillTask config) {
    return isMasked(config) && config.getAligned() == Aligned.ALL;
  }

  /**
   * What is taken of a training example.
   *
   * @param grid side of the student's grid of patches
   */
  View trainingView(DataConfig data, int grid) {
    View image = ImageView.training(data);
    if (config.hasStudentImage()) {
      image = TwoVersionsView.of(ImageView.training(data), config.getStudentImage());
    }
    return isMasked(config)
        ? View.all(image, new VisiblePatches(PatchMask.of(config.getMask(), grid)))
        : image;
  }

  /** The tokens that learn, of a training batch. */
  Endpoints training(LayerScope scope, Network student, Batch batch) {
    Operand<TUint8> image = batch.get(config.hasStudentImage() ? Field.STUDENT_IMAGE : Field.IMAGE);
    return decoded(
        scope,
        isMasked(config)
            ? student.build(scope, image, batch.get(Field.KEPT_PATCHES))
            : student.build(scope, image));
  }

  /** As {@link #training}, of the whole image as the teachers see it. */
  Endpoints validation(LayerScope scope, Network student, Batch batch) {
    return decoded(scope, student.build(scope, batch.get(Field.IMAGE)));
  }

  private Endpoints decoded(LayerScope scope, Endpoints seen) {
    return isDecoded(config)
        ? new TokenDecoder(config.getDecoder()).build(scope.at(DECODER), seen)
        : seen;
  }
}
