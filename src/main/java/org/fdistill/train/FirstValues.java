package org.fdistill.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.fdistill.checkpoint.InitialWeights;
import org.fdistill.checkpoint.LoadedWeights;
import org.fdistill.checkpoint.NetworkParameters;
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

  /** Assigns them all; what was loaded, empty where all are random. */
  Optional<LoadedWeights> assign() {
    program.initialize(config.getSeed());
    String source = config.getModel().getInitFrom();
    return source.isEmpty()
        ? Optional.empty()
        : Optional.of(
            InitialWeights.find(Path.of(source))
                .load(parameters(), program.endpoints().files(), program.session()));
  }

  private NetworkParameters parameters() {
    Map<String, Shape> shapes = new LinkedHashMap<>(program.endpoints().files().shapes());
    shapes.keySet().retainAll(program.endpoints().step().parameters());
    return new NetworkParameters(network, config.getModel(), shapes);
  }
}
