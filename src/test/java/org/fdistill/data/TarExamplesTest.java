package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.LongStream;
import org.fdistill.config.UserError;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.data.PipelineRun.Element;
import org.fdistill.data.tar.TarExample;
import org.fdistill.data.tar.TarIndex;
import org.fdistill.proto.BlocksConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ImageFolderSource;
import org.fdistill.proto.ReadOrder;
import org.fdistill.proto.TarSource;
import org.fdistill.proto.TfRecordSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TarExamplesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/tar");

  @TempDir Path folder;

  private DataConfig config(Path... files) {
    TarSource.Builder tar = TarSource.newBuilder().setIndexFolder(folder + "/index");
    for (Path file : files) {
      tar.addPath(file.toString());
    }
    return DataConfig.newBuilder().setImageSize(8).setTar(tar).build();
  }

  private DataConfig config(String golden) {
    return config(GOLDEN.resolve(golden));
  }

  @Test
  void everyImageOfEveryShardComesWithItsLabel() throws IOException {
    Path copy = Files.copy(GOLDEN.resolve("webdataset.tar"), folder.resolve("b.tar"));
    DataConfig config = config(GOLDEN.resolve("webdataset.tar"), copy);
    DataConfig blocks =
        config.toBuilder()
            .setOrder(ReadOrder.BLOCKS)
            .setBlocks(BlocksConfig.newBuilder().setRecords(3).setShuffleBuffer(5))
            .build();
    List<Element> inOrder;
    try (PipelineRun run = new PipelineRun(config, Options.evaluation(3))) {
      inOrder = run.elements(0, 8);
    }
    assertThat(inOrder).extracting(Element::label).containsExactly(0L, 1L, 0L, 1L, 0L, 1L, 0L, 1L);
    assertThat(inOrder.get(4).pixels()).isEqualTo(inOrder.get(0).pixels());
    assertThat(inOrder.get(1).pixels()).isNotEqualTo(inOrder.get(0).pixels());
    try (PipelineRun run = new PipelineRun(blocks, Options.training(1, 1))) {
      assertThat(run.each(0, 8, Element::label)).hasSize(8);
      List<Long> examples =
          LongStream.range(0, 8)
              .map(p -> run.pipeline().exampleAt(run.session(), p))
              .boxed()
              .toList();
      assertThat(examples)
          .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 8).boxed().toList());
    }
  }

  @Test
  void classesAreTheTarFilesInTheTarFile() {
    ExampleSource source = ExampleSource.open(config("train.tar"));
    assertThat(source.classNames()).containsExactly("n01440764", "n01443537", "n01484850");
    assertThat(ClassNames.find(config("train.tar"))).contains(source.classNames());
    assertThat(source.name(0)).contains("train.tar member n01484850/n01484850_0.JPEG (byte ");
    try (PipelineRun run = new PipelineRun(config("train.tar"), source, Options.evaluation(6))) {
      assertThat(run.each(0, 6, Element::label)).containsExactly(2L, 2L, 0L, 0L, 1L, 1L);
    }
    DataIdentity identity = source.identity();
    assertThat(identity.examples()).isEqualTo(6);
    assertThat(identity.sizes()).containsKey(GOLDEN.resolve("train.tar").toString());
  }

  @Test
  void theKitLabelsValidationImages() {
    DataConfig config = config("val.tar");
    ExampleSource plain = ExampleSource.open(config);
    assertThat(plain.hasLabels()).isFalse();
    DataConfig labelled =
        config.toBuilder()
            .setTar(
                config.getTar().toBuilder().setDevkit(GOLDEN.resolve("devkit.tar.gz").toString()))
            .build();
    // By name: training's classes are those of the inner tar files.
    ExampleSource source = ClassMatch.open(labelled, config("train.tar"));
    assertThat(source.classNames()).containsExactly("n01440764", "n01443537", "n01484850");
    try (PipelineRun run = new PipelineRun(labelled, source, Options.evaluation(4))) {
      assertThat(run.each(0, 4, Element::label)).containsExactly(1L, 2L, 2L, 0L);
    }
  }

  @Test
  void anImageThatIsNotWhatWasIndexedIsLeftOutAndNamed() throws IOException {
    Path file = Files.copy(GOLDEN.resolve("webdataset.tar"), folder.resolve("a.tar"));
    List<TarExample> examples = TarIndex.open(file, folder.resolve("index")).examples();
    FileTime time = Files.getLastModifiedTime(file);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(examples.get(2).range().offset() + 300);
      out.write(0x55);
      out.write(0xaa);
    }
    Files.setLastModifiedTime(file, time);
    try (PipelineRun run = new PipelineRun(config(file), Options.evaluation(4))) {
      assertThat(run.each(0, 4, Element::position)).containsExactly(0L, 1L, 3L);
      assertThat(UnreadableReason.find(run.pipeline(), run.session(), 2))
          .isEqualTo("its bytes are not those that were there when it was indexed");
    }
  }

  @Test
  void labelsThatAreNoNumbersAreSaid() throws IOException {
    ExampleSource source = ExampleSource.open(config("gnu.tar"));
    assertThat(source.hasLabels()).isTrue();
    assertThat(source.labelProblem(5)).contains("its .cls is 'cat'");
    assertThat(source.labelProblem(0)).isEmpty();
    assertThat(source.leftOut()).contains("1 .webp").contains("2 links, devices or sparse files");
    assertThat(source.read(0))
        .hasValueSatisfying(bytes -> assertThat(bytes).startsWith(0xff, 0xd8));
  }

  @Test
  void aWrongKindOfFileIsRefusedWithWhatToDo() throws IOException {
    refused(config("devkit.tar.gz"), "Decompress it");
    refused(config("none.tar"), "no such file");
    refused(
        config("train.tar").toBuilder()
            .setTar(config("train.tar").getTar().toBuilder().addPath(GOLDEN + "/val.tar"))
            .build(),
        "Name files of one kind");
    String tar = GOLDEN.resolve("val.tar").toString();
    refused(
        DataConfig.newBuilder().setTfrecord(TfRecordSource.newBuilder().addPath(tar)).build(),
        "tar { path: ... }");
    refused(
        DataConfig.newBuilder().setImageFolder(ImageFolderSource.newBuilder().setPath(tar)).build(),
        "tar { path: ... }");
    Path records = Examples.records(folder.resolve("r"), 1, 1);
    refused(config(records.resolve("train-00000-of-00001.tfrecord")), "is no tar file");
  }

  private static void refused(DataConfig config, String message) {
    assertThatThrownBy(() -> ExampleSource.open(config))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
  }

  @Test
  void whichFilesAreStillToBeIndexedIsKnown() {
    DataConfig config = config("val.tar");
    assertThat(TarIndexes.missing(config)).containsExactly(GOLDEN.resolve("val.tar"));
    ExampleSource.open(config);
    assertThat(TarIndexes.missing(config)).isEmpty();
    assertThat(TarIndexes.missing(DataConfig.getDefaultInstance())).isEmpty();
  }
}
