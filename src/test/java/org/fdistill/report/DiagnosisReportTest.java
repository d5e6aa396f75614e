package org.fdistill.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnosisReportTest {
  private static final String MODEL =
      """
      {"label":"%s","origin":"somewhere","identity":"1","image_size":48,"layers":[],
       "measures":%s,"left_out":{%s}}\
      """;
  private static final String MEASURES =
      """
      {"attention_distance":{"unit":"pixels","plain":[[10,20],[30,40]],
        "renormalised":[[11,21],[31,41]]},
       "head_similarity":{"column":[0.5,0.25],"row":[0.5,null],"flattened":[0.5,0.25]},
       "attention_maps":{"r2_relative":[0.1,0.2],"r2_column":[0.3,0.4],
        "maps":[[[0.5,0.5],[0,1]],[[1,0],[0,1]]]},
       "feature_rank":{"effective":[3,4],"numerical":[4,4],"width":[4,4]}}\
      """;

  @TempDir Path folder;

  @Test
  void modelsStandBesideEachOther() throws IOException {
    write(MODEL.formatted("before", MEASURES, "") + "," + MODEL.formatted("after", MEASURES, ""));
    String page = DiagnosisReport.of(folder);
    assertThat(page)
        .contains("<h3>Attention distance by head, pixels</h3>", "Effective rank of the features")
        .contains("<th scope=\"row\">after, layer 2</th><td class=\"number\">35</td>")
        .contains("alt=\"Attention map of before, layer 1: 2 by 2 patches, the largest weight 1\"");
    assertThat(page.split("data:image/png", -1)).hasSize(1 + 4);
    // Heads of layer 1 about 1, the first model's on the left.
    assertThat(page)
        .contains("\"x\":[0.79,0.91,1.79,1.91],\"y\":[10,20,30,40]")
        .contains("\"x\":[1.09,1.21,2.09,2.21],\"y\":[10,20,30,40]");
  }

  @Test
  void landscapesAreMeansAndLayersAreCompared() throws IOException {
    String landscape =
        """
        {"landscape":{"distances":[-0.5,0,0.5],"origin":{"loss":1},"directions":[
          {"seed":1,"loss":[4,1,2],"top1":[0,0.5,0.25]},{"seed":2,"loss":[2,1,4],"top1":[0,0.5,0.75]}]}}\
        """;
    write(MODEL.formatted("a", landscape, ""));
    Path results = folder.resolve("diagnostics.json");
    Files.writeString(
        results,
        Files.readString(results)
            .replaceFirst(
                "}$",
                ",\"cka\":{\"models\":[\"a\"],\"layers\":[2],\"values\":[[1,0.25],[0.25,1]]}}"));
    assertThat(DiagnosisReport.of(folder))
        .contains("<h3>Loss along random directions, mean</h3>")
        .contains("\"x\":[-0.5,0,0.5],\"y\":[3,1,3]", "\"y\":[0,0.5,0.5]")
        .contains("3 values from distance -0.5000 to 0.5000")
        .contains(
            "<td class=\"number\">0.2500</td>", "rows and columns from a, layer 1 to a, layer 2");
  }

  /** Swin beside ViT, a model without attention: each shows what it has. */
  @Test
  void whatAModelLacksIsSaid() throws IOException {
    write(
        MODEL.formatted("convnet", "{}", "\"attention_distance\":\"no <attention> found\"")
            + ","
            + MODEL.formatted("vit", MEASURES, ""));
    assertThat(DiagnosisReport.of(folder))
        .contains("Attention distance: no &lt;attention&gt; found")
        .contains("vit, mean")
        .doesNotContain("convnet, mean");
  }

  @Test
  void withoutAnyMeasureThereAreNoPlots() throws IOException {
    write(MODEL.formatted("convnet", "{}", ""));
    assertThat(DiagnosisReport.of(folder))
        .contains("<td>somewhere</td>")
        .doesNotContain("data-plot=", "Layer by layer", "Attention maps");
  }

  @Test
  void damagedResultsAreAUsersError() throws IOException {
    Files.writeString(folder.resolve("diagnostics.json"), "{\"models\":[");
    assertThatThrownBy(() -> DiagnosisReport.of(folder))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no whole file of results");
  }

  @Test
  void theScaleOfAHeatMapRunsFromDarkToLight() {
    List<Integer> colours =
        List.of(HeatMap.colour(0), HeatMap.colour(0.3), HeatMap.colour(0.7), HeatMap.colour(1));
    assertThat(colours.stream().map(DiagnosisReportTest::brightness).toList()).isSorted();
    assertThat(HeatMap.colour(-1)).isEqualTo(HeatMap.colour(0));
    assertThat(HeatMap.colour(2)).isEqualTo(HeatMap.colour(1));
    assertThat(HeatMap.colour(Double.NaN)).isEqualTo(HeatMap.colour(0));
  }

  private static int brightness(int colour) {
    return (colour >> 16) + (colour >> 8 & 0xff) + (colour & 0xff);
  }

  private void write(String models) throws IOException {
    Files.writeString(
        folder.resolve("diagnostics.json"),
        "{\"format\":1,\"data\":{\"images\":2,\"of\":10},\"attention_pattern\":\"\",\"models\":["
            + models
            + "],\"left_out\":{}}");
  }
}
