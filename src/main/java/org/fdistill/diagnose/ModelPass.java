package org.fdistill.diagnose;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.fdistill.data.BadExamples;
import org.fdistill.data.InputPipeline;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.types.TInt64;

/**
 * One pass over images that adds each batch to sums. Where it is stopped between two batches, the
 * sums and the place are kept in a folder, and the next one goes on from there with the same bits.
 */
final class ModelPass {
  private final OpenedModels models;
  private final Sums sums;
  private final Images images;
  private final PassProgress progress;
  private final Path unreadable;

  /**
   * For sums that are complete.
   *
   * @param images to see
   * @param progress where the pass is kept when it is stopped
   * @param unreadable file that names images that cannot be read
   */
  ModelPass(OpenedModels models, Sums sums, Images images, PassProgress progress, Path unreadable) {
    this.models = models;
    this.sums = sums;
    this.images = images;
    this.progress = progress;
    this.unreadable = unreadable;
  }

  /**
   * Goes on to the end, or until it is stopped.
   *
   * @param stop is asked before each batch
   * @param listener is told how many images are done
   * @return how many images went into the sums; empty where it was stopped
   */
  Optional<Long> run(BooleanSupplier stop, LongConsumer listener) {
    Session session = models.session();
    PassProgress.Place place = progress.read().orElse(PassProgress.Place.START);
    if (place.equals(PassProgress.Place.START)) {
      sums.clear(session);
    } else {
      sums.restore(session, progress.sums());
    }
    InputPipeline first = models.data().get(0);
    if (place.position() == 0) {
      first.checkReadable(session, 0);
    }
    models.data().forEach(data -> data.start(session, place.position(), images.count()));
    BadExamples bad = new BadExamples(first, place.position(), unreadable, images.maxBadShare());
    long seen = place.images();
    try {
      while (!stop.getAsBoolean()) {
        long[] positions = addBatch(session);
        bad.observe(session, positions);
        seen += positions.length;
        listener.accept(seen);
      }
    } catch (TFOutOfRangeException endOfData) {
      if (!first.options().fullBatches()) { // else some that can be read are missing at the end
        bad.finish(session, images.count());
      }
      progress.delete();
      return Optional.of(seen);
    }
    progress.write(
        new PassProgress.Place(bad.nextPosition(), seen), path -> sums.save(session, path));
    return Optional.empty();
  }

  /** The positions of the batch, in the order of the first model's pipeline. */
  private long[] addBatch(Session session) {
    Session.Runner runner = session.runner().addTarget(sums.addition());
    models.positions().forEach(runner::fetch);
    try (Result result = runner.run()) {
      TInt64 found = (TInt64) result.get(0);
      long[] positions = new long[(int) found.size()];
      found.asRawTensor().data().asLongs().read(positions);
      return positions;
    }
  }
}
