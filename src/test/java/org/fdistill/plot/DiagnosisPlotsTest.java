package org.fdistill.plot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnosisPlotsTest {
  private static final String MODEL =
      """
      {"label": "NAME", "measures": {
        "attention_distance": {"plain": [[10, 20], [30, 45.5]]},
        "head_similarity": {"column": [0.1, 0.9], "row": [0.2, 0.8], "flattened": [0.3, null]},
        "attention_maps": {"maps": [[[0.5, 0.5], [0.2, 0.8]], [[1, 0], [0, 1]]]},
        "feature_rank": {"effective": [3.5, 7], "numerical": [8, 8]},
        "landscape": {"distances": [-1, 0, 1], "origin": {"loss": 1, "top1": 0.5},
          "directions": [{"seed": 0, "loss": [2, 1, null], "top1": [0.1, 0.5, 0.2]}]}}}
      """;

  @TempDir private Path folder;

  private static JsonObject results(String... models) {
    String entries = String.join(",", models);
    return JsonParser.parseString("{\"models\": [" + entries + "]}").getAsJsonObject();
  }

  private static BufferedImage read(Path file) throws IOException {
    return ImageIO.read(file.toFile());
  }

  private static int colours(BufferedImage image) {
    Set<Integer> found = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        found.add(image.getRGB(x, y));
      }
    }
    return found.size();
  }

  @Test
  void modelsStandSideBySideAndNoPictureIsBlank() throws IOException {
    JsonObject results = results(MODEL.replace("NAME", "before"), MODEL.replace("NAME", "after"));
    results.add(
        "cka",
        JsonParser.parseString(
            "{\"models\": [\"before\", \"after\"], \"layers\": [1, 1],"
                + " \"values\": [[1, 0.4], [0.4, 1]]}"));
    List<String> names = new DiagnosisPlots(results).write(folder);
    assertThat(names)
        .containsExactly(
            "attention_distance.png",
            "head_similarity.png",
            "attention_maps.png",
            "feature_rank.png",
            "cka.png",
            "landscape.png");
    for (String name : names) {
      assertThat(colours(read(folder.resolve(name)))).as(name).isGreaterThan(10);
    }
    BufferedImage distance = read(folder.resolve("attention_distance.png"));
    assertThat(distance.getWidth()).isEqualTo(2 * 520);
    assertThat(distance.getHeight()).isEqualTo(400);
    // Loss and accuracy above each other.
    assertThat(read(folder.resolve("landscape.png")).getHeight()).isEqualTo(2 * 400);
  }

  @Test
  void theLegendOfManyDirectionsIsNotCutOff() throws IOException {
    JsonObject results = results(MODEL);
    JsonArray directions =
        results
            .getAsJsonArray("models")
            .get(0)
            .getAsJsonObject()
            .getAsJsonObject("measures")
            .getAsJsonObject("landscape")
            .getAsJsonArray("directions");
    for (int seed = 1; seed < 8; seed++) {
      JsonObject more = directions.get(0).deepCopy().getAsJsonObject();
      more.addProperty("seed", seed);
      directions.add(more);
    }
    new DiagnosisPlots(results).write(folder);
    BufferedImage landscape = read(folder.resolve("landscape.png"));
    int right = landscape.getWidth() - 1;
    for (int y = 0; y < landscape.getHeight(); y++) {
      assertThat(landscape.getRGB(right, y)).as("row %d", y).isEqualTo(0xffffffff);
    }
  }

  @Test
  void whatWasNotMeasuredIsNotDrawn() throws IOException {
    JsonObject results = results("{\"label\": \"a\", \"measures\": {}}");
    assertThat(new DiagnosisPlots(results).write(folder)).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void scalesEndAtNumbersOfTwoDigits() {
    assertThat(HeatPlot.scaleEnd(0.148995)).isEqualTo(0.15);
    assertThat(HeatPlot.scaleEnd(0.15)).isEqualTo(0.15);
    assertThat(HeatPlot.scaleEnd(2.01)).isEqualTo(2.1);
  }
}
