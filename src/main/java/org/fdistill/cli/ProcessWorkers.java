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
   * Before workers are started on this machine.
   *
   * @throws UserError of kind usage, where {@code TF_CONFIG} names others
   */
  static void requireNone() {
    requireNone(System.getenv(Cluster.VARIABLE));
  }

  static void requireNone(String config) {
    Optional<Cluster> cluster = Cluster.of(config);
    if (cluster.isPresent()) {
      throw UserError.usage(
          ("--local-workers starts workers of its own, but %s makes this process %s of %d.\n"
                  + "Leave out --local-workers to be that worker, or unset %s.")
              .formatted(
                  Cluster.VARIABLE,
                  cluster.get().name(cluster.get().index()),
                  cluster.get().size(),
                  Cluster.VARIABLE));
    }
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
    ProcessEnd.now(UserError.Kind.RUN.exitCode());
  }
}
