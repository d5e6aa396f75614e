package org.fdistill.train;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.Manifest;
import org.fdistill.cluster.Workers;
import org.fdistill.config.UserError;
import org.fdistill.files.WholeFile;

/**
 * Where a run goes on: a step, and each worker's next position in the data. Where no image is
 * unreadable these follow from one number, the manifest's; else the workers' own stand in a file
 * beside it, for a run that goes on with as many workers.
 *
 * @param step steps done
 * @param positions of each worker
 */
@SuppressWarnings("ArrayRecordComponent") // Read, never compared.
record Standing(long step, long[] positions) {
  private static final String FILE = "worker-positions.json";

  /** The beginning of a run. */
  static Standing start(Workers workers) {
    return new Standing(0, new long[workers.count()]);
  }

  /** That of a checkpoint, whatever number of workers wrote it. */
  static Standing of(Checkpoint checkpoint, Workers workers) {
    Manifest.RunPosition progress = checkpoint.manifest().progress();
    long[] positions = new long[workers.count()];
    Arrays.fill(positions, progress.dataPosition());
    long[] own = read(checkpoint.folder().resolve(FILE));
    return new Standing(progress.step(), own.length == positions.length ? own : positions);
  }

  private static long[] read(Path file) {
    try {
      return Files.exists(file)
          ? new Gson().fromJson(Files.readString(file), long[].class)
          : new long[0];
    } catch (IOException | JsonParseException e) {
      throw new UserError(
          UserError.Kind.INPUT, file + ": cannot be read: " + e.getMessage() + ".", e);
    }
  }

  /**
   * Writes the positions into a checkpoint's folder, where there are several workers.
   *
   * @param positions of each worker
   */
  static void write(Path folder, long[] positions) throws IOException {
    if (positions.length > 1) {
      WholeFile.write(folder.resolve(FILE), new Gson().toJson(positions));
    }
  }

  /** The first worker's standing, in every worker. */
  Standing shared(Workers workers) {
    double[] all = new double[positions.length + 1];
    if (workers.isChief()) {
      Arrays.setAll(all, i -> i == 0 ? step : positions[i - 1]);
    }
    double[] sums = workers.sum(all);
    long[] shared = Arrays.stream(sums).mapToLong(Math::round).toArray();
    return new Standing(shared[0], Arrays.copyOfRange(shared, 1, shared.length));
  }

  /** Where a worker's data go on. */
  long position(int worker) {
    return positions[worker];
  }
}
