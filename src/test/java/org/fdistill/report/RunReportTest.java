package org.fdistill.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {
  private static final String HOSTILE = "</script><img src=x onerror=alert(1)>\"'&<!--";
  private static final String CONFIG =
      """
      name: "%s"
      %s
      model { vit { image_size: 16 patch_size: 8 width: 8 depth: 1 heads: 2 } }
      train_data { noise { examples: 16 } batch_size: 8 }
      schedule { length { steps: 40 } learning_rate: %s }
      """;

  @TempDir Path root;

  @Test
  void aFinishedRunShowsFiguresCurvesAndConfig() throws IOException {
    Path run = run("a", "classify { classes: 4 }", "1e-3");
    String page = RunReport.of(List.of(run));
    assertThat(page)
        .startsWith("<!DOCTYPE html>")
        .contains(
            "<h1>a</h1>", "classify \u00b7 finished \u00b7 step 40 \u00b7 trained for 1 min 05 s")
        .contains("<th scope=\"row\">Validation top-1</th><td class=\"number\">0.7500</td>")
        .contains("<h3>Loss</h3>", "Values as a table")
        .contains("training: 2 values from step 20 to 40, the first 0.5000, the last 0.2500")
        .contains("<th scope=\"row\">schedule.learning_rate</th><td>0.001</td>")
        .contains("<tr class=\"changed\"><th scope=\"row\">classify.classes</th>");
    JsonArray plots = plots(page);
    assertThat(plots.get(0).getAsJsonObject().toString())
        .isEqualTo(
            """
            {"title":"Loss","x":"step","group":"steps","lines":[{"label":"training","colour":0,\
            "look":"solid","x":[20,40],"y":[0.5,0.25]}]}\
            """);
  }

  /** A value that was validated once stands in the table: one point is no curve. */
  @Test
  void oneValueIsNoCurve() throws IOException {
    String page = RunReport.of(List.of(run("a", "classify { classes: 4 }", "1e-3")));
    assertThat(page).doesNotContain("<h3>Top-1</h3>");
  }

  @Test
  void namesAreTextWhereverTheyStand() throws IOException {
    Path run = run("a", "classify { classes: 4 }", "1e-3");
    Files.writeString(
        run.resolve("metrics.jsonl"),
        "{\"step\":1,\""
            + HOSTILE.replace("\"", "\\\"")
            + "\":1}\n"
            + "{\"step\":2,\""
            + HOSTILE.replace("\"", "\\\"")
            + "\":2}\n");
    Files.writeString(
        run.resolve("validation-classes.json"),
        "{\"classes\":[{\"class\":0,\"name\":\""
            + HOSTILE.replace("\"", "\\\"")
            + "\",\"iou\":null,\"accuracy\":0.5,\"pixels\":3}]}");
    Files.writeString(run.resolve("run.log"), HOSTILE);
    Path samples = Files.createDirectories(run.resolve("samples"));
    Files.writeString(root.resolve("secret.png"), "secret");
    Files.writeString(
        samples.resolve("training.json"),
        "{\"images\":[{\"name\":\""
            + HOSTILE.replace("\"", "\\\"")
            + "\",\"image\":\"../../secret.png\"}],\"classes\":[{\"number\":1,\"name\":\"<b>\"}]}");
    String page = RunReport.of(List.of(run));
    assertThat(page).doesNotContain("<img src=x").doesNotContain("c2VjcmV0").doesNotContain("<b>");
    assertThat(page).contains("&lt;img src=x onerror=alert(1)&gt;");
    // Its own elements alone: the points, the library, the script.
    assertThat(Pattern.compile("</script").matcher(page).results().count()).isEqualTo(3);
    assertThat(plots(page).get(0).getAsJsonObject().get("title").getAsString())
        .contains("<img src=x");
  }

  @Test
  void aPageLoadsNothingAndRunsItsOwnScriptsAlone() throws IOException {
    String page = RunReport.of(List.of(run("a", "classify { classes: 4 }", "1e-3")));
    assertThat(page)
        .contains("default-src &#39;none&#39;".replace("&#39;", "'"))
        .containsPattern("script-src 'sha256-[^']+' 'sha256-[^']+';")
        .doesNotContain("<link", " style=\"", "@import", "url(");
    assertThat(page).doesNotContainPattern("(src|href)=\"(?!data:|#)");
  }

  @Test
  void runsAreComparedByTask() throws IOException {
    Path a = run("a", "classify { classes: 4 }", "1e-3");
    Path b = run("b", "classify { classes: 4 }", "2e-3");
    Path c = run("c", "probe { classes: 4 }", "1e-3");
    String page = RunReport.of(List.of(a, b, c, a));
    assertThat(page)
        .contains("Comparison of 3 runs", "Classify, 2 runs", "Probe, 1 run")
        .contains("<th scope=\"row\">schedule.learning_rate</th><td>0.001</td><td>0.002</td></tr>")
        .doesNotContain("<th scope=\"row\">train_data.batch_size</th><td>8</td><td>8</td></tr>");
    assertThat(plots(page)).hasSize(2);
    assertThat(plots(page).get(0).getAsJsonObject().getAsJsonArray("lines")).hasSize(2);
  }

  @Test
  void runsOfOneNameAreToldApartByTheirFolders() throws IOException {
    Path a = run("x", "classify { classes: 4 }", "1e-3");
    Path first = Files.move(a, Files.createDirectories(root.resolve("one")).resolve("x"));
    Path b = run("x", "classify { classes: 4 }", "1e-3");
    Path second = Files.move(b, Files.createDirectories(root.resolve("two")).resolve("x"));
    assertThat(RunReport.of(List.of(first, second)))
        .contains("<th scope=\"row\">one/x</th>", "<th scope=\"row\">two/x</th>")
        .contains("Their configs are the same in every field.");
  }

  @Test
  void aRunThatWasKilledShowsHowFarItCame() throws IOException {
    Path run = run("a", "classify { classes: 4 }", "1e-3");
    Files.delete(run.resolve("summary.json"));
    Files.writeString(
        run.resolve("metrics.jsonl"),
        "{\"step\":20,\"loss\":0.5}\n{\"step\":30,\"loss\":0.4}\n{\"ste");
    assertThat(RunReport.of(List.of(run)))
        .contains("classify \u00b7 not finished \u00b7 step 30 of 40")
        .contains("a: 1 line of its metrics.jsonl is damaged or cut short and left out.")
        .contains("<th scope=\"row\">Loss</th><td class=\"number\">0.4000</td>");
  }

  @Test
  void aRunWithoutStepsSaysSo() throws IOException {
    Path run = run("a", "classify { classes: 4 }", "1e-3");
    Files.delete(run.resolve("summary.json"));
    Files.delete(run.resolve("metrics.jsonl"));
    assertThat(RunReport.of(List.of(run)))
        .contains("nothing logged yet", "Nothing is logged of which a curve could be drawn.");
  }

  @Test
  void aConfigThatCannotBeReadCostsItsTableAlone() throws IOException {
    Path run = run("a", "classify { classes: 4 }", "1e-3");
    Files.writeString(run.resolve("config.txtpb"), "nonsense: 1");
    assertThat(RunReport.of(List.of(run)))
        .contains("config.txtpb is missing or cannot be read", "<h3>Loss</h3>", "<h1>a</h1>");
  }

  @Test
  void aFolderThatIsNoRunsIsRefused() throws IOException {
    Path empty = Files.createDirectories(root.resolve("empty"));
    assertThatThrownBy(() -> RunReport.of(List.of(empty)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("this folder is no run's")
        .hasMessageContaining("--workdir");
    assertThatThrownBy(() -> RunReport.of(List.of(root.resolve("nowhere"))))
        .hasMessageContaining("there is no such folder");
    Path file = Files.writeString(root.resolve("file"), "");
    assertThatThrownBy(() -> RunReport.of(List.of(file))).hasMessageContaining("this is a file");
  }

  @Test
  void aPageThatCannotBeWrittenIsAUsersError() throws IOException {
    Path run = run("a", "classify { classes: 4 }", "1e-3");
    assertThatThrownBy(() -> RunReport.write(List.of(run), root.resolve("no/report.html")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the report cannot be written");
  }

  /** The points of the page's plots, as its script reads them. */
  private static JsonArray plots(String page) {
    Matcher data =
        Pattern.compile("<script type=\"application/json\" id=\"plots\">(.*?)</script>")
            .matcher(page);
    assertThat(data.find()).isTrue();
    return JsonParser.parseString(data.group(1)).getAsJsonArray();
  }

  private Path run(String name, String task, String rate) throws IOException {
    Path run = Files.createDirectories(root.resolve(name));
    Files.writeString(run.resolve("config.txtpb"), CONFIG.formatted(name, task, rate));
    Files.writeString(
        run.resolve("metrics.jsonl"),
        """
        {"step":20,"epoch":10,"loss":0.5}
        {"step":40,"epoch":20,"loss":0.25}
        {"step":40,"epoch":20,"validation_top1":0.75}
        """);
    Files.writeString(
        run.resolve("summary.json"),
        "{\"name\":\"a\",\"step\":40,\"seconds\":65,\"validation_top1\":0.75}");
    return run;
  }
}
