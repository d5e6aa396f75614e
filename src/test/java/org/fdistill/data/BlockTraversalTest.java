package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.fdistill.config.UserError;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.data.PipelineRun.Element;
import org.fdistill.data.tfrecord.TfRecordFile;
import org.fdistill.proto.BlocksConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ReadOrder;
import org.fdistill.proto.TfRecordSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three files of 8, 8 and 7 examples, blocks of 3, buffers of 5. */
final class BlockTraversalTest {
  private static final int EXAMPLES = 23;

  @TempDir Path folder;

  private DataConfig records() throws IOException {
    Examples.records(folder, EXAMPLES, 3);
    return config("train-*.tfrecord");
  }

  private DataConfig config(String files) {
    return DataConfig.newBuilder()
        .setImageSize(8)
        .setTfrecord(TfRecordSource.newBuilder().addPath(folder + "/" + files))
        .setOrder(ReadOrder.BLOCKS)
        .setBlocks(BlocksConfig.newBuilder().setRecords(3).setShuffleBuffer(5))
        .build();
  }

  private DataConfig compressed() throws IOException {
    records();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".tfrecord")).toList()) {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(Path.of(file + ".gz")))) {
          Files.copy(file, out);
        }
      }
    }
    return config("train-*.gz");
  }

  private static List<Long> all() {
    return LongStream.range(0, EXAMPLES).boxed().toList();
  }

  @Test
  void eachEpochHoldsEveryExampleOnceInAnOrderOfItsOwn() throws IOException {
    requireEpochs(records());
  }

  @Test
  void soItIsWithCompressedFiles() throws IOException {
    requireEpochs(compressed());
  }

  private static void requireEpochs(DataConfig config) {
    try (PipelineRun run = new PipelineRun(config, Options.training(7, 1))) {
      List<Long> labels = run.each(0, 3 * EXAMPLES, Element::label);
      assertThat(labels).hasSize(3 * EXAMPLES);
      for (int epoch = 0; epoch < 3; epoch++) {
        assertThat(labels.subList(epoch * EXAMPLES, (epoch + 1) * EXAMPLES))
            .containsExactlyInAnyOrderElementsOf(all())
            .isNotEqualTo(all());
      }
      assertThat(labels.subList(0, EXAMPLES)).isNotEqualTo(labels.subList(EXAMPLES, 2 * EXAMPLES));
    }
  }

  @Test
  void aRunGoesOnAtAnyPosition() throws IOException {
    requireResume(records());
  }

  @Test
  void soDoesOneThatReadsCompressedFiles() throws IOException {
    requireResume(compressed());
  }

  private static void requireResume(DataConfig config) {
    int end = 2 * EXAMPLES + 4;
    try (PipelineRun run = new PipelineRun(config, Options.training(3, 1))) {
      List<Element> whole = run.elements(0, end);
      assertThat(whole).extracting(Element::position).isEqualTo(LongStream.range(0, end).boxed().toList());
      for (int start = 1; start < end; start += 2) {
        assertThat(run.elements(start, end)).isEqualTo(whole.subList(start, end));
      }
      assertThat(run.elements(4, 9)).isEqualTo(whole.subList(4, 9));
    }
  }

  @Test
  void theExampleAtAPositionIsTheOneThatComesThere() throws IOException {
    try (PipelineRun run = new PipelineRun(records(), Options.training(5, 1))) {
      for (Element element : run.elements(0, 2 * EXAMPLES)) {
        long example = run.pipeline().exampleAt(run.session(), element.position());
        // Files hold every third example.
        assertThat(label(example)).isEqualTo(element.label());
      }
    }
  }

  /** Of the example in the order of the files, which hold 8, 8 and 7. */
  private static long label(long example) {
    return example < 8 ? 3 * example : example < 16 ? 3 * (example - 8) + 1 : 3 * (example - 16) + 2;
  }

  @Test
  void withoutShufflingTheOrderIsThatOfTheFiles() throws IOException {
    try (PipelineRun run = new PipelineRun(records(), Options.evaluation(4))) {
      assertThat(run.each(0, EXAMPLES, Element::label))
          .isEqualTo(LongStream.range(0, EXAMPLES).map(BlockTraversalTest::label).boxed().toList());
    }
  }

  @Test
  void examplesOfABufferComeFromItsBlocksAlone() throws IOException {
    DataConfig config =
        records().toBuilder()
            .setBlocks(BlocksConfig.newBuilder().setRecords(8).setShuffleBuffer(8))
            .build();
    try (PipelineRun run = new PipelineRun(config, Options.training(1, 1))) {
      List<Long> files = run.each(0, EXAMPLES, e -> e.label() % 3);
      // Buffers of 8 over files of 8, 8 and 7: at most two files in each.
      assertThat(files.subList(0, 8).stream().distinct().count()).isLessThanOrEqualTo(2);
      assertThat(files.subList(8, 16).stream().distinct().count()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void workersShareThePositions() throws IOException {
    DataConfig config = records();
    try (PipelineRun one = new PipelineRun(config, Options.training(5, 1));
        PipelineRun second = new PipelineRun(config, new Options(5, true, true, 1, 3, 1))) {
      List<Element> expected =
          one.elements(4, 50).stream().filter(e -> e.position() % 3 == 1).toList();
      assertThat(second.elements(4, 50)).isEqualTo(expected);
    }
  }

  @Test
  void aDamagedRecordAloneIsLeftOut() throws IOException {
    DataConfig config = records();
    Path file = folder.resolve("train-00001-of-00003.tfrecord");
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(TfRecordFile.offsets(file)[4] + 100);
      out.write(~out.read());
    }
    try (PipelineRun run = new PipelineRun(config, Options.training(7, 1))) {
      List<Element> left = run.elements(0, EXAMPLES);
      assertThat(left).extracting(Element::label).hasSize(EXAMPLES - 1).doesNotContain(13L);
      long gap =
          LongStream.range(0, EXAMPLES)
              .filter(p -> left.stream().noneMatch(e -> e.position() == p))
              .findFirst()
              .orElseThrow();
      long example = run.pipeline().exampleAt(run.session(), gap);
      assertThat(run.pipeline().source().name(example)).contains("00001-of-00003.tfrecord record 4");
      assertThat(UnreadableReason.find(run.pipeline(), run.session(), example))
          .contains("damaged");
    }
  }

  @Test
  void ofADamagedCompressedFileTheRestIsLeftOut() throws IOException {
    DataConfig config = compressed();
    try (PipelineRun run = new PipelineRun(config, Options.evaluation(1))) {
      Path file = folder.resolve("train-00001-of-00003.tfrecord.gz");
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
      List<Long> labels = run.each(0, EXAMPLES, Element::label);
      assertThat(labels).contains(0L, 1L, 2L, 20L).doesNotContain(22L);
      assertThat(labels).hasSizeBetween(EXAMPLES - 7, EXAMPLES - 2);
    }
  }

  @Test
  void compressedFilesInAnyOrderAreRefused() throws IOException {
    DataConfig config = compressed().toBuilder().setOrder(ReadOrder.RECORDS).build();
    assertThatThrownBy(() -> ExampleSource.open(config))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("order: BLOCKS");
  }
}
