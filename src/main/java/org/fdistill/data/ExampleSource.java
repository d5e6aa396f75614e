package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;

/**
 * A numbered set of examples, 0 to {@code size() - 1}, that Java can describe and a graph can read
 * in any order.
 */
public interface ExampleSource {
  /** Number of examples n. */
  long size();

  /**
   * What a report calls an example: its path, or its file and record.
   *
   * @param index from 0 to n - 1
   */
  String name(long index);

  /** Whether examples carry labels. Without them every label is -1. */
  boolean hasLabels();

  /** Whether examples carry a mask with the class of each pixel. */
  default boolean hasMasks() {
    return false;
  }

  /** The name of each class, by label; empty where unknown. */
  List<String> classNames();

  /**
   * Reads the encoded image of one example outside the graph, to find out what is wrong with it.
   *
   * @param index from 0 to n - 1
   * @return empty where nothing is stored, so that nothing can be wrong
   * @throws IOException with a reason for the user, where the file or record cannot be read
   */
  Optional<byte[]> read(long index) throws IOException;

  /** The files that hold them, in the order of the examples; empty where there are none. */
  default List<Path> files() {
    return List.of();
  }

  /** By what the data set is known again when a run goes on. */
  default DataIdentity identity() {
    return DataIdentity.of(size(), files());
  }

  /**
   * What is wrong with the label of one example, found outside the graph; empty where nothing is,
   * or where it has none.
   *
   * @param index from 0 to n - 1
   */
  default String labelProblem(long index) {
    return "";
  }

  /**
   * What is wrong with the mask of one example, found outside the graph; empty where nothing is.
   *
   * @param index from 0 to n - 1
   */
  default String maskProblem(long index) {
    return "";
  }

  /** How many files of which kinds are no examples, in words; empty where all are. */
  default String leftOut() {
    return "";
  }

  /** Whether any example can be read at once, without all that lies before it. */
  default boolean readsAnywhere() {
    return runs().map(reader -> !reader.frontToBack()).orElse(true);
  }

  /** Reads examples in runs; empty where each is a file of its own, or none. */
  default Optional<RunReader> runs() {
    return Optional.empty();
  }

  /** The arrays that {@link #example} looks examples up in; fed once, when a pipeline starts. */
  List<IndexArray> indexArrays();

  /**
   * Reads one example inside the graph.
   *
   * @param tf ops of the function that maps positions to images
   * @param index scalar
   * @param arrays the index arrays, in the order of {@link #indexArrays}
   * @param draws the random numbers of this turn of the example
   */
  StoredExample example(Ops tf, Operand<TInt64> index, List<Operand<?>> arrays, Draws draws);

  /**
   * Opens the source that a config names.
   *
   * @throws UserError where it is missing, empty or unreadable
   */
  static ExampleSource open(DataConfig config) {
    return switch (config.getSourceCase()) {
      case TFRECORD -> TfRecordExamples.open(config.getTfrecord(), config.getOrder());
      case IMAGE_FOLDER -> ImageFolderExamples.open(config.getImageFolder());
      case SEGMENTATION_FOLDER -> MaskedFolderExamples.open(config.getSegmentationFolder());
      case TAR -> TarExamples.open(config.getTar());
      case NOISE -> new NoiseExamples(config.getNoise());
      case SOURCE_NOT_SET ->
          throw UserError.usage(
              "The data has no source: set one of tfrecord { path: ... }, image_folder { path: ..."
                  + " }, segmentation_folder { path: ... }, tar { path: ... } or noise { }.");
    };
  }
}
