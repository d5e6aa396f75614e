package org.fdistill.diagnose;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.train.Evaluation;
import org.fdistill.train.OpenEvaluation;
import org.fdistill.train.StopRequest;

/**
 * Loss and accuracy of a classifier along random directions from its weights (section 9.4 of the
 * specification): how flat the minimum is that training found. Each point is a validation of all
 * images; what is not finite is left null.
 */
final class Landscape {
  static final String NAME = "landscape";

  private final LandscapeOptions options;
  private final Path unreadable;
  private final StopRequest stop;
  private final LongConsumer listener;

  /**
   * For one set of options.
   *
   * @param unreadable file that names images that cannot be read
   * @param stop ends it early
   * @param listener is told how many images are done, over all points
   */
  Landscape(LandscapeOptions options, Path unreadable, StopRequest stop, LongConsumer listener) {
    this.options = options;
    this.unreadable = unreadable;
    this.stop = stop;
    this.listener = listener;
  }

  /** A result without a direction yet. */
  JsonObject start() {
    JsonObject result = new JsonObject();
    JsonArray distances = new JsonArray();
    for (int point = 0; point < options.points(); point++) {
      distances.add(Numbers.element(options.distance(point)));
    }
    result.add("distances", distances);
    result.addProperty("most_images", options.images());
    result.add("directions", new JsonArray());
    return result;
  }

  /** Whether a result is one of these options, with as many directions or fewer. */
  boolean isOfTheseOptions(JsonObject result) {
    JsonObject start = start();
    return result.get("distances").equals(start.get("distances"))
        && result.get("most_images").equals(start.get("most_images"))
        && result.getAsJsonArray("directions").size() <= options.directions();
  }

  boolean isComplete(JsonObject result) {
    return isOfTheseOptions(result)
        && result.getAsJsonArray("directions").size() == options.directions();
  }

  /**
   * Adds the directions that a result has not got.
   *
   * @param keep is given the result after each
   * @return whether all are there; false where it was stopped
   */
  boolean complete(Trained model, Images images, JsonObject result, Consumer<JsonObject> keep) {
    RunConfig config = model.on(images);
    Directions[] directions = new Directions[1];
    try (OpenEvaluation evaluation =
        new Evaluation(config, Tasks.of(config))
            .open(
                model.weights(),
                options.images(),
                (tf, variables) -> directions[0] = Directions.build(tf, variables))) {
      directions[0].keep(evaluation.session());
      result.addProperty("images", evaluation.images());
      Optional<Map<String, Double>> origin = values(evaluation, 0);
      origin.ifPresent(values -> result.add("origin", object(values)));
      JsonArray done = result.getAsJsonArray("directions");
      boolean going = origin.isPresent();
      while (going && done.size() < options.directions()) {
        Optional<JsonObject> curve = curve(evaluation, directions[0], done.size());
        curve.ifPresent(done::add);
        going = curve.isPresent();
        keep.accept(result);
      }
      return going;
    }
  }

  private Optional<JsonObject> curve(OpenEvaluation evaluation, Directions directions, int seed) {
    directions.draw(evaluation.session(), seed);
    Map<String, JsonArray> curves = new LinkedHashMap<>();
    for (int point = 0; point < options.points(); point++) {
      directions.move(evaluation.session(), (float) options.distance(point));
      long done = (1L + (long) seed * options.points() + point) * evaluation.images();
      Optional<Map<String, Double>> values = values(evaluation, done);
      directions.moveBack(evaluation.session());
      if (values.isEmpty()) {
        return Optional.empty();
      }
      new TreeMap<>(values.get())
          .forEach(
              (name, value) ->
                  curves.computeIfAbsent(name, n -> new JsonArray()).add(Numbers.element(value)));
    }
    JsonObject curve = new JsonObject();
    curve.addProperty("seed", seed);
    curves.forEach(curve::add);
    return Optional.of(curve);
  }

  private Optional<Map<String, Double>> values(OpenEvaluation evaluation, long before) {
    return evaluation
        .run(unreadable, stop, done -> listener.accept(before + done))
        .map(validated -> validated.values());
  }

  private static JsonObject object(Map<String, Double> values) {
    JsonObject object = new JsonObject();
    new TreeMap<>(values).forEach((name, value) -> object.add(name, Numbers.element(value)));
    return object;
  }
}
