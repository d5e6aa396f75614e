package org.fdistill.data;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.fdistill.data.augment.Mixup;
import org.fdistill.data.augment.RandomErasing;
import org.fdistill.graph.BatchShare;
import org.fdistill.graph.Replicas;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The part of the augmentation that belongs to batches of normalised images: random erasing, then
 * mixup or cutmix. As a view it gives the random numbers, each from the example's position; {@link
 * #images} and {@link #targets} then use them in the training graph. Where the config has neither,
 * the view has no fields and the two change nothing. Of several workers each erases and mixes its
 * rows of the batch as one worker would.
 *
 * @param erasing of single images
 * @param mixup of a batch with itself
 * @param side S
 */
public record BatchAugmentation(Optional<RandomErasing> erasing, Optional<Mixup> mixup, int side)
    implements View {
  /** Training's, as configured. */
  public static BatchAugmentation of(DataConfig config) {
    AugmentConfig augment = config.getAugment();
    return new BatchAugmentation(
        augment.hasRandomErasing()
            ? Optional.of(RandomErasing.of(augment.getRandomErasing()))
            : Optional.empty(),
        augment.hasMixup() ? Optional.of(Mixup.of(augment.getMixup())) : Optional.empty(),
        config.getImageSize());
  }

  @Override
  public Map<Field<?>, Shape> fields() {
    Map<Field<?>, Shape> fields = new LinkedHashMap<>();
    erasing.ifPresent(e -> fields.put(Field.ERASED, e.boxesShape()));
    mixup.ifPresent(m -> fields.put(Field.MIX, Mixup.SHAPE));
    return fields;
  }

  @Override
  public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
    Draws draws = example.draws();
    Map<Field<?>, Operand<?>> fields = new LinkedHashMap<>();
    erasing.ifPresent(
        e -> fields.put(Field.ERASED, e.boxes(tf, draws.seed(tf, Purpose.ERASING), side)));
    mixup.ifPresent(
        m -> fields.put(Field.MIX, m.draw(tf, draws.batchSeed(tf, Purpose.MIXUP), side)));
    return fields;
  }

  /**
   * Erases and mixes images.
   *
   * @param images normalised [B, S, S, 3], of static shape
   * @param batch that this view was part of
   * @param seed of the noise, new in each micro-step [2]
   * @param replicas that share the batch; each has both of two images that are mixed
   */
  public Operand<TFloat32> images(
      Ops tf, Operand<TFloat32> images, Batch batch, Operand<TInt32> seed, Replicas replicas) {
    Operand<TFloat32> erased = images;
    if (erasing.isPresent()) {
      BatchShare share = replicas.share((int) images.shape().get(0));
      erased = RandomErasing.erase(tf, images, batch.get(Field.ERASED), seed, share);
    }
    return mixup.isPresent() ? Mixup.mixImages(tf, erased, batch.get(Field.MIX)) : erased;
  }

  /**
   * Mixes targets as the images were.
   *
   * @param targets probabilities [B, K]
   * @param batch that this view was part of
   */
  public Operand<TFloat32> targets(Ops tf, Operand<TFloat32> targets, Batch batch) {
    return mixup.isPresent() ? Mixup.mixTargets(tf, targets, batch.get(Field.MIX)) : targets;
  }
}
