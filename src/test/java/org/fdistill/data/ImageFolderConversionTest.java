package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.data.PipelineRun.Element;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ImageFolderSource;
import org.fdistill.proto.TfRecordSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageFolderConversionTest {
  @TempDir Path from;
  @TempDir Path to;

  private void classes() throws IOException {
    Examples.flatFolder(from.resolve("cat"), 5);
    Examples.flatFolder(from.resolve("dog"), 4);
    Files.writeString(from.resolve("cat/002.jpg"), "text");
  }

  @Test
  void recordsHoldWhatTheFolderHeldExceptUnreadableFiles() throws IOException {
    classes();
    List<Long> progress = new ArrayList<>();
    ImageFolderConversion.Summary summary =
        ImageFolderConversion.convert(from, to, "train", 1, progress::add);
    assertThat(summary.examples()).isEqualTo(8);
    assertThat(summary.bad()).hasSize(1);
    assertThat(summary.bad().get(0))
        .startsWith(from.resolve("cat/002.jpg") + ": cannot be decoded");
    assertThat(progress).containsExactly(9L);
    Files.delete(from.resolve("cat/002.jpg"));
    DataConfig folder =
        DataConfig.newBuilder()
            .setImageSize(8)
            .setImageFolder(ImageFolderSource.newBuilder().setPath(from.toString()))
            .build();
    DataConfig records =
        DataConfig.newBuilder()
            .setImageSize(8)
            .setTfrecord(TfRecordSource.newBuilder().addPath(to + "/*.tfrecord"))
            .build();
    try (PipelineRun left = new PipelineRun(folder, Options.evaluation(8));
        PipelineRun right = new PipelineRun(records, Options.evaluation(8))) {
      List<Element> expected = left.elements(0, 8);
      assertThat(expected).hasSize(8);
      assertThat(right.elements(0, 8)).isEqualTo(expected);
      assertThat(right.pipeline().source().classNames()).containsExactly("cat", "dog");
    }
  }

  @Test
  void examplesAreDealtOutOverShards() throws IOException {
    Examples.flatFolder(from, 7);
    ImageFolderConversion.Summary summary =
        ImageFolderConversion.convert(from, to, "train", 3, done -> {});
    assertThat(TfRecordIndex.scan(summary.files(), false).size()).isEqualTo(7);
    assertThat(TfRecordIndex.scan(summary.files().subList(2, 3), false).size()).isEqualTo(2);
    assertThat(to.resolve("classes.txt")).doesNotExist();
  }

  @Test
  void failuresLeaveNothingBehind() throws IOException {
    Files.writeString(from.resolve("a.jpg"), "text");
    assertThatThrownBy(() -> ImageFolderConversion.convert(from, to, "train", 1, done -> {}))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("No image in " + from + " can be read. The first: ")
        .hasMessageContaining("a.jpg");
    assertThatThrownBy(() -> ImageFolderConversion.convert(from, to, "train", 0, done -> {}))
        .hasMessageContaining("shards is 0");
    try (Stream<Path> left = Files.list(to)) {
      assertThat(left).containsExactly(to.resolve(".lock"));
    }
  }
}
