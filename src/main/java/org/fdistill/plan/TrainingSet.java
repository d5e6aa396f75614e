package org.fdistill.plan;

import java.io.IOException;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.fdistill.config.UserError;
import org.fdistill.data.ExampleSource;
import org.fdistill.proto.DataConfig;

/**
 * What is known of the training examples.
 *
 * @param examples how many; empty where they are not there and nobody said
 * @param imageBytes mean size of an encoded image, from a sample; empty where there are no files
 * @param missing why the data cannot be opened; empty where it can
 */
public record TrainingSet(OptionalLong examples, OptionalDouble imageBytes, String missing) {
  private static final int SAMPLE = 256;

  /**
   * Looks at a run's training data.
   *
   * @param config of the data
   * @param examples counts where it is given, whatever the data holds
   */
  static TrainingSet of(DataConfig config, OptionalLong examples) {
    try {
      ExampleSource source = ExampleSource.open(config);
      OptionalLong size = examples.isPresent() ? examples : OptionalLong.of(source.size());
      return new TrainingSet(size, imageBytes(source), "");
    } catch (UserError e) {
      return new TrainingSet(examples, OptionalDouble.empty(), e.getMessage());
    }
  }

  /** Over images spread evenly over the data; none where each means to read a whole file. */
  private static OptionalDouble imageBytes(ExampleSource source) {
    long count = source.readsAnywhere() ? Math.min(SAMPLE, source.size()) : 0;
    return LongStream.range(0, count)
        .map(i -> bytes(source, i * source.size() / count))
        .filter(bytes -> bytes > 0)
        .average();
  }

  private static long bytes(ExampleSource source, long index) {
    try {
      return source.read(index).map(bytes -> bytes.length).orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
