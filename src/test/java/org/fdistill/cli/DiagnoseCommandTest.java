package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.fdistill.data.Examples;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DiagnoseCommandTest {
  private static final String TEACHER = "savedmodels/tiny-teacher";

  @TempDir static Path root;

  private static String images;

  @BeforeAll
  static void draw() throws IOException {
    images = Examples.flatFolder(root.resolve("images"), 10).toString();
  }

  private static JsonObject diagnosed(Path out, String... words) throws IOException {
    String[] all = new String[words.length + 5];
    List.of("diagnose", "--data", images, "--out", out.toString()).toArray(all);
    System.arraycopy(words, 0, all, 5, words.length);
    CommandRun.done(all);
    return JsonParser.parseString(Files.readString(out.resolve("diagnostics.json")))
        .getAsJsonObject();
  }

  private static JsonObject model(JsonObject results, int number) {
    return results.getAsJsonArray("models").get(number).getAsJsonObject();
  }

  private static JsonObject measure(JsonObject results, int number, String name) {
    return model(results, number).getAsJsonObject("measures").getAsJsonObject(name);
  }

  @Test
  void aDiagnosisHasEveryLayerAndHeadOfEveryModel() throws IOException {
    JsonObject results =
        diagnosed(root.resolve("two"), "--model", "a=" + TEACHER, "--model", TEACHER);
    assertThat(model(results, 0).get("label").getAsString()).isEqualTo("a");
    assertThat(model(results, 1).get("label").getAsString()).isEqualTo("tiny-teacher");
    JsonObject distance = measure(results, 0, "attention_distance");
    assertThat(distance.getAsJsonArray("plain")).hasSize(4);
    assertThat(distance.getAsJsonArray("plain").get(0).getAsJsonArray()).hasSize(4);
    assertThat(distance.get("images").getAsInt()).isEqualTo(10);
    JsonElement layer = model(results, 0).getAsJsonArray("layers").get(0);
    assertThat(layer.getAsJsonObject().get("patch").getAsDouble()).isEqualTo(8);
    // The same model twice on the same images: the same bits.
    assertThat(model(results, 0).get("measures")).isEqualTo(model(results, 1).get("measures"));
  }

  /** There is no config here that could allow them. */
  @Test
  void imagesThatCannotBeReadAreLeftOutAndNamed() throws IOException {
    Path some = Examples.flatFolder(root.resolve("some"), 4);
    Path broken = Files.writeString(some.resolve("broken.jpg"), "this is no picture");
    Path out = root.resolve("broken");
    CommandRun run =
        CommandRun.done(
            "diagnose",
            "--data=" + some,
            "--out=" + out,
            "--model=" + TEACHER,
            "--measures=feature_rank");
    Path names = out.resolve("unreadable-images.txt");
    assertThat(run.err()).contains("left out", names.toString());
    assertThat(names).content().containsOnlyOnce(broken.toString());
    assertThat(Files.readString(out.resolve("diagnostics.json"))).contains("\"images\":4}");
  }

  @Test
  void whatCouldNotBeMeasuredIsTold() {
    CommandRun run =
        CommandRun.done(
            "diagnose",
            "--data=" + images,
            "--out=" + root.resolve("left-out"),
            "--model=teacher=" + TEACHER,
            "--measures=cka,landscape",
            "--batch=2");
    assertThat(run.err()).contains("teacher: no landscape: ", "no cka: it takes batches of");
  }

  /** Batches of other sizes add up to the same, up to the rounding of float32 in each. */
  @Test
  void theBatchDoesNotMatter() throws IOException {
    JsonObject at3 = diagnosed(root.resolve("at3"), "--model", TEACHER, "--batch", "3");
    JsonObject at10 = diagnosed(root.resolve("at10"), "--model", TEACHER);
    for (String measure : List.of("attention_distance/plain", "head_similarity/row")) {
      String[] path = measure.split("/", 2);
      double[] one = numbers(measure(at3, 0, path[0]).get(path[1]));
      double[] other = numbers(measure(at10, 0, path[0]).get(path[1]));
      for (int i = 0; i < one.length; i++) {
        assertThat(one[i]).as(measure).isCloseTo(other[i], Offset.offset(2e-5));
      }
    }
  }

  private static double[] numbers(JsonElement element) {
    return element.isJsonArray()
        ? element.getAsJsonArray().asList().stream()
            .flatMapToDouble(e -> Arrays.stream(numbers(e)))
            .toArray()
        : new double[] {element.getAsDouble()};
  }

  @Test
  void whatIsThereIsNotMeasuredAgain() throws IOException {
    Path out = root.resolve("again");
    diagnosed(out, "--model", TEACHER, "--measures", "attention_distance");
    Path file = out.resolve("diagnostics.json");
    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    diagnosed(out, "--model", TEACHER, "--measures", "attention_distance");
    assertThat(Files.getLastModifiedTime(file).toMillis()).isZero();
    JsonObject more = diagnosed(out, "--model", TEACHER, "--measures", "head_similarity");
    assertThat(model(more, 0).getAsJsonObject("measures").keySet())
        .containsExactly("attention_distance", "head_similarity");
  }

  @Test
  void resultsOfOtherImagesAreNotMixed() throws IOException {
    Path out = root.resolve("mixed");
    diagnosed(out, "--model", TEACHER, "--measures", "head_similarity");
    CommandRun.fails(
        2,
        List.of("holds a diagnosis with another data", "Name another --out"),
        "diagnose",
        "--data",
        images,
        "--out",
        out.toString(),
        "--model",
        TEACHER,
        "--images",
        "4");
  }

  @Test
  void aModelWithoutAttentionSaysSo() throws IOException {
    Path plain = Golden.resource("teachers/tf2-functions");
    JsonObject results = diagnosed(root.resolve("plain"), "--model", plain.toString());
    assertThat(model(results, 0).getAsJsonObject("measures").size()).isZero();
    assertThat(
            model(results, 0).getAsJsonObject("left_out").get("attention_distance").getAsString())
        .contains("no attention found");
  }

  @Test
  void oneImageIsEnough() throws IOException {
    JsonObject results =
        diagnosed(root.resolve("one"), "--model", TEACHER, "--images", "1", "--batch", "1");
    assertThat(measure(results, 0, "attention_distance").get("images").getAsInt()).isEqualTo(1);
  }

  @Test
  void mistakesAreNamed() throws IOException {
    Path none = Files.createDirectories(root.resolve("none"));
    CommandRun.fails(
        2, List.of("--model", "is missing"), "diagnose", "--data", images, "--out", "x");
    CommandRun.fails(
        2, List.of("--model [NAME=]PATH, --data DATA and --out DIR are missing."), "diagnose");
    CommandRun.fails(
        2,
        List.of("none: results would take the place of what is read there", "--out"),
        "diagnose",
        "--model",
        TEACHER,
        "--data",
        none.toString(),
        "--out",
        none + "/../none");
    CommandRun.fails(
        2,
        List.of(TEACHER + " is a SavedModel", "Take another --out"),
        "diagnose",
        "--model",
        TEACHER,
        "--data",
        images,
        "--out",
        TEACHER + "/looks");
    CommandRun.fails(
        2,
        List.of("--model tä=" + none + ": 'tä' is no name.", "letters a to z", "before="),
        "diagnose",
        "--model",
        "tä=" + none,
        "--data",
        images,
        "--out",
        root.resolve("no-name").toString());
    CommandRun.fails(
        3,
        List.of(none.toString()),
        "diagnose",
        "--model",
        TEACHER,
        "--data",
        none.toString(),
        "--out",
        root.resolve("no-images").toString());
    CommandRun.fails(
        2,
        List.of("--measures has no looks", "attention_distance"),
        "diagnose",
        "--model",
        TEACHER,
        "--data",
        images,
        "--out",
        root.resolve("no-measure").toString(),
        "--measures",
        "looks");
  }
}
