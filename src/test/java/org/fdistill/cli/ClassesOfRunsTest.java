package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.data.Examples;
import org.fdistill.data.tfrecord.TfRecordShards;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A classifier of four classes, and validation images whose classes are numbered in other ways. */
class ClassesOfRunsTest {
  private static final List<String> CLASSES = List.of("n0", "n1", "n2", "n3");

  @TempDir static Path root;

  private static String config;
  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    Path all = folder("all", CLASSES);
    Files.write(all.resolve("n0/b.webp"), new byte[1]);
    String text =
        Files.readString(Path.of(TinyConfigs.classify(root)))
            .replaceAll("noise \\{[^}]*}", "image_folder { path: \"" + all + "\" }")
            .replace("batch_size: 8", "batch_size: 4");
    config = TinyConfigs.write(root.resolve("folders.txtpb"), text);
    run = root.resolve("run");
    CommandRun started = CommandRun.done("train", config, "--workdir", run.toString());
    assertThat(started.err())
        .contains("train_data: not images by their names, left out: 1 file: 1 .webp.")
        .contains("validation_data: not images by their names, left out: 1 file: 1 .webp.");
  }

  private static byte[] image(String ofClass) {
    return Examples.image(ofClass.hashCode(), 20, 20, "png");
  }

  private static Path folder(String name, List<String> classes) throws IOException {
    Path folder = root.resolve(name);
    for (String one : classes) {
      Files.createDirectories(folder.resolve(one));
      Files.write(folder.resolve(one).resolve("a.png"), image(one));
    }
    return folder;
  }

  /** The classes n1 to n3 in records. */
  private static Path records(String name, List<String> classes, int... labels) throws IOException {
    Path folder = root.resolve(name);
    try (TfRecordShards out = new TfRecordShards(folder, "v", 1)) {
      for (int i = 0; i < labels.length; i++) {
        out.write(0, Examples.example("image", image(CLASSES.get(i + 1)), "label", labels[i]));
      }
      out.commit();
    }
    Files.write(folder.resolve("classes.txt"), classes);
    return folder.resolve("v-00000-of-00001.tfrecord");
  }

  private static JsonObject evaluate(Path data) throws IOException {
    Path json = root.resolve("values.json");
    CommandRun.done(
        "evaluate", run.toString(), "--data", data.toString(), "--json", json.toString());
    return JsonParser.parseString(Files.readString(json)).getAsJsonObject();
  }

  @Test
  void validationIsOfTheSameClassesHoweverTheyAreNumbered() throws IOException {
    JsonObject asTrained = evaluate(records("same", CLASSES, 1, 2, 3));
    assertThat(evaluate(folder("some", CLASSES.subList(1, 4)))).isEqualTo(asTrained);
    assertThat(evaluate(records("other", List.of("n3", "n2", "n1"), 2, 1, 0))).isEqualTo(asTrained);
  }

  @Test
  void otherClassesAreRefusedBeforeTheFirstStep() throws IOException {
    Path other = folder("wrong", List.of("n0", "n4"));
    Path none = root.resolve("none");
    CommandRun.fails(
        3,
        List.of("train_data has no class 'n4'", "4 classes (n0, n1, n2, n3)", "2 classes (n0, n4)"),
        "train",
        config,
        "--workdir",
        none.toString(),
        "--set=validation_data.image_folder.path=" + other);
    assertThat(none.resolve("checkpoints")).isEmptyDirectory();
  }

  @Test
  void aLabelWithoutANameIsSaidAsTheRecordHasIt() throws IOException {
    CommandRun.fails(
        3,
        List.of("record 2 (byte ", "): label 5, and classes.txt names 3 classes"),
        "evaluate",
        run.toString(),
        "--data",
        records("beyond", List.of("n3", "n2", "n1"), 2, 1, 5).toString());
  }
}
