package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.data.Examples;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The five best classes of each image, in the same order in both files. */
@Tag("slow")
class PredictClassifierTest {
  private static final int TOP = 5;

  @TempDir static Path root;

  private static Path export;
  private static Path images;

  @BeforeAll
  static void trainAndDraw() throws IOException {
    Path run = root.resolve("run");
    CommandRun.done(
        "train",
        TinyConfigs.classify(root),
        "--workdir=" + run,
        "--set=classify.classes=6",
        "--set=train_data.noise.classes=6",
        "--set=validation_data.noise.classes=6");
    export = run.resolve("export");
    images = Examples.flatFolder(root.resolve("images/a, \"b\""), 2).getParent();
    Files.writeString(images.resolve("a, \"b\"/broken.png"), "no image");
  }

  private static CommandRun predict(String out, String... more) {
    String[] words = new String[4 + more.length];
    words[0] = "predict";
    words[1] = export.toString();
    words[2] = "--images=" + images;
    words[3] = "--out=" + root.resolve(out);
    System.arraycopy(more, 0, words, 4, more.length);
    return CommandRun.done(words);
  }

  @Test
  void bothFilesHoldTheSameAndTheUnreadableImageIsNamed() throws IOException {
    Path names = Files.writeString(root.resolve("names.txt"), "ant\nbee\ncat, a\ndog\neel\nfox\n");
    Files.writeString(images.resolve("a, \"b\"/notes.txt"), "no image either");
    CommandRun run = predict("named", "--classes=" + names);
    assertThat(run.err())
        .contains("not images by their names, left out: 1 file: 1 .txt")
        .contains("left out: 1 image:", images.resolve("a, \"b\"/broken.png") + ": ")
        .doesNotContain("000.jpg");
    List<String> csv = Files.readAllLines(root.resolve("named/predictions.csv"));
    JsonArray json =
        JsonParser.parseString(Files.readString(root.resolve("named/predictions.json")))
            .getAsJsonArray();
    assertThat(csv).hasSize(1 + 2 * TOP).startsWith("image,rank,class,name,probability");
    assertThat(json).hasSize(2);
    for (int image = 0; image < 2; image++) {
      JsonObject of = json.get(image).getAsJsonObject();
      assertThat(of.get("image").getAsString()).isEqualTo("a, \"b\"/00" + image + ".jpg");
      compare(csv.subList(1 + TOP * image, 1 + TOP * (image + 1)), of.getAsJsonArray("top"));
    }
    assertThat(csv.get(1)).startsWith("\"a, \"\"b\"\"/000.jpg\",1,");
    assertThat(String.join("\n", csv)).contains(",2,\"cat, a\",");
  }

  /** Probabilities fall from rank to rank, and six classes hold all of them. */
  private static void compare(List<String> lines, JsonArray top) {
    double last = 1;
    double sum = 0;
    for (int rank = 0; rank < TOP; rank++) {
      JsonObject entry = top.get(rank).getAsJsonObject();
      double probability = entry.get("probability").getAsDouble();
      assertThat(probability).isPositive().isLessThanOrEqualTo(last);
      assertThat(lines.get(rank))
          .contains("," + (rank + 1) + "," + entry.get("class").getAsInt() + ",")
          .endsWith(",%.6f".formatted(probability));
      last = probability;
      sum += probability;
    }
    assertThat(sum).isBetween(1 - last, 1.0 + 1e-6);
  }

  @Test
  void withoutNamesClassesHaveTheirNumbersAlone() throws IOException {
    predict("unnamed");
    for (JsonElement image :
        JsonParser.parseString(Files.readString(root.resolve("unnamed/predictions.json")))
            .getAsJsonArray()) {
      for (JsonElement entry : image.getAsJsonObject().getAsJsonArray("top")) {
        assertThat(entry.getAsJsonObject().get("name").getAsString()).isEmpty();
      }
    }
  }

  @Test
  void anotherModelsNamesAreRefused() throws IOException {
    Path names = Files.writeString(root.resolve("five.txt"), "ant\nbee\ncat\ndog\neel\n\n");
    CommandRun.fails(
        3,
        List.of("five.txt: 5 names", "6 classes"),
        "predict",
        export.toString(),
        "--images=" + images,
        "--out=" + root.resolve("five"),
        "--classes=" + names);
    assertThat(root.resolve("five")).doesNotExist();
  }

  @Test
  void aFolderWithoutAnImageThatCanBeReadIsAnError() throws IOException {
    Path bad = Files.createDirectories(root.resolve("bad"));
    Files.writeString(bad.resolve("a.jpg"), "no image");
    CommandRun.fails(
        3,
        List.of("None of the images in " + bad + " can be done", "a.jpg: cannot be decoded"),
        "predict",
        export.toString(),
        "--images=" + bad,
        "--out=" + root.resolve("nothing"));
    assertThat(root.resolve("nothing")).doesNotExist();
  }

  @Test
  void predictionsDoNotGoIntoAModel() {
    Path inside = export.resolve("maps");
    CommandRun.fails(
        2,
        List.of(export + " is a SavedModel", "Take another --out"),
        "predict",
        export.toString(),
        "--images=" + images,
        "--out=" + inside);
    assertThat(inside).doesNotExist();
  }
}
