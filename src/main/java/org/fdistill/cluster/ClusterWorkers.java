package org.fdistill.cluster;

import java.util.Optional;
import java.util.function.Consumer;
import org.fdistill.config.UserError;
import org.fdistill.graph.Replicas;
import org.fdistill.proto.ClusterConfig;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;

/** The workers of a cluster, over TensorFlow's own servers and collective operations. */
public final class ClusterWorkers implements Workers {
  /** The runtime may still be sending what the last exchange counts as sent. */
  private static final long LINGER_MILLIS = 300;

  private final Cluster cluster;
  private final ClusterServer server;
  private final Exchange exchange;
  private final PeerWatch watch;
  private final Replicas replicas;
  private boolean closed;

  /**
   * Starts this process's server and waits for the others.
   *
   * @param config time limits, and how gradients are exchanged
   * @param settings of the server's devices and sessions
   * @param gpu whether the training graph runs on a GPU
   * @param tell is told for whom it waits
   * @param end is given a message and ends the process, where a worker is lost while TensorFlow
   *     waits for it
   * @throws UserError of kind run, where the server does not start or a worker does not come
   */
  public ClusterWorkers(
      Cluster cluster,
      ClusterConfig config,
      ConfigProto settings,
      boolean gpu,
      Consumer<String> tell,
      Consumer<String> end) {
    this.cluster = cluster;
    server = new ClusterServer(cluster, settings);
    exchange = new Exchange(server, cluster.size());
    watch = new PeerWatch(cluster, config.getSilenceSeconds(), end);
    DeviceSpec device =
        DeviceSpec.newBuilder()
            .deviceType(gpu ? DeviceSpec.DeviceType.GPU : DeviceSpec.DeviceType.CPU)
            .deviceIndex(0)
            .build();
    replicas = Replicas.of(cluster.size(), cluster.index(), device, hint(config, gpu));
    watch.awaitAll(config.getStartSeconds(), tell);
  }

  private static String hint(ClusterConfig config, boolean gpu) {
    return switch (config.getCollective()) {
      case RING -> "ring";
      case NCCL -> {
        if (!gpu) {
          throw UserError.usage(
              "cluster.collective is NCCL, which exchanges between GPUs; this worker has none.\n"
                  + "Leave it out: AUTO takes NCCL on GPUs and TensorFlow's ring on CPUs.");
        }
        yield "nccl";
      }
      case AUTO -> gpu ? "nccl" : "ring";
    };
  }

  @Override
  public int count() {
    return cluster.size();
  }

  @Override
  public int index() {
    return cluster.index();
  }

  @Override
  public String name(int worker) {
    return cluster.name(worker);
  }

  @Override
  public Replicas replicas() {
    return replicas;
  }

  @Override
  public Session open(Graph graph, ConfigProto settings) {
    return server.open(graph);
  }

  @Override
  public double[] sum(double[] values) {
    return exchange.sum(values);
  }

  @Override
  public void reached(long step) {
    watch.reached(step);
  }

  @Override
  public long lastStep() {
    return watch.lastStep();
  }

  @Override
  public Optional<String> lost() {
    return watch.verdict();
  }

  @Override
  public void beforeEnd(Consumer<String> told) {
    watch.beforeEnd(told);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    watch.close();
    PeerWatch.sleep(LINGER_MILLIS);
    exchange.close();
  }
}
