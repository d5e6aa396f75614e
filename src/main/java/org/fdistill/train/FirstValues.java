package org.fdistill.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.checkpoint.InitialWeights;
import org.fdistill.checkpoint.LoadReport;
import org.fdistill.checkpoint.NetworkParameters;
import org.fdistill.proto.RunConfig;
import org.tensorflow.ndarray.Shape;

/** What the variables hold before step 0: random values, or the weights of {@code init_from}. */
final class FirstValues {
  private static final String REPORT = "init_from.txt";

  private final TrainingProgram program;
  private final RunConfig config;
  private final String network;

  /**
   * For variables that have no values yet.
   *
   * @param network what the names of the network's parameters start with
   */
  FirstValues(TrainingProgram program, RunConfig config, String network) {
    this.program = program;
    this.config = config;
    this.network = network;
  }

  /**
   * Assigns them all. What other weights gave to each parameter is written to the run's folder.
   *
   * @return what to tell the user, empty where there is nothing to tell
   */
  String assign(RunFolder folder) {
    program.initialize(config.getSeed());
    String source = config.getModel().getInitFrom();
    if (source.isEmpty()) {
      return "";
    }
    LoadReport loaded =
        InitialWeights.load(
            Path.of(source), parameters(), program.endpoints().files(), program.session());
    program.adoptAverages();
    folder.write(REPORT, loaded.table());
    return loaded.summary() + "\nEvery parameter: " + folder.file(REPORT);
  }

  /**
   * All but the optimiser's slots, whose names go on from a parameter's, and the statistics of the
   * run's own data.
   */
  private NetworkParameters parameters() {
    Map<String, Shape> all = program.endpoints().files().shapes();
    Map<String, Shape> shapes = new LinkedHashMap<>(all);
    program.endpoints().statistics().forEach(shapes::remove);
    shapes
        .keySet()
        .removeIf(name -> all.containsKey(name.substring(0, Math.max(0, name.lastIndexOf('/')))));
    return new NetworkParameters(network, config.getModel(), shapes);
  }
}
