package org.fdistill.task.distill;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** How far a prediction is from its targets. Letters: rows of all images, C channels. */
interface Distance {
  /**
   * The mean over the batch, scalar.
   *
   * @param prediction [rows, C]
   * @param targets [rows, C]
   */
  Operand<TFloat32> mean(Ops tf, Operand<TFloat32> prediction, Operand<TFloat32> targets);

  /**
   * The mean over each image, [B].
   *
   * @param prediction [rows, C], the rows of an image following each other
   * @param targets [rows, C]
   * @param images B
   */
  Operand<TFloat32> perImage(
      Ops tf, Operand<TFloat32> prediction, Operand<TFloat32> targets, long images);
}
