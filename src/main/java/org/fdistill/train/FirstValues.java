package org.fdistill.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.proto.RunConfig;
import org.tensorflow.ndarray.Shape;

/** What the variables hold before step 0: random values, or the weights of {@code init_from}. */
final class FirstValues {
  private final TrainingProgram program;
  private final RunConfig config;
  private final String network;

  /**
   * Prepares.
   *
   * @param network what the names of the network's parameters start with
   */
  FirstValues(TrainingProgram program, RunConfig config, String network) {
    this.program = program;
    this.config = config;
    this.network = network;
  }

  /** Assigns them all; what to tell the user, empty where there is nothing to tell. */
  String assign() {
    program.initialize(config.getSeed());
    String source = config.getModel().getInitFrom();
    return source.isEmpty()
        ? ""
        : SavedWeights.find(Path.of(source))
            .load(network, parameters(), program.endpoints().files(), program.session());
  }

  /** Shapes of the network's parameters, by name. */
  private Map<String, Shape> parameters() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (String name : program.endpoints().step().parameters()) {
      if (name.startsWith(network + "/")) {
        shapes.put(name, program.endpoints().files().shapes().get(name));
      }
    }
    return shapes;
  }
}
