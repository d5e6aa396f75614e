package org.fdistill.diagnose;

import org.fdistill.config.UserError;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.ImageView;
import org.fdistill.data.InputPipeline;
import org.fdistill.proto.DataConfig;
import org.tensorflow.op.Ops;

/**
 * The images of a diagnosis: all of a set, or a random sample that every model sees in one order.
 *
 * @param data their source
 * @param source the same, opened
 * @param count how many are looked at
 * @param batch B
 */
public record Images(DataConfig data, ExampleSource source, long count, int batch) {
  private static final long SEED = 0;

  /**
   * Opens a set.
   *
   * @param most images, of more a random sample
   * @throws UserError where there are none
   */
  public static Images open(DataConfig data, long most, int batch) {
    ExampleSource source = ExampleSource.open(data);
    if (source.size() == 0) {
      throw UserError.input("The data has no images. Name a folder or TFRecord files with some.");
    }
    return new Images(data, source, Math.min(most, source.size()), batch);
  }

  /** The largest share of images that may be unreadable. */
  double maxBadShare() {
    return data.getMaxBadShare();
  }

  /** By what the images are known again when a diagnosis goes on. */
  String identity() {
    return source.identity().digest() + " " + source.size() + " " + count;
  }

  /** The same in batches of another size. */
  Images inBatchesOf(int size) {
    return new Images(data, source, count, size);
  }

  /**
   * Adds what reads them as a model takes them.
   *
   * @param name of the pipeline in the graph
   * @param full leaves out a last batch that would be smaller
   */
  InputPipeline pipeline(Ops tf, String name, Subject subject, boolean full) {
    DataConfig seen =
        data.toBuilder()
            .setImageSize(subject.imageSize())
            .setEvalCrop(subject.evalCrop())
            .clearAugment()
            .build();
    boolean sampled = count < source.size();
    InputPipeline.Options options = new InputPipeline.Options(SEED, sampled, full, batch, 1, 0);
    return InputPipeline.build(tf, name, seen, source, ImageView.evaluation(seen), options);
  }
}
