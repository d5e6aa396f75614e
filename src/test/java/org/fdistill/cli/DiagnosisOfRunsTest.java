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
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.fdistill.diagnose.Diagnosis;
import org.fdistill.diagnose.DiagnosisRequest;
import org.fdistill.diagnose.Images;
import org.fdistill.diagnose.LandscapeOptions;
import org.fdistill.diagnose.Subjects;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.NoiseSource;
import org.fdistill.train.StopRequest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Diagnoses of what a run leaves: its checkpoint and its export. */
@Tag("slow")
class DiagnosisOfRunsTest {
  private static final int POINTS = 3;

  @TempDir static Path root;

  private static Path run;

  @BeforeAll
  static void train() {
    run = root.resolve("run");
    CommandRun.done("train", TinyConfigs.classify(root), "--workdir", run.toString());
  }

  /** The run's validation images, in the batches of its validation. */
  private static DiagnosisRequest request(Path out) {
    DataConfig data =
        DataConfig.newBuilder()
            .setNoise(NoiseSource.newBuilder().setExamples(12).setClasses(4))
            .setImageSize(16)
            .build();
    return new DiagnosisRequest(
        List.of(
            Subjects.open("checkpoint", run, "last").get(0),
            Subjects.open("export", run.resolve("export"), "last").get(0)),
        Images.open(data, 12, 8),
        Set.copyOf(Diagnosis.measures()),
        null,
        new LandscapeOptions(0.5, POINTS, 2, 100),
        out);
  }

  private static JsonObject results(Path out) throws IOException {
    return JsonParser.parseString(Files.readString(out.resolve("diagnostics.json")))
        .getAsJsonObject();
  }

  /** Asks for a stop once so many images of a step are done. */
  private static Diagnosis.Listener stopping(StopRequest stop, String step, long images) {
    return new Diagnosis.Listener() {
      private String now = "";

      @Override
      public void begins(String what, long count) {
        now = what;
      }

      @Override
      public void done(long count) {
        if (now.equals(step) && count >= images) {
          stop.request("TERM");
        }
      }
    };
  }

  private static boolean diagnose(Path out, String step, long images) {
    StopRequest stop = new StopRequest();
    return new Diagnosis(request(out), stop, stopping(stop, step, images)).run();
  }

  private static JsonObject measure(JsonObject results, int model, String name) {
    JsonElement entry = results.getAsJsonArray("models").get(model);
    return entry.getAsJsonObject().getAsJsonObject("measures").getAsJsonObject(name);
  }

  @Test
  void theLandscapesCentreIsTheEvaluatedLoss() throws IOException {
    Path out = root.resolve("whole");
    assertThat(diagnose(out, "", 0)).isTrue();
    JsonObject results = results(out);
    JsonObject landscape = measure(results, 0, "landscape");
    assertThat(numbers(landscape, "distances")).containsExactly(-0.5, 0, 0.5);
    double loss =
        JsonParser.parseString(Files.readString(run.resolve("summary.json")))
            .getAsJsonObject()
            .get("validation_loss")
            .getAsDouble();
    double origin = landscape.getAsJsonObject("origin").get("loss").getAsDouble();
    // The same kernels on the same batches; nine digits are written.
    assertThat(origin).isCloseTo(loss, Assertions.within(1e-8));
    JsonArray directions = landscape.getAsJsonArray("directions");
    assertThat(directions).hasSize(2);
    for (JsonElement direction : directions) {
      double[] curve = numbers(direction.getAsJsonObject(), "loss");
      assertThat(curve[1]).isEqualTo(origin);
      assertThat(curve[0]).isNotEqualTo(origin).isNotEqualTo(curve[2]);
    }
    assertThat(directions.get(0)).isNotEqualTo(directions.get(1));
    assertThat(results.getAsJsonObject("left_out").size()).isZero();
  }

  private static double[] numbers(JsonObject object, String name) {
    return object.getAsJsonArray(name).asList().stream()
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }

  /** Up to the order in which TensorFlow multiplies: two graphs of the same network. */
  @Test
  void anExportShowsWhatItsCheckpointShows() throws IOException {
    Path out = root.resolve("same");
    assertThat(diagnose(out, "", 0)).isTrue();
    JsonObject results = results(out);
    for (String kind : List.of("column", "row", "flattened")) {
      double[] one = numbers(measure(results, 0, "head_similarity"), kind);
      double[] other = numbers(measure(results, 1, "head_similarity"), kind);
      assertThat(one).containsExactly(other, Assertions.within(1e-6));
    }
    JsonArray cka = results.getAsJsonObject("cka").getAsJsonArray("values");
    assertThat(cka.get(0).getAsJsonArray().get(1).getAsDouble())
        .isCloseTo(1, Assertions.within(1e-6));
    assertThat(measure(results, 0, "landscape")).isEqualTo(measure(results, 1, "landscape"));
  }

  /** Whatever step it is stopped in, a second start ends with the same bits. */
  @Test
  void aStoppedDiagnosisGoesOn() throws IOException {
    Path whole = root.resolve("at-once");
    assertThat(diagnose(whole, "", 0)).isTrue();
    Path parts = root.resolve("in-parts");
    assertThat(diagnose(parts, "checkpoint", 8)).isFalse();
    assertThat(parts.resolve("unfinished/checkpoint/place.json")).exists();
    assertThat(diagnose(parts, "export", 8)).isFalse();
    assertThat(measure(results(parts), 0, "feature_rank").has("effective")).isTrue();
    assertThat(diagnose(parts, "cka", 8)).isFalse();
    // One direction of three points and the origin, and a point of the next: 12 images each.
    assertThat(diagnose(parts, "checkpoint: landscape", 12 * 5)).isFalse();
    assertThat(measure(results(parts), 0, "landscape").getAsJsonArray("directions")).hasSize(1);
    assertThat(diagnose(parts, "", 0)).isTrue();
    assertThat(results(parts)).isEqualTo(results(whole));
    assertThat(parts.resolve("unfinished")).doesNotExist();
  }
}
