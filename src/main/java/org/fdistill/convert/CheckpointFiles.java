package org.fdistill.convert;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.graph.SavedModelFolder;

/**
 * The files of a checkpoint: the weights, and what describes them in a folder of Hugging Face's
 * hub.
 *
 * @param weights the file, or the index of several
 * @param published what the files beside it say
 */
record CheckpointFiles(Path weights, Published published) {
  private static final List<String> WEIGHTS =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json",
          "open_clip_model.safetensors",
          "open_clip_pytorch_model.bin");
  private static final long MAX_CONFIG = 10_000_000;
  private static final String CONFIG = "config.json";
  private static final String OPEN_CLIP = "open_clip_config.json";

  /** Whether a path looks like a folder of the hub. */
  static boolean isFolder(Path path) {
    return Files.isDirectory(path) && WEIGHTS.stream().anyMatch(n -> exists(path.resolve(n)));
  }

  /**
   * The weights and what describes them beside them.
   *
   * @param path a file of weights, or a folder of the hub
   */
  static CheckpointFiles find(Path path) {
    if (!Files.isDirectory(path)) {
      boolean ofHub = path.getFileName() != null && WEIGHTS.contains(path.getFileName().toString());
      Path folder = path.toAbsolutePath().getParent();
      return new CheckpointFiles(path, ofHub ? published(folder) : Published.NOTHING);
    }
    Path weights =
        WEIGHTS.stream()
            .map(path::resolve)
            .filter(CheckpointFiles::exists)
            .findFirst()
            .orElseThrow(() -> none(path));
    return new CheckpointFiles(weights, published(path));
  }

  private static boolean exists(Path file) {
    return Files.isRegularFile(file);
  }

  private static UserError none(Path folder) {
    if (SavedModelFolder.isAt(folder)) {
      return UserError.input(
          folder
              + ": this is a SavedModel, which needs no import.\n"
              + "Give it as the path of a teacher, or as model.init_from where fdistill wrote it.");
    }
    return UserError.input(
        "%s: no weights in this folder.\nExpected one of %s; found %s.\nGive the file itself with --checkpoint."
            .formatted(folder, String.join(", ", WEIGHTS), listing(folder)));
  }

  private static String listing(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files.map(file -> file.getFileName().toString()).sorted().limit(8).toList();
      return names.isEmpty() ? "nothing" : String.join(", ", names);
    } catch (IOException e) {
      return "nothing that can be read";
    }
  }

  private static Published published(Path folder) {
    try {
      return read(folder);
    } catch (NumberFormatException | IllegalStateException | UnsupportedOperationException e) {
      throw UserError.input(
          "%s: a value in its JSON files is not of the kind that belongs there (%s).\nDownload them again."
              .formatted(folder, e.getMessage()));
    }
  }

  private static Published read(Path folder) {
    Path openClip = folder.resolve(OPEN_CLIP);
    if (exists(openClip)) {
      return OpenClipConfig.read(openClip.toString(), json(openClip));
    }
    Path file = folder.resolve(CONFIG);
    if (!exists(file)) {
      return Published.NOTHING;
    }
    JsonObject config = json(file);
    if (config.has("architecture")) {
      return TimmConfig.read(file.toString(), config);
    }
    Path preprocessor = folder.resolve("preprocessor_config.json");
    return TransformersConfig.read(
        file.toString(), config, exists(preprocessor) ? json(preprocessor) : new JsonObject());
  }

  private static JsonObject json(Path file) {
    try {
      if (Files.size(file) > MAX_CONFIG) {
        throw UserError.input(
            "%s: %,d bytes, expected a description of a few thousand.\nDownload it again."
                .formatted(file, Files.size(file)));
      }
      return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException | MalformedInputException e) {
      throw UserError.input(file + ": no JSON object: " + e.getMessage() + "\nDownload it again.");
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT, file + ": cannot be read: " + FileTrouble.of(e).reason() + ".", e);
    }
  }
}
