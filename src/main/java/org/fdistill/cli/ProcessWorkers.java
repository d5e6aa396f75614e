package org.fdistill.cli;

import java.util.Optional;
import java.util.function.Consumer;
import org.fdistill.cluster.Cluster;
import org.fdistill.cluster.ClusterWorkers;
import org.fdistill.cluster.Workers;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.fdistill.train.SessionSettings;

/** The workers among whom this process is one, as its environment says. */
final class ProcessWorkers {
  private ProcessWorkers() {}

  /** Whether {@code TF_CONFIG} names others. */
  static boolean areMany() {
    return cluster().isPresent();
  }

  /**
   * Those of {@code TF_CONFIG}, whom this waits for, or this process alone.
   *
   * @param tell is told for whom it waits
   * @param console on which the process ends where another worker is lost
   */
  static Workers of(RunConfig config, Consumer<String> tell, Console console) {
    Optional<Cluster> cluster = cluster();
    if (cluster.isEmpty()) {
      return Workers.ALONE;
    }
    SessionSettings.decide(config.getRuntime());
    return new ClusterWorkers(
        cluster.get(),
        config.getCluster(),
        SessionSettings.of(config.getRuntime()),
        SessionSettings.usesGpu(config.getRuntime()),
        tell,
        message -> endAtOnce(message, console));
  }

  private static Optional<Cluster> cluster() {
    return Cluster.of(System.getenv(Cluster.VARIABLE));
  }

  /** A thread waits in TensorFlow, and cannot be told to stop: the process ends. */
  private static void endAtOnce(String message, Console console) {
    console.error(message);
    Runtime.getRuntime().halt(UserError.Kind.RUN.exitCode());
  }
}
