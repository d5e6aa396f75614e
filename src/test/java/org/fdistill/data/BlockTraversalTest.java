package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.zip.GZIPOutputStream;
import org.fdistill.config.UserError;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.data.PipelineRun.Element;
import org.fdistill.data.tfrecord.TfRecordFile;
import org.fdistill.proto.BlocksConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ReadOrder;
import org.fdistill.proto.TfRecordSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three files of 8, 8 and 7 examples; blocks of 3, buffers of 5. */
final class BlockTraversalTest {
  private static final int EXAMPLES = 23;
  private static final int END = 2 * EXAMPLES + 4;

  @TempDir static Path folder;
  @TempDir Path own;

  @BeforeAll
  static void write() throws IOException {
    Examples.records(folder, EXAMPLES, 3);
  }

  private static DataConfig config(Path folder, String ending, int block) {
    return DataConfig.newBuilder()
        .setImageSize(8)
        .setTfrecord(TfRecordSource.newBuilder().addPath(folder + "/train-*" + ending))
        .setOrder(ReadOrder.BLOCKS)
        .setBlocks(BlocksConfig.newBuilder().setRecords(block).setShuffleBuffer(5))
        .build();
  }

  private static DataConfig config() {
    return config(folder, ".tfrecord", 3);
  }

  private DataConfig compressed() throws IOException {
    for (Path file : ExampleSource.open(config()).files()) {
      Path gz = own.resolve(file.getFileName() + ".gz");
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gz))) {
        Files.copy(file, out);
      }
    }
    return config(own, ".gz", 3);
  }

  /** Of the example in the order of the files, which hold every third. */
  private static long label(long example) {
    return example < 8 ? 3 * example : example < 16 ? 3 * example - 23 : 3 * example - 46;
  }

  private static List<Long> range(long from, long end) {
    return LongStream.range(from, end).boxed().toList();
  }

  @Test
  void everyExampleComesOnceAnEpochAndARunGoesOnAnywhere() {
    try (PipelineRun run = new PipelineRun(config(), Options.training(7, 1))) {
      List<Element> whole = run.elements(0, END);
      assertThat(whole).extracting(Element::position).isEqualTo(range(0, END));
      List<Long> labels = whole.stream().map(Element::label).toList();
      List<Long> first = labels.subList(0, EXAMPLES);
      List<Long> second = labels.subList(EXAMPLES, 2 * EXAMPLES);
      List<Long> files = LongStream.range(0, EXAMPLES).map(i -> label(i)).boxed().toList();
      assertThat(first).containsExactlyInAnyOrderElementsOf(files).isNotEqualTo(files);
      assertThat(second).containsExactlyInAnyOrderElementsOf(files).isNotEqualTo(first);
      for (Element element : whole) {
        long example = run.pipeline().exampleAt(run.session(), element.position());
        assertThat(label(example)).isEqualTo(element.label());
      }
      // Within a buffer, at a buffer, within a block, at an epoch, in the next one.
      for (int start : new int[] {1, 5, 18, EXAMPLES - 1, EXAMPLES, EXAMPLES + 7}) {
        assertThat(run.elements(start, END)).isEqualTo(whole.subList(start, END));
      }
      assertThat(run.elements(4, 9)).isEqualTo(whole.subList(4, 9));
    }
  }

  @Test
  void compressedFilesAreBlocks() throws IOException {
    List<Element> plain;
    try (PipelineRun run =
        new PipelineRun(config(folder, ".tfrecord", 8), Options.training(3, 1))) {
      plain = run.elements(0, END);
    }
    assertThat(plain).hasSize(END);
    try (PipelineRun run = new PipelineRun(compressed(), Options.training(3, 1))) {
      assertThat(run.elements(0, END)).isEqualTo(plain);
      assertThat(run.elements(14, END)).isEqualTo(plain.subList(14, END));
    }
  }

  @Test
  @Tag("slow")
  void onlyExamplesOfABuffersBlocksAreMixed() {
    DataConfig config =
        config().toBuilder()
            .setBlocks(BlocksConfig.newBuilder().setRecords(8).setShuffleBuffer(8))
            .build();
    try (PipelineRun run = new PipelineRun(config, Options.training(1, 1))) {
      List<Long> files = run.each(0, EXAMPLES, e -> e.label() % 3);
      // Buffers of 8 over files of 8, 8 and 7 in some order.
      assertThat(files.subList(0, 7)).doesNotContain(files.get(22));
      assertThat(files.subList(0, 8).stream().distinct().count()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  @Tag("slow")
  void withoutShufflingTheOrderIsThatOfTheFiles() {
    try (PipelineRun run = new PipelineRun(config(), Options.evaluation(4))) {
      assertThat(run.each(0, EXAMPLES, Element::label))
          .isEqualTo(LongStream.range(0, EXAMPLES).map(i -> label(i)).boxed().toList());
    }
  }

  @Test
  @Tag("slow")
  void workersShareThePositions() {
    try (PipelineRun one = new PipelineRun(config(), Options.training(5, 1));
        PipelineRun second = new PipelineRun(config(), new Options(5, true, true, 1, 3, 1))) {
      List<Element> expected =
          one.elements(4, 30).stream().filter(e -> e.position() % 3 == 1).toList();
      assertThat(expected).hasSize(9);
      assertThat(second.elements(4, 30)).isEqualTo(expected);
    }
  }

  @Test
  void aDamagedRecordAloneIsLeftOut() throws IOException {
    Examples.records(own, EXAMPLES, 3);
    Path file = own.resolve("train-00001-of-00003.tfrecord");
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      long at = TfRecordFile.bounds(file)[4] + 100;
      out.seek(at);
      int old = out.read();
      out.seek(at);
      out.write(~old);
    }
    try (PipelineRun run = new PipelineRun(config(own, ".tfrecord", 3), Options.training(7, 1))) {
      List<Element> left = run.elements(0, EXAMPLES);
      assertThat(left).extracting(Element::label).hasSize(EXAMPLES - 1).doesNotContain(13L);
      List<Long> gap = new ArrayList<>(range(0, EXAMPLES));
      left.forEach(element -> gap.remove(element.position()));
      long example = run.pipeline().exampleAt(run.session(), gap.get(0));
      assertThat(run.pipeline().source().name(example))
          .contains("00001-of-00003.tfrecord record 4");
      assertThat(UnreadableReason.find(run.pipeline(), run.session(), example)).contains("damaged");
    }
  }

  @Test
  @Tag("slow")
  void ofACompressedFileThatIsCutTheRestIsLeftOut() throws IOException {
    try (PipelineRun run = new PipelineRun(compressed(), Options.evaluation(1))) {
      Path file = own.resolve("train-00001-of-00003.tfrecord.gz");
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      List<Long> labels = run.each(0, EXAMPLES, Element::label);
      assertThat(labels).contains(0L, 21L, 1L, 2L, 20L).doesNotContain(22L);
      assertThat(labels).hasSizeBetween(EXAMPLES - 7, EXAMPLES - 2);
    }
  }

  @Test
  void whatCannotBeReadSoIsRefused() throws IOException {
    DataConfig records = compressed().toBuilder().setOrder(ReadOrder.RECORDS).build();
    assertThatThrownBy(() -> ExampleSource.open(records))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("order: BLOCKS");
    Files.copy(folder.resolve("train-00000-of-00003.tfrecord"), own.resolve("train-x.gz"));
    assertThatThrownBy(() -> ExampleSource.open(config(own, ".gz", 3)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is compressed and");
  }
}
