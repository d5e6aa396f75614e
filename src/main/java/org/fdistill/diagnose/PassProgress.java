package org.fdistill.diagnose;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.Folders;
import org.fdistill.files.WholeFile;

/**
 * Where a pass that was stopped is kept: its sums as TensorFlow's bundle, and its place. The place
 * is written last, so that a folder with a place is whole.
 *
 * @param folder its own
 * @param identity of the model, the images and the measures: of another one nothing is read
 */
record PassProgress(Path folder, String identity) {
  private static final String PLACE = "place.json";

  /**
   * How far a pass has come.
   *
   * @param position where it goes on
   * @param images that went into the sums
   */
  record Place(long position, long images) {
    static final Place START = new Place(0, 0);
  }

  /** The prefix of the sums' bundle. */
  Path sums() {
    return folder.resolve("sums");
  }

  /** The place of a pass of the same identity; empty where there is none. */
  Optional<Place> read() {
    Path file = folder.resolve(PLACE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      JsonObject place = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
      return place.get("identity").getAsString().equals(identity)
          ? Optional.of(
              new Place(place.get("position").getAsLong(), place.get("images").getAsLong()))
          : Optional.empty();
    } catch (IOException | JsonParseException | IllegalStateException | NullPointerException e) {
      return Optional.empty();
    }
  }

  /**
   * Keeps a pass in place of the one before.
   *
   * @param sums writes them below the prefix that it is given
   */
  void write(Place place, Consumer<Path> sums) {
    JsonObject entry = new JsonObject();
    entry.addProperty("identity", identity);
    entry.addProperty("position", place.position());
    entry.addProperty("images", place.images());
    try {
      Folders.delete(folder);
      Files.createDirectories(folder);
      sums.accept(sums());
      WholeFile.write(folder.resolve(PLACE), entry + "\n");
    } catch (IOException e) {
      throw trouble(e);
    }
  }

  /** Forgets the pass. */
  void delete() {
    try {
      Folders.delete(folder);
    } catch (IOException e) {
      throw trouble(e);
    }
  }

  private UserError trouble(IOException e) {
    return new UserError(
        UserError.Kind.RUN,
        "The unfinished pass cannot be kept in " + folder + ": " + FileTrouble.of(e).sentence(),
        e);
  }
}
