package org.fdistill.task.classify;

import java.util.Locale;
import java.util.function.Function;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.InputPipeline;
import org.fdistill.data.View;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The features of all training images in the evaluation's view, computed once a session and then
 * looked up. They are no part of a checkpoint. Works by names. Letters: B batch, M examples, C
 * width.
 *
 * @param images of all examples, in their order
 * @param features [M, C]
 * @param begin target that makes room
 * @param fill target that stores the features of a batch
 * @param positions [B] of that batch
 */
record FeatureCache(
    InputPipeline images, Variable features, String begin, String fill, String positions) {
  private static final int BATCH = 64;

  /**
   * Adds the cache to a graph.
   *
   * @param network from a batch of images to their features [B, C]
   * @param width C
   */
  static FeatureCache build(
      Ops tf, DataConfig data, int width, Function<Batch, Operand<TFloat32>> network) {
    ExampleSource source = ExampleSource.open(data);
    InputPipeline images =
        InputPipeline.build(
            tf,
            "cached_data",
            data,
            source,
            View.all(ImageView.evaluation(data), View.example()),
            InputPipeline.Options.evaluation(BATCH));
    // A list of its own, so that neither checkpoints nor averages know of it.
    Variable features =
        new Variables(tf, tf.constant(0L), "cache/")
            .state("features", Shape.of(source.size(), width), Initializers.zeros());
    Op stored =
        tf.resourceScatterUpdate(
            features.handle(), images.batch().get(Field.EXAMPLE), network.apply(images.batch()));
    return new FeatureCache(
        images,
        features,
        features.initialization().op().name(),
        stored.op().name(),
        tf.identity(images.batch().get(Field.POSITION)).op().name());
  }

  /** The features [B, C] of some examples [B]. */
  Operand<TFloat32> of(Ops tf, Operand<TInt64> examples) {
    return tf.resourceGather(features.handle(), examples, TFloat32.class);
  }

  /**
   * Computes them all.
   *
   * @throws UserError naming the first image that cannot be read
   */
  void fill(Session session) {
    session.runner().addTarget(begin).run().close();
    images.start(session, 0, images.source().size());
    long next = 0;
    try {
      while (true) {
        for (long position : batch(session)) {
          require(session, next, position);
          next++;
        }
      }
    } catch (TFOutOfRangeException endOfData) {
      require(session, next, images.source().size());
    }
  }

  private long[] batch(Session session) {
    try (Result result = session.runner().fetch(positions).addTarget(fill).run()) {
      TInt64 fetched = (TInt64) result.get(0);
      long[] values = new long[(int) fetched.size()];
      fetched.asRawTensor().data().asLongs().read(values);
      return values;
    }
  }

  private void require(Session session, long expected, long found) {
    if (found != expected) {
      throw UserError.input(
          String.format(
              Locale.ROOT,
              "%s: this image cannot be read, and probe.cache_features needs all of them.\n"
                  + "Take it away, or leave out probe.cache_features.",
              images.source().name(images.exampleAt(session, expected))));
    }
  }
}
