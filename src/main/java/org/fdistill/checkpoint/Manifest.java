package org.fdistill.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.fdistill.config.UserError;

/**
 * What a checkpoint says of itself, as {@code manifest.json}.
 *
 * @param format version of this record
 * @param progress where training stood
 * @param validation values of the validation at this step, by name; empty where there was none
 * @param config text protobuf of the resolved run config
 * @param versions of fdistill and TensorFlow
 * @param files size and checksum of every other file, by name
 */
public record Manifest(
    int format,
    Progress progress,
    Map<String, Double> validation,
    String config,
    Map<String, String> versions,
    Map<String, FileDigest> files) {
  /** The version that this class writes, and the only one that it reads. */
  public static final int FORMAT = 1;

  /** The name of the file. */
  static final String FILE = "manifest.json";

  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .serializeSpecialFloatingPointValues()
          .create();

  /**
   * Where training stood.
   *
   * @param step optimiser steps done
   * @param microStep micro-batches consumed
   * @param dataPosition the next position of the input pipeline
   */
  public record Progress(long step, long microStep, long dataPosition) {}

  String toJson() {
    return GSON.toJson(this);
  }

  /** Reads the manifest of a checkpoint's folder. */
  static Manifest read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      Manifest manifest = GSON.fromJson(Files.readString(file), Manifest.class);
      if (manifest == null || manifest.progress == null || manifest.files == null) {
        throw notOne(file, "it lacks a field", null);
      }
      if (manifest.format != FORMAT) {
        throw UserError.input(
            file
                + ": format "
                + manifest.format
                + ", but this version of fdistill reads format "
                + FORMAT
                + ".\nUse the version of fdistill that wrote it ("
                + manifest.versions
                + ").");
      }
      return manifest;
    } catch (IOException e) {
      throw notOne(file, "it cannot be read", e);
    } catch (JsonParseException e) {
      throw notOne(file, "it is not the JSON that fdistill writes", e);
    }
  }

  private static UserError notOne(Path file, String reason, Exception cause) {
    return new UserError(
        UserError.Kind.INPUT, file + ": not the manifest of a checkpoint: " + reason + ".", cause);
  }
}
