package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fdistill.export.TrainedRuns;
import org.fdistill.files.Folders;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportAndInspectTest {
  @TempDir static Path run;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void train() {
    TrainedRuns.write(TrainedRuns.distilled(), run, 10, Map.of("loss", 0.2));
    TrainedRuns.write(TrainedRuns.distilled(), run, 20, Map.of("loss", 0.3));
  }

  @Test
  void anExportLiesInTheRunsFolderAndIsPrinted() {
    assertThat(run("export", run.toString())).isZero();
    assertThat(out.toString(UTF_8).strip()).isEqualTo(run.resolve("export/1").toString());
    assertThat(err.toString(UTF_8)).contains("step-20", "9,112 parameters", "Loaded back");

    out.reset();
    assertThat(run("inspect", run.resolve("export").toString())).isZero();
    assertThat(out.toString(UTF_8))
        .contains("written by  TensorFlow 2.18", "variables   9,112 numbers")
        .containsPattern("serving_default +in +images +float +\\[\\?, 28, 28, 3]")
        .containsPattern("image_bytes +out +tokens +float +\\[\\?, 17, 16]")
        .contains("prefix_tokens: 1", "CC BY 4.0");
  }

  @Tag("slow")
  @Test
  void otherImageSizesBecomeVersionsSideBySide(@TempDir Path model) throws IOException {
    String[] command = {
      "export", run.toString(), "--out", model.toString(), "--image-size=28", "--image-size=42"
    };
    String versions = model.resolve("1") + "\n" + model.resolve("2") + "\n";
    assertThat(run(command)).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo(versions);

    // As after a kill between the two; then as after one at the end.
    Folders.delete(model.resolve("2"));
    for (int i = 0; i < 2; i++) {
      out.reset();
      assertThat(run(command)).isZero();
      assertThat(out.toString(UTF_8)).isEqualTo(versions);
    }
    assertThat(model.resolve("3")).doesNotExist();

    out.reset();
    assertThat(run("inspect", model.resolve("2").toString())).isZero();
    assertThat(out.toString(UTF_8))
        .containsPattern("features +in +images +float +\\[\\?, 42, 42, 3]")
        .containsPattern("features +out +block_01 +float +\\[\\?, 6, 6, 16]");
  }

  @Test
  void aSizeThatTheNetworkCannotTakeLeavesNothingBehind(@TempDir Path model) {
    assertThat(
            run(
                "export",
                run.toString(),
                "--out",
                model.toString(),
                "--image-size",
                "28",
                "--image-size",
                "30"))
        .isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("--image-size 30 of tiny", "patch_size");
    assertThat(model).isEmptyDirectory();
  }

  @Test
  void aModelOfPythonIsInspected() {
    assertThat(run("inspect", Golden.resource("teachers/tf2-functions").toString())).isZero();
    assertThat(out.toString(UTF_8))
        .containsPattern("serving_default +in +images +float +\\[\\?, 32, 32, 3]")
        .contains("No teacher.txtpb beside it");
  }

  @Test
  void aRunIsInspectedAtAnyOfItsCheckpoints() {
    assertThat(run("inspect", run.toString(), "--checkpoint", "best")).isZero();
    assertThat(out.toString(UTF_8))
        .contains("step        10", "run         tiny", "validation  loss 0.2")
        .containsPattern("written by  fdistill \\S+, tensorflow 2\\.18")
        .containsPattern("student/cls_token +\\[1, 1, 16] +16")
        .containsPattern("projector +7")
        .containsPattern("student +9,112")
        .containsPattern("total +9,119");
  }

  @Test
  void anUnknownStepIsNamedWithThoseThereAre() {
    assertThat(run("export", run.toString(), "--checkpoint", "15")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("no checkpoint \"15\"", "[20, 10]");
  }

  @Test
  void aSingleCheckpointNeedsAPlaceForItsExport() {
    assertThat(run("export", run.resolve("checkpoints/step-10").toString())).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("say with --out");
  }

  @Test
  void aFileIsNoPlaceForAModelOrAFolderForAReport(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("notes.txt"), "mine");
    CommandRun.fails(
        2, List.of(file + ": this is a file"), "export", run.toString(), "--out=" + file);
    assertThat(file).content().isEqualTo("mine");
    CommandRun.fails(
        2,
        List.of("this is a folder", "--out " + folder.resolve("report.html")),
        "report",
        run.toString(),
        "--out=" + folder);
    assertThat(folder).isDirectoryContaining("glob:**/notes.txt");
  }

  @Test
  void aFolderWithoutAnyOfThemIsAnError(@TempDir Path empty) {
    assertThat(run("inspect", empty.toString())).isEqualTo(3);
    assertThat(err.toString(UTF_8))
        .contains("neither a model, a run, a checkpoint, a cache of features nor a file");
    assertThat(run("export", empty.toString())).isEqualTo(3);
    assertThat(err.toString(UTF_8)).contains("no checkpoint in it");
  }

  private int run(String... words) {
    Console console =
        new Console(
            new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false, Map.of());
    return new Main(List.of(new ExportCommand(), new InspectCommand()), console)
        .run(List.of(words));
  }
}
