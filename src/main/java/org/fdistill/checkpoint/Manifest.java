package org.fdistill.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.UserError;
import org.fdistill.data.DataIdentity;
import org.fdistill.eval.Criterion;
import org.fdistill.proto.RunConfig;

/**
 * What a checkpoint says of itself, as {@code manifest.json}. The file is written in one way only:
 * the same content gives the same bytes, and a file that is written in another way is refused.
 *
 * @param format version of this record
 * @param progress where training stood
 * @param criterion by which validations of this run are ranked
 * @param validation values of the validation at this step, by name; empty where there was none
 * @param config text protobuf of the resolved run config
 * @param data what the run learned from
 * @param versions of fdistill and TensorFlow
 * @param files size and checksum of every other file, by name
 * @param checksum of all the other fields, CRC-32C in hexadecimal
 */
public record Manifest(
    int format,
    RunPosition progress,
    Criterion criterion,
    SortedMap<String, Double> validation,
    String config,
    DataIdentity data,
    SortedMap<String, String> versions,
    SortedMap<String, FileDigest> files,
    String checksum) {
  /**
   * The version that this class writes, and the only one that it reads. Format 1 had neither {@code
   * criterion}, {@code data} nor {@code checksum}.
   */
  public static final int FORMAT = 2;

  /** The name of the file. */
  public static final String FILE = "manifest.json";

  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .serializeNulls()
          .serializeSpecialFloatingPointValues()
          .create();

  /**
   * Where training stood.
   *
   * @param step optimiser steps done
   * @param microStep micro-batches consumed
   * @param dataPosition the next position of the input pipeline
   */
  public record RunPosition(long step, long microStep, long dataPosition) {}

  /**
   * Makes the manifest of a checkpoint whose other files are written.
   *
   * @param config text protobuf of the resolved run config
   * @param files every other file of the checkpoint
   */
  static Manifest of(
      RunPosition progress,
      Criterion criterion,
      Map<String, Double> validation,
      String config,
      DataIdentity data,
      Map<String, String> versions,
      Map<String, FileDigest> files) {
    Manifest open =
        new Manifest(
            FORMAT,
            progress,
            criterion,
            new TreeMap<>(validation),
            config,
            data,
            new TreeMap<>(versions),
            new TreeMap<>(files),
            "");
    return open.with(open.sum());
  }

  private Manifest with(String checksum) {
    return new Manifest(
        format, progress, criterion, validation, config, data, versions, files, checksum);
  }

  /** The checksum that the other fields have. */
  private String sum() {
    return FileDigest.of(with("").toJson().getBytes(StandardCharsets.UTF_8)).crc32c();
  }

  String toJson() {
    return GSON.toJson(this) + "\n";
  }

  /** The config of the run. */
  public RunConfig runConfig(Path folder) {
    return RunConfigs.parse(config, folder.resolve(FILE) + "", List.of());
  }

  /**
   * Reads the manifest of a checkpoint's folder.
   *
   * @param folder {@code step-N}, or another name that a user gave it
   * @throws UserError of kind input, where a field is missing, unknown, changed or out of range
   */
  static Manifest read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      String text = Files.readString(file);
      requireFormat(file, JsonParser.parseString(text));
      Manifest manifest = GSON.fromJson(text, Manifest.class);
      if (!text.equals(manifest.toJson()) || !manifest.sum().equals(manifest.checksum)) {
        throw notOne(file, "a field is missing, unknown or changed since it was written", null);
      }
      manifest.requireRanges(folder);
      return manifest;
    } catch (IOException e) {
      throw notOne(file, "it cannot be read", e);
    } catch (JsonParseException | IllegalStateException | NumberFormatException e) {
      throw notOne(file, "it is not the JSON that fdistill writes", e);
    }
  }

  private static void requireFormat(Path file, JsonElement json) {
    JsonElement format = json.getAsJsonObject().get("format");
    if (format == null || !format.isJsonPrimitive()) {
      throw notOne(file, "it has no format", null);
    }
    if (format.getAsInt() != FORMAT) {
      throw UserError.input(
          """
          %s: format %s, but this version of fdistill reads format %d.
          Go on with the version that wrote it (see "versions" in the file); its export can be \
          another run's model.init_from.\
          """
              .formatted(file, format, FORMAT));
    }
  }

  private void requireRanges(Path folder) {
    Path file = folder.resolve(FILE);
    String name = String.valueOf(folder.getFileName());
    if (name.startsWith("step-") && !name.equals(StepFolders.name(progress.step))) {
      throw notOne(file, "it is of step " + progress.step + ", its folder is " + name, null);
    }
    if (progress.step < 0 || progress.microStep < progress.step || progress.dataPosition < 0) {
      throw notOne(file, "its progress is impossible: " + progress, null);
    }
  }

  private static UserError notOne(Path file, String reason, Exception cause) {
    return new UserError(
        UserError.Kind.INPUT, file + ": not the manifest of a checkpoint: " + reason + ".", cause);
  }

  /**
   * Checks that a run of the manifest's config can have come this far.
   *
   * @throws UserError of kind input
   */
  void requireConfig(Path folder) {
    RunConfig run = runConfig(folder);
    long batch = run.getTrainData().getBatchSize();
    long parts = run.getOptimizer().getAccumulation();
    boolean possible =
        progress.microStep / parts == progress.step
            && progress.microStep % parts == 0
            && progress.dataPosition / batch >= progress.step;
    if (!possible) {
      String steps = String.format("batches of %d in %d parts", batch, parts);
      throw notOne(
          folder.resolve(FILE), "its config has " + steps + ", its progress is " + progress, null);
    }
  }
}
