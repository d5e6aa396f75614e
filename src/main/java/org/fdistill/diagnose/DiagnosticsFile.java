package org.fdistill.diagnose;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.WholeFile;

/** The results as they grow: {@value #FILE} in the folder of a diagnosis. */
final class DiagnosticsFile {
  static final String FILE = "diagnostics.json";

  private static final int FORMAT = 1;
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

  private final Path path;
  private final JsonObject root;

  private DiagnosticsFile(Path path, JsonObject root) {
    this.path = path;
    this.root = root;
  }

  /**
   * Opens the results in a folder, which is made where it is missing.
   *
   * @throws UserError of kind usage, where they are of other models or images than those wanted
   */
  static DiagnosticsFile open(DiagnosisRequest request) {
    Path path = request.out().resolve(FILE);
    try {
      Files.createDirectories(request.out());
      JsonObject fresh = fresh(request);
      JsonObject found = Files.exists(path) ? parse(path) : fresh;
      DiagnosticsFile file = new DiagnosticsFile(path, found);
      file.requireSame(fresh);
      request.subjects().forEach(file::model);
      return file;
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN, "Cannot write to " + path + ": " + FileTrouble.of(e).sentence(), e);
    }
  }

  private static JsonObject fresh(DiagnosisRequest request) {
    JsonObject data = new JsonObject();
    data.addProperty("identity", request.images().identity());
    data.addProperty("images", request.images().count());
    data.addProperty("of", request.images().source().size());
    JsonObject root = new JsonObject();
    root.addProperty("format", FORMAT);
    root.add("data", data);
    root.addProperty("attention_pattern", request.pattern());
    root.add("models", new JsonArray());
    root.add("left_out", new JsonObject());
    return root;
  }

  private static JsonObject parse(Path path) throws IOException {
    try {
      return JsonParser.parseString(Files.readString(path)).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          path
              + ": this is no file of results, or a damaged one.\n"
              + "Remove it, or name another --out.",
          e);
    }
  }

  private void requireSame(JsonObject fresh) {
    for (String entry : new String[] {"format", "data", "attention_pattern"}) {
      if (!fresh.get(entry).equals(root.get(entry))) {
        throw UserError.usage(
            "%s holds a diagnosis with another %s: %s, now %s.\nName another --out, or ask for the same."
                .formatted(path, entry, root.get(entry), fresh.get(entry)));
      }
    }
  }

  /** The entry of a model, made where there is none. */
  private JsonObject model(Subject subject) {
    for (JsonElement element : root.getAsJsonArray("models")) {
      JsonObject model = element.getAsJsonObject();
      if (!model.get("label").getAsString().equals(subject.label())) {
        continue;
      }
      if (!model.get("identity").getAsString().equals(subject.identity())) {
        throw UserError.usage(
            "%s holds results of another model under the name %s: %s.\nName another --out, or the model with --model NAME=%s."
                .formatted(path, subject.label(), model.get("origin"), subject.origin()));
      }
      return model;
    }
    JsonObject model = new JsonObject();
    model.addProperty("label", subject.label());
    model.addProperty("origin", subject.origin());
    model.addProperty("identity", subject.identity());
    model.addProperty("image_size", subject.imageSize());
    model.add("layers", new JsonArray());
    model.add("measures", new JsonObject());
    model.add("left_out", new JsonObject());
    root.getAsJsonArray("models").add(model);
    return model;
  }

  /** Writes down what was found in a model. */
  void describe(Inside inside) {
    JsonArray layers = new JsonArray();
    for (Layer layer : inside.layers()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("name", layer.name());
      AttentionShape shape = layer.shape();
      if (shape != null) {
        entry.addProperty("heads", shape.heads());
        entry.addProperty("grid", shape.grid());
        entry.addProperty("window", shape.side());
        entry.addProperty("patch", shape.pixels());
        entry.addProperty("prefix_tokens", shape.prefix());
      }
      if (layer.width() > 0) {
        entry.addProperty("width", layer.width());
      }
      layers.add(entry);
    }
    model(inside.subject()).add("layers", layers);
  }

  /** Whether a measure of a model is there. */
  boolean has(Subject subject, String measure) {
    return model(subject).getAsJsonObject("measures").has(measure);
  }

  /** Adds a measure of a model. */
  void put(Subject subject, String measure, JsonObject result) {
    model(subject).getAsJsonObject("measures").add(measure, result);
    model(subject).getAsJsonObject("left_out").remove(measure);
    write();
  }

  /** A measure of a model; empty where it is not there. */
  Optional<JsonObject> find(Subject subject, String measure) {
    return Optional.ofNullable(model(subject).getAsJsonObject("measures").getAsJsonObject(measure));
  }

  /**
   * Whether a measure between models is there.
   *
   * @param of what it was made of
   */
  boolean has(String measure, String of) {
    JsonObject found = root.getAsJsonObject(measure);
    return found != null && found.get("identity").getAsString().equals(of);
  }

  /** Adds a measure between models. */
  void put(String measure, String of, JsonObject result) {
    result.addProperty("identity", of);
    root.add(measure, result);
    root.getAsJsonObject("left_out").remove(measure);
    write();
  }

  /** Says why a measure between models cannot be had. */
  void leaveOut(String measure, String why) {
    root.getAsJsonObject("left_out").addProperty(measure, why);
    write();
  }

  /** Says why a measure of a model cannot be had. */
  void leaveOut(Subject subject, String measure, String why) {
    model(subject).getAsJsonObject("left_out").addProperty(measure, why);
    write();
  }

  /** Puts the results in place of those before. */
  private void write() {
    try {
      WholeFile.write(path, GSON.toJson(root) + "\n");
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN, path + ": cannot be written: " + FileTrouble.of(e).sentence(), e);
    }
  }
}
