package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.proto.DataConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataIdentityTest {
  @TempDir Path folder;
  private final List<Path> files = new ArrayList<>();
  private DataIdentity whole;

  @BeforeEach
  void write() throws IOException {
    for (String name : List.of("a", "b", "c")) {
      files.add(Files.writeString(folder.resolve(name), name.repeat(10)));
    }
    whole = DataIdentity.of(30, files);
  }

  @Test
  void theSameFilesAreTheSame() {
    assertThat(DataIdentity.of(30, List.copyOf(files))).isEqualTo(whole);
    assertThat(whole.differences(DataIdentity.of(30, files))).isEmpty();
    assertThat(whole.sizes()).containsEntry(folder.resolve("a").toString(), 10L).hasSize(3);
  }

  @Test
  void whatDiffersIsNamed() throws IOException {
    Path gone = files.remove(1);
    assertThat(whole.differences(DataIdentity.of(20, files)))
        .containsExactly("examples: 30 -> 20", "files: 3 -> 2", gone + ": 10 bytes -> not there");
    files.add(1, gone);
    Files.writeString(gone, "longer than before");
    assertThat(whole.differences(DataIdentity.of(30, files)))
        .containsExactly(gone + ": 10 bytes -> 18 bytes");
  }

  @Test
  void anotherOrderDiffers() {
    Collections.swap(files, 0, 1);
    assertThat(whole.differences(DataIdentity.of(30, files)))
        .containsExactly("names, sizes or order of the files within their folders");
  }

  @Tag("slow")
  @Test
  void manyFilesAreListedByFolder() throws IOException {
    List<Path> many = new ArrayList<>();
    for (String name : List.of("cat", "dog")) {
      Path images = Files.createDirectory(folder.resolve(name));
      for (int i = 0; i < 2100; i++) {
        many.add(Files.writeString(images.resolve(i + ".jpg"), "x"));
      }
    }
    DataIdentity before = DataIdentity.of(many.size(), many);
    assertThat(before.sizes())
        .containsOnlyKeys(folder.resolve("cat/*").toString(), folder.resolve("dog/*").toString());
    Path grown = Files.writeString(many.get(7), "xxx");
    assertThat(before.differences(DataIdentity.of(many.size(), many)))
        .containsExactly(grown.resolveSibling("*") + ": 2100 bytes -> 2102 bytes");
    Collections.swap(many, 1, 2);
    Files.writeString(grown, "x");
    assertThat(before.differences(DataIdentity.of(many.size(), many))).hasSize(1);
  }

  @Test
  void manyDifferencesAreCut() {
    List<Path> none = List.of();
    assertThat(DataIdentity.of(0, none).differences(whole)).hasSize(5);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      lines.add("f" + i);
    }
    List<Path> twenty = lines.stream().map(this::empty).toList();
    assertThat(DataIdentity.of(0, none).differences(DataIdentity.of(20, twenty)))
        .hasSize(11)
        .endsWith("12 more");
  }

  private Path empty(String name) {
    try {
      return Files.createFile(folder.resolve(name));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aLinkToNothingHasNoBytes() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("gone"));
    assertThat(DataIdentity.of(1, List.of(link)).sizes()).containsEntry(link.toString(), 0L);
  }

  @Test
  void aVanishedFileIsNamed() {
    files.add(folder.resolve("d"));
    assertThatThrownBy(() -> DataIdentity.of(40, files))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            folder.resolve("d") + ": this file cannot be read: there is no such file");
  }

  @Test
  void everySourceHasOne() throws IOException {
    Path records = folder.resolve("records");
    Examples.records(records, 6, 2);
    DataConfig.Builder config = DataConfig.newBuilder();
    config.getTfrecordBuilder().addPath(records + "/train-*.tfrecord");
    assertThat(ExampleSource.open(config.build()).identity().files()).isEqualTo(2);
    Path images = Examples.flatFolder(folder.resolve("images"), 5);
    config.getImageFolderBuilder().setPath(images.toString());
    DataIdentity folderOfImages = ExampleSource.open(config.build()).identity();
    assertThat(folderOfImages.examples()).isEqualTo(5);
    assertThat(folderOfImages.files()).isEqualTo(5);
    config.getNoiseBuilder().setExamples(7);
    DataIdentity noise = ExampleSource.open(config.build()).identity();
    assertThat(noise.examples()).isEqualTo(7);
    assertThat(noise.files()).isZero();
  }
}
