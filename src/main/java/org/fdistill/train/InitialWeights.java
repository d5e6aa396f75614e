package org.fdistill.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.CheckpointStore;
import org.fdistill.config.UserError;
import org.fdistill.model.Backbones;
import org.tensorflow.ndarray.Shape;

/**
 * The weights of another run or export, as {@code model.init_from} names them. Every parameter of
 * the network that is exported must be there, of the same shape; further parameters that both have
 * are taken as well, and the rest keeps its random first values.
 */
final class InitialWeights {
  private final Path prefix;
  private final List<String> names;

  private InitialWeights(Path prefix, List<String> names) {
    this.prefix = prefix;
    this.names = names;
  }

  /**
   * Finds the weights.
   *
   * @param source a run's folder, a checkpoint's folder or a SavedModel
   * @param endpoints of the program that starts from them
   * @param tell is told what is taken
   * @throws UserError where there are none, or they are of another network
   */
  static InitialWeights open(Path source, ProgramEndpoints endpoints, Consumer<String> tell) {
    Path prefix = bundle(source, tell);
    Map<String, Shape> shapes = endpoints.files().shapes();
    List<String> taken = new ArrayList<>();
    List<String> fresh = new ArrayList<>();
    StringBuilder differences = new StringBuilder();
    try (BundleReader reader = new BundleReader(prefix)) {
      for (String name : endpoints.step().parameters()) {
        Shape found = reader.shapes().get(name);
        if (shapes.get(name).equals(found)) {
          taken.add(name);
        } else if (found == null && !name.startsWith(Backbones.SCOPE + "/")) {
          fresh.add(name);
        } else {
          String what = found == null ? "missing" : "found " + found;
          differences.append("\n  " + name + ": " + what + ", expected " + shapes.get(name));
        }
      }
    }
    if (differences.length() > 0) {
      throw UserError.input(
          source + ": the weights of another network, see model.init_from:" + differences);
    }
    tell.accept(
        "%d parameters start from %s, %d from random values%s."
            .formatted(
                taken.size(),
                source,
                fresh.size(),
                fresh.isEmpty() ? "" : " (" + String.join(", ", fresh) + ")"));
    return new InitialWeights(prefix, taken);
  }

  /** Puts the weights into the program's variables. */
  void load(TrainingProgram program) {
    program.endpoints().files().restore(program.session(), prefix, names);
  }

  private static Path bundle(Path source, Consumer<String> tell) {
    if (Files.exists(source.resolve("saved_model.pb"))) {
      return source.resolve("variables/variables");
    }
    if (Files.exists(source.resolve("manifest.json"))) {
      return Checkpoint.open(source).prefix();
    }
    Path checkpoints = source.resolve("checkpoints");
    Optional<Checkpoint> newest =
        Files.isDirectory(checkpoints)
            ? CheckpointStore.newest(checkpoints, Map.of(), tell)
            : Optional.empty();
    return newest
        .map(Checkpoint::prefix)
        .orElseThrow(
            () ->
                UserError.input(
                    source
                        + ": nothing to start from (model.init_from).\nExpected a SavedModel"
                        + " (saved_model.pb), a checkpoint (manifest.json) or a run's folder with"
                        + " checkpoints/."));
  }
}
