package org.fdistill.train;

import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.RuntimeConfig.Xla;

/** Whether a run can be shared out among workers. */
public final class WorkerShares {
  private WorkerShares() {}

  /**
   * Checks what depends on the number of workers.
   *
   * @param workers W
   * @throws UserError of kind usage
   */
  public static void require(RunConfig config, int workers) {
    if (workers == 1) {
      return;
    }
    int batch = config.getTrainData().getBatchSize();
    int accumulation = config.getOptimizer().getAccumulation();
    if (batch % (accumulation * workers) != 0) {
      throw UserError.usage(
          String.format(
              "train_data.batch_size is %d, the batch of all %d workers, and has to be a multiple"
                  + " of %d (workers times optimizer.accumulation), so that each has the same"
                  + " share.",
              batch, workers, accumulation * workers));
    }
    if (config.getTrainData().getAugment().hasMixup() && batch / accumulation / workers % 2 != 0) {
      throw UserError.usage(
          String.format(
              "train_data.augment.mixup is set, but each of %d workers has %d images of a"
                  + " micro-batch.\n"
                  + "Expected an even number, for each has to have both of two images that are"
                  + " mixed: take a train_data.batch_size that is a multiple of %d, or another"
                  + " number of workers.",
              workers, batch / accumulation / workers, 2 * accumulation * workers));
    }
    if (config.getRuntime().getXla() == Xla.WHOLE_STEP) {
      throw UserError.usage(
          "runtime.xla is WHOLE_STEP, but a step of several workers exchanges gradients, which XLA"
              + " does not compile. Take LOOPS, AUTO or OFF.");
    }
  }
}
