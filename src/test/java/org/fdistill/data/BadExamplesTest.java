package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.data.PipelineRun.Element;
import org.fdistill.data.tfrecord.TfRecordShards;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ImageFolderSource;
import org.fdistill.proto.TfRecordSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BadExamplesTest {
  @TempDir Path folder;
  @TempDir Path runFolder;

  private DataConfig config() {
    return DataConfig.newBuilder()
        .setImageSize(8)
        .setImageFolder(ImageFolderSource.newBuilder().setPath(folder.toString()))
        .build();
  }

  private Path report() {
    return runFolder.resolve("bad-examples.txt");
  }

  private void damage() throws IOException {
    byte[] whole = Examples.jpeg(3);
    Files.write(folder.resolve("003.jpg"), Arrays.copyOf(whole, whole.length - 40));
    Files.writeString(folder.resolve("005.jpg"), "This is a text file, not an image.");
    Files.write(folder.resolve("009.jpg"), new byte[0]);
  }

  @Test
  void unreadableImagesAreSkippedCountedAndNamedWithTheirReasons() throws IOException {
    Examples.flatFolder(folder, 10);
    damage();
    try (PipelineRun run = new PipelineRun(config(), Options.evaluation(4))) {
      BadExamples bad = new BadExamples(run.pipeline(), 0, report(), 0.5);
      for (List<Element> batch : run.batches(0, 10)) {
        bad.observe(run.session(), batch.stream().mapToLong(Element::position).toArray());
      }
      assertThat(Files.readAllLines(report())).hasSize(2);
      bad.finish(run.session(), 10);
      assertThat(bad.nextPosition()).isEqualTo(10);
      List<String> lines = Files.readAllLines(report());
      assertThat(lines).hasSize(3);
      assertThat(lines.get(0)).startsWith(folder.resolve("003.jpg") + ": cannot be decoded: ");
      assertThat(lines.get(1)).startsWith(folder.resolve("005.jpg") + ": cannot be decoded: ");
      assertThat(lines.get(1)).doesNotContain("[[").doesNotContain("{{");
      assertThat(lines.get(2)).isEqualTo(folder.resolve("009.jpg") + ": empty");
      BadExamples again = new BadExamples(run.pipeline(), 0, report(), 0.5);
      again.observe(run.session(), new long[] {0, 1, 2, 4, 6, 7, 8});
      again.finish(run.session(), 10);
      assertThat(Files.readAllLines(report())).isEqualTo(lines);
    }
  }

  @Test
  void anExampleIsNamedOnceOverAllEpochs() throws IOException {
    Examples.flatFolder(folder, 8);
    Files.writeString(folder.resolve("005.jpg"), "text");
    try (PipelineRun run = new PipelineRun(config(), Options.training(1, 3))) {
      BadExamples bad = new BadExamples(run.pipeline(), 0, report(), 0.5);
      for (List<Element> batch : run.batches(0, 24)) {
        bad.observe(run.session(), batch.stream().mapToLong(Element::position).toArray());
      }
      bad.finish(run.session(), 24);
      assertThat(Files.readAllLines(report())).hasSize(1);
    }
  }

  @Test
  void anExampleCountsInEachEpoch() throws IOException {
    Examples.flatFolder(folder, 8);
    Files.writeString(folder.resolve("005.jpg"), "text");
    try (PipelineRun run = new PipelineRun(config(), Options.training(1, 3))) {
      List<List<Element>> batches = run.batches(0, 24);
      BadExamples bad = new BadExamples(run.pipeline(), 0, report(), 1 / 8.);
      assertThatThrownBy(
              () -> {
                for (List<Element> batch : batches) {
                  bad.observe(run.session(), batch.stream().mapToLong(Element::position).toArray());
                }
              })
          .hasMessageContaining("2 of ");
    }
  }

  @Test
  void tooManyFailTheRun() throws IOException {
    Examples.flatFolder(folder, 10);
    damage();
    try (PipelineRun run = new PipelineRun(config(), Options.evaluation(10))) {
      List<Element> batch = run.elements(0, 10);
      long[] positions = batch.stream().mapToLong(Element::position).toArray();
      // Two of the ten are missing between these positions, a third after them.
      new BadExamples(run.pipeline(), 0, report(), 0.2).observe(run.session(), positions);
      BadExamples strict = new BadExamples(run.pipeline(), 0, report(), 0.1);
      assertThatThrownBy(() -> strict.observe(run.session(), positions))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("2 of 6 images could not be read, more than max_bad_share: 0.1")
          .hasMessageContaining("005.jpg")
          .hasMessageContaining(report().toString());
    }
  }

  @Test
  void workersFindTheGapsOfTheirOwnPositions() throws IOException {
    Examples.flatFolder(folder, 10);
    damage();
    try (PipelineRun run = new PipelineRun(config(), new Options(0, false, false, 2, 2, 1))) {
      BadExamples bad = new BadExamples(run.pipeline(), 0, report(), 0.9);
      List<Long> positions = run.each(0, 10, Element::position);
      assertThat(positions).containsExactly(1L, 2L, 6L);
      bad.observe(run.session(), positions.stream().mapToLong(Long::longValue).toArray());
      assertThat(Files.readAllLines(report())).hasSize(1);
      assertThat(bad.nextPosition()).isEqualTo(9);
    }
  }

  @Test
  void aSetWithoutAnyReadableImageEndsAndIsExplained() throws IOException {
    for (int i = 0; i < 40; i++) {
      Files.writeString(folder.resolve(i + ".jpg"), "text");
    }
    try (PipelineRun run = new PipelineRun(config(), Options.training(1, 2))) {
      assertThat(run.batches(0, 400)).isEmpty();
      assertThatThrownBy(() -> run.pipeline().checkReadable(run.session(), 0))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("None of the first 32 images can be read.")
          .hasMessageContaining(".jpg: cannot be decoded");
    }
  }

  @Test
  void oneReadableImageIsEnoughToStart() throws IOException {
    Examples.flatFolder(folder, 10);
    damage();
    try (PipelineRun run = new PipelineRun(config(), Options.evaluation(2))) {
      run.pipeline().checkReadable(run.session(), 9);
    }
  }

  @Test
  void filesThatVanishAndDamagedRecordsAreNamed() throws IOException {
    Examples.flatFolder(folder, 6);
    try (PipelineRun run = new PipelineRun(config(), Options.evaluation(6))) {
      Files.delete(folder.resolve("002.jpg"));
      BadExamples bad = new BadExamples(run.pipeline(), 0, report(), 0.5);
      bad.observe(
          run.session(), run.elements(0, 6).stream().mapToLong(Element::position).toArray());
      assertThat(Files.readAllLines(report()))
          .containsExactly(folder.resolve("002.jpg") + ": no such file");
    }
  }

  @Test
  void aDamagedRecordIsSkippedAndNamed() throws IOException {
    Path file;
    try (TfRecordShards out = new TfRecordShards(folder, "train", 1)) {
      for (int i = 0; i < 4; i++) {
        out.write(0, Examples.example("image/encoded", Examples.jpeg(i), "label", i));
      }
      out.commit();
      file = out.files().get(0);
    }
    byte[] content = Files.readAllBytes(file);
    content[100] ^= 1;
    Files.write(file, content);
    DataConfig config =
        DataConfig.newBuilder()
            .setImageSize(8)
            .setTfrecord(TfRecordSource.newBuilder().addPath(file.toString()))
            .build();
    try (PipelineRun run = new PipelineRun(config, Options.evaluation(4))) {
      BadExamples bad = new BadExamples(run.pipeline(), 0, report(), 0.5);
      List<Element> elements = run.elements(0, 4);
      assertThat(elements).extracting(Element::label).containsExactly(1L, 2L, 3L);
      bad.observe(run.session(), elements.stream().mapToLong(Element::position).toArray());
      assertThat(Files.readAllLines(report()))
          .containsExactly(
              file + " record 0 (byte 0): the data of the record at byte 0 are damaged");
    }
  }
}
