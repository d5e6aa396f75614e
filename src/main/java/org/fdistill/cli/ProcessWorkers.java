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
   * Refuses an option that is for a process which is none of several workers.
   *
   * @param option what it does, as the start of a sentence
   * @param without what the command does without it, likewise
   * @throws UserError of kind usage, where {@code TF_CONFIG} names others
   */
  static void requireNone(String option, String without) {
    requireNone(option, without, System.getenv(Cluster.VARIABLE));
  }

  static void requireNone(String option, String without, String config) {
    Optional<Cluster> cluster = Cluster.of(config);
    if (cluster.isPresent()) {
      throw UserError.usage(
          "%s, but %s makes this process %s of %d.\n%s, or unset %s."
              .formatted(
                  option,
                  Cluster.VARIABLE,
                  cluster.get().name(cluster.get().index()),
                  cluster.get().size(),
                  without,
                  Cluster.VARIABLE));
    }
  }

  /** Before workers are started on this machine: this process must be none itself. */
  static void requireNoneToStartSome() {
    requireNone(
        "--local-workers starts workers of its own", "Leave out --local-workers to be that worker");
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
