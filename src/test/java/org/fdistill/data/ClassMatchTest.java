package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

final class ClassMatchTest {
  @TempDir Path root;

  private DataConfig folder(String name, String... classes) throws IOException {
    Path folder = root.resolve(name);
    for (String one : classes) {
      Examples.flatFolder(folder.resolve(one), 1);
    }
    return DataConfig.newBuilder()
        .setImageSize(8)
        .setImageFolder(ImageFolderSource.newBuilder().setPath(folder.toString()))
        .build();
  }

  /** Records with these labels, and a file with these classes if there are any. */
  private DataConfig records(String name, List<String> classes, int... labels) throws IOException {
    Path folder = root.resolve(name);
    try (TfRecordShards out = new TfRecordShards(folder, "part", 1)) {
      for (int label : labels) {
        out.write(0, Examples.example("image", Examples.jpeg(label), "label", label));
      }
      out.commit();
    }
    if (!classes.isEmpty()) {
      Files.write(folder.resolve("classes.txt"), classes);
    }
    return records(folder);
  }

  private static DataConfig records(Path... folders) {
    TfRecordSource.Builder files = TfRecordSource.newBuilder();
    for (Path folder : folders) {
      files.addPath(folder + "/part-*");
    }
    return DataConfig.newBuilder().setImageSize(8).setTfrecord(files).build();
  }

  private static List<Long> labels(DataConfig training, DataConfig validation) {
    ExampleSource source = ClassMatch.open(validation, training);
    try (PipelineRun run = new PipelineRun(validation, source, Options.evaluation(10))) {
      assertThat(source.classNames()).isEqualTo(ExampleSource.open(training).classNames());
      return run.each(0, source.size(), Element::label);
    }
  }

  @Test
  void classesOfFoldersAreMatchedByName() throws IOException {
    DataConfig training = folder("training", "n0", "n1", "n2", "n3");
    assertThat(labels(training, folder("fewer", "n1", "n3"))).containsExactly(1L, 3L);
    assertThat(labels(training, training)).containsExactly(0L, 1L, 2L, 3L);
  }

  @Test
  void recordsAreMatchedByTheirClassesFiles() throws IOException {
    DataConfig training = records("training", List.of("cat", "dog", "fish"), 0, 1, 2);
    DataConfig other = records("other", List.of("fish", "cat", "", ""), 0, 1, -1, 2);
    assertThat(labels(training, other)).containsExactly(2L, 0L, -1L, -1L);
    assertThat(labels(training, folder("folder", "dog", "fish"))).containsExactly(1L, 2L);
  }

  @Test
  void aLabelBeyondTheNamesIsDescribed() throws IOException {
    ExampleSource source = ExampleSource.open(records("records", List.of("cat", "dog"), 1, 2, -1));
    assertThat(source.labelProblem(0)).isEmpty();
    assertThat(source.labelProblem(1)).isEqualTo("label 2, and classes.txt names 2 classes");
  }

  @Test
  void withoutNamesNumbersAreTaken() throws IOException {
    DataConfig training = records("training", List.of(), 3, 4);
    assertThat(labels(training, records("other", List.of(), 4, 3))).containsExactly(4L, 3L);
  }

  /** As where an export is evaluated on another machine. */
  @Test
  void whereTrainingDataAreGoneLabelsAreTakenAsTheyAre() throws IOException {
    ExampleSource source =
        ClassMatch.open(folder("some", "n1", "n3"), records(root.resolve("gone")));
    assertThat(source.classNames()).containsExactly("n1", "n3");
    assertThat(source).isNotInstanceOf(RenumberedExamples.class);
  }

  @Test
  void whatCannotBeMatchedIsRefusedWithBothLists() throws IOException {
    assertThatThrownBy(() -> ClassMatch.of(List.of("cat", "dog"), List.of("cat", "hound")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("train_data has no class 'hound'")
        .hasMessageContaining("train_data       2 classes (cat, dog)")
        .hasMessageContaining("validation_data  2 classes (cat, hound)");
    assertThatThrownBy(() -> ClassMatch.of(List.of(), List.of("cat")))
        .hasMessageContaining("one of them has no names")
        .hasMessageContaining("train_data       no names of classes");
    assertThatThrownBy(() -> ClassMatch.of(List.of("cat"), List.of()))
        .hasMessageContaining("validation_data  no names of classes");
    List<String> twice = List.of("crane", "dog", "crane");
    assertThatThrownBy(() -> ClassMatch.of(twice, List.of("dog")))
        .hasMessageContaining("'crane' stands for two of them");
    assertThatThrownBy(() -> ClassMatch.of(List.of("dog", "crane"), twice))
        .hasMessageContaining("'crane' stands for two of them");
    ExampleSource same = ExampleSource.open(folder("same", "crane"));
    assertThat(ClassMatch.of(twice, twice).renumber(same)).isSameAs(same);
  }

  @Test
  void foldersOfOneSourceMustNameTheSameClasses() throws IOException {
    records("one", List.of("cat", "dog"), 0);
    records("two", List.of("dog", "cat"), 0);
    assertThatThrownBy(() -> ExampleSource.open(records(root.resolve("one"), root.resolve("two"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("one/classes.txt names 2 classes (cat, dog), and ")
        .hasMessageContaining("two/classes.txt 2 classes (dog, cat)");
    Files.writeString(root.resolve("two/classes.txt"), "cat\r\ndog\r\n\r\n");
    assertThat(ExampleSource.open(records(root.resolve("one"), root.resolve("two"))).classNames())
        .containsExactly("cat", "dog");
  }

  @Test
  void aClassesFileThatIsNoTextIsNamed() throws IOException {
    DataConfig config = records("one", List.of("cat"), 0);
    Files.write(root.resolve("one/classes.txt"), new byte[] {(byte) 0xff, 'a'});
    assertThatThrownBy(() -> ExampleSource.open(config))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("classes.txt is no text in UTF-8");
  }
}
