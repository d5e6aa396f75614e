package org.fdistill.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.config.UserError;
import org.fdistill.diagnose.Diagnosis;
import org.fdistill.diagnose.DiagnosisRequest;
import org.fdistill.diagnose.Images;
import org.fdistill.diagnose.LandscapeOptions;
import org.fdistill.diagnose.Subject;
import org.fdistill.diagnose.Subjects;
import org.fdistill.files.FileTrouble;
import org.fdistill.plot.DiagnosisPlots;
import org.fdistill.proto.DataConfig;
import org.fdistill.report.DiagnosisReport;
import org.fdistill.train.StopRequest;

/** {@code fdistill diagnose}: what is inside of models, side by side. */
final class DiagnoseCommand implements Command {
  private static final String STOPPING =
      "Stopping after this batch; what is done is kept. Again to stop at once.";

  private static final OptionSpec MODEL =
      new OptionSpec(
          "model",
          "[NAME=]PATH",
          "A run's folder (of several students all are shown), a checkpoint's, an export, an import"
              + " or another SavedModel of images, and its name in plots. Repeatable; the first is"
              + " the one before. Required.",
          "",
          true);
  private static final OptionSpec DATA =
      OptionSpec.value(
          "data",
          "DATA",
          "Images: a folder, or TFRecord files as a path or a quoted glob pattern. Required.");
  private static final OptionSpec OUT =
      OptionSpec.value(
          "out",
          "DIR",
          "Where the results go. A diagnosis of the same images that it holds goes on, and its"
              + " models stay in the pictures. Required.");
  private static final OptionSpec CHECKPOINT =
      OptionSpec.value("checkpoint", "WHICH", "Which of a run's checkpoints: last, best or a step.")
          .orElse(CheckpointChoice.LAST);
  private static final OptionSpec IMAGES =
      OptionSpec.value("images", "N", "Images at most; of more, a random sample.").orElse("1024");
  private static final OptionSpec BATCH =
      OptionSpec.value("batch", "N", "Images at a time.").orElse("32");
  private static final OptionSpec MEASURES =
      OptionSpec.value(
          "measures",
          "LIST",
          "Some of the measures alone, by commas: "
              + String.join(", ", Diagnosis.measures())
              + ". Default: all.");
  private static final OptionSpec ATTENTION =
      OptionSpec.value(
          "attention",
          "REGEX",
          "Names the nodes of a graph that give attention weights, [..., heads, queries, keys], in"
              + " models where any matches. Default: they are found.");

  private static final OptionSpec RANGE =
      OptionSpec.value(
              "range",
              "R",
              "Landscape: distances from -R to R along a direction as long as the weights.")
          .orElse("1");
  private static final OptionSpec POINTS =
      OptionSpec.value("points", "N", "Landscape: points of a curve.").orElse("21");
  private static final OptionSpec DIRECTIONS =
      OptionSpec.value("directions", "N", "Landscape: random directions, one curve each.")
          .orElse("5");
  private static final OptionSpec LANDSCAPE_IMAGES =
      OptionSpec.value("landscape-images", "N", "Landscape: images of each point, at most.")
          .orElse("256");

  @Override
  public String name() {
    return "diagnose";
  }

  @Override
  public String summary() {
    return "attention, features and loss landscapes of models, side by side";
  }

  @Override
  public String description() {
    return "Looks into models on the same images, each at its own size and normalisation: average"
        + " attention distance of each head, cosine similarity of heads, average attention"
        + " maps, feature rank, linear CKA between all blocks of all models, and of"
        + " classifiers that a run trained the landscape of loss and accuracy. Attention is"
        + " found in a SavedModel's graph, whoever exported it: a softmax between two"
        + " products. Measures that a model does not allow are left out with the reason."
        + " Every number goes to DIR/diagnostics.json, pictures to DIR/*.png, both to"
        + " DIR/report.html. Ctrl-C keeps what is done, and the same command goes on from"
        + " there.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of();
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        MODEL,
        DATA,
        OUT,
        CHECKPOINT,
        IMAGES,
        BATCH,
        MEASURES,
        ATTENTION,
        RANGE,
        POINTS,
        DIRECTIONS,
        LANDSCAPE_IMAGES);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "diagnose --model before=savedmodels/dino --model after=runs/a --data photos --out looks",
        "diagnose --model runs/a/export --model runs/b --data 'data/val-*' --images 5000 --out ab");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    options.require(MODEL, DATA, OUT);
    Path out = options.path(OUT);
    OutputFolder.requireApart(Path.of(options.text(DATA)), out);
    OutputFolder.requireOutsideOfModels(out, "--out");
    DiagnosisRequest request =
        new DiagnosisRequest(
            subjects(options),
            images(options),
            measures(options),
            pattern(options),
            landscape(options),
            out);
    StopRequest stop = new StopRequest();
    boolean complete;
    try (DiagnosisProgress progress = new DiagnosisProgress(console);
        StopRequest.Signals signals =
            stop.onSignals(() -> console.note(STOPPING), ProcessEnd::now)) {
      complete = new Diagnosis(request, stop, progress).run();
    }
    warnOfUnreadable(request, console);
    if (!complete) {
      throw new Stopped(stop.exitCode().orElse(UserError.Kind.RUN.exitCode()));
    }
    console.print("results   " + out.resolve(Diagnosis.RESULTS));
    JsonObject results = results(out);
    tellLeftOut(request, results, console);
    draw(results, out, console);
  }

  private static JsonObject results(Path out) {
    Path file = out.resolve(Diagnosis.RESULTS);
    try {
      return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN, "Cannot read " + file + ": " + FileTrouble.of(e).sentence(), e);
    }
  }

  /** The measures that were wanted and could not be had, each with its reason. */
  private static void tellLeftOut(DiagnosisRequest request, JsonObject results, Console console) {
    Set<String> labels =
        request.subjects().stream().map(Subject::label).collect(Collectors.toSet());
    for (JsonElement element : results.getAsJsonArray("models")) {
      JsonObject model = element.getAsJsonObject();
      String label = model.get("label").getAsString();
      if (labels.contains(label)) {
        tellLeftOut(label + ": ", request, model, console);
      }
    }
    tellLeftOut("", request, results, console);
  }

  private static void tellLeftOut(
      String of, DiagnosisRequest request, JsonObject results, Console console) {
    for (Map.Entry<String, JsonElement> entry : results.getAsJsonObject("left_out").entrySet()) {
      if (request.measures().contains(entry.getKey())) {
        console.note(of + "no " + entry.getKey() + ": " + entry.getValue().getAsString());
      }
    }
  }

  private static void warnOfUnreadable(DiagnosisRequest request, Console console) {
    Path names = request.unreadable();
    if (Files.exists(names)) {
      console.warn("images that cannot be read are left out; their names are in " + names);
    }
  }

  private static void draw(JsonObject results, Path out, Console console) {
    try {
      List<String> names = new DiagnosisPlots(results).write(out);
      names.forEach(name -> console.print("picture   " + out.resolve(name)));
      Path report = out.resolve("report.html");
      DiagnosisReport.write(out, report);
      console.print("report    " + report);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN, "Cannot write to " + out + ": " + FileTrouble.of(e).sentence(), e);
    } catch (LinkageError | InternalError e) {
      // Java's words for a runtime without fonts or their library.
      console.warn("pictures are left out: this Java has no fonts: " + e.getMessage());
    }
  }

  private static List<Subject> subjects(ParsedOptions options) {
    List<Subject> subjects = new ArrayList<>();
    Set<String> labels = new HashSet<>();
    for (String text : options.all(MODEL)) {
      Path path = Path.of(NamedPath.of(text).path());
      String label = unique(NamedPath.of(text).name(), labels);
      subjects.addAll(Subjects.open(label, path, options.text(CHECKPOINT)));
    }
    return subjects;
  }

  private static String unique(String label, Set<String> taken) {
    String unique = label;
    for (int i = 2; !taken.add(unique); i++) {
      unique = label + "-" + i;
    }
    return unique;
  }

  private static Images images(ParsedOptions options) {
    // All that can be read are looked at: there is no config that could ask for less.
    DataConfig settings = DataConfig.newBuilder().setMaxBadShare(1).build();
    DataConfig data = Evaluated.data(settings, options.text(DATA));
    return Images.open(data, options.integer(IMAGES, 1), options.integer(BATCH, 1));
  }

  private static LandscapeOptions landscape(ParsedOptions options) {
    double range = options.number(RANGE);
    if (range <= 0) {
      throw UserError.usage("--range takes a number above 0, found " + range + ".");
    }
    return new LandscapeOptions(
        range,
        options.integer(POINTS, 1),
        options.integer(DIRECTIONS, 1),
        options.integer(LANDSCAPE_IMAGES, 1));
  }

  private static Set<String> measures(ParsedOptions options) {
    Optional<String> list = options.find(MEASURES);
    if (list.isEmpty()) {
      return Set.copyOf(Diagnosis.measures());
    }
    Set<String> names = Set.of(list.get().split(","));
    List<String> unknown =
        names.stream().filter(name -> !Diagnosis.measures().contains(name)).sorted().toList();
    if (!unknown.isEmpty()) {
      throw UserError.usage(
          "--measures has no %s.\nThere are: %s."
              .formatted(String.join(", ", unknown), String.join(", ", Diagnosis.measures())));
    }
    return names;
  }

  private static Pattern pattern(ParsedOptions options) {
    try {
      return options.find(ATTENTION).map(Pattern::compile).orElse(null);
    } catch (PatternSyntaxException e) {
      throw new UserError(
          UserError.Kind.USAGE, "--attention is no regular expression: " + e.getMessage(), e);
    }
  }
}
