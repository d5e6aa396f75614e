package org.fdistill.train;

import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.graph.SessionFactory;
import org.fdistill.proto.RuntimeConfig;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;
import org.tensorflow.types.TFloat32;

/** From a runtime config to a session's. */
public final class SessionSettings {
  /** Else a graph that takes a slow machine long to optimise is left as it was then. */
  private static final RewriterConfig NO_DEADLINE =
      RewriterConfig.newBuilder().setMetaOptimizerTimeoutMs(-1).build();

  /** The pool of {@link #traceable} whose one thread runs ops in turn. */
  static final int TRACING_POOL = 1;

  private static final GpuSearch GPU = new GpuSearch(SessionSettings::tryGpu);

  private SessionSettings() {}

  /**
   * The settings of a session.
   *
   * @throws UserError of kind run, where a GPU is demanded and there is none
   */
  public static ConfigProto of(RuntimeConfig runtime) {
    GraphOptions.Builder graph = GraphOptions.newBuilder().setRewriteOptions(NO_DEADLINE);
    if (runtime.getXla() == RuntimeConfig.Xla.AUTO) {
      graph.setOptimizerOptions(
          OptimizerOptions.newBuilder()
              .setGlobalJitLevel(OptimizerOptions.GlobalJitLevel.ON_2)
              .setCpuGlobalJit(true));
    }
    ConfigProto.Builder config =
        ConfigProto.newBuilder()
            .setGraphOptions(graph)
            .setIntraOpParallelismThreads(runtime.getIntraOpThreads())
            .setInterOpParallelismThreads(runtime.getInterOpThreads())
            .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
            .setAllowSoftPlacement(true);
    if (runtime.getDevice() == RuntimeConfig.Device.CPU) {
      config.putDeviceCount("GPU", 0);
    } else if (runtime.getDevice() == RuntimeConfig.Device.GPU) {
      requireGpu(config.build());
    }
    return config.build();
  }

  /**
   * As {@link #of}, with a pool for steps whose ops run one after another. Without a pool they need
   * not: what waited for a batch would go on in the thread that brought it, beside the calling one.
   */
  static ConfigProto traceable(RuntimeConfig runtime) {
    ConfigProto.Builder config = of(runtime).toBuilder();
    config.addSessionInterOpThreadPoolBuilder().setNumThreads(runtime.getInterOpThreads());
    config.addSessionInterOpThreadPoolBuilder().setNumThreads(1);
    return config.build();
  }

  /**
   * Gives the run's threads to every session of the process. The first session decides, and a
   * teacher may be looked at before training.
   */
  public static void decide(RuntimeConfig runtime) {
    SessionFactory.prepare(of(runtime));
  }

  /**
   * Whether a run's graph goes to a GPU.
   *
   * @throws UserError of kind run, where a GPU is demanded and there is none
   */
  public static boolean usesGpu(RuntimeConfig runtime) {
    return runtime.getDevice() != RuntimeConfig.Device.CPU && GPU.failure(of(runtime)).isEmpty();
  }

  /** Whether formulas of large tensors are compiled: a GPU has kernels that need it less. */
  static boolean compilesLoops(RuntimeConfig runtime) {
    return runtime.getXla() == RuntimeConfig.Xla.LOOPS && !usesGpu(runtime);
  }

  private static void requireGpu(ConfigProto config) {
    Optional<RuntimeException> failure = GPU.failure(config);
    if (failure.isPresent()) {
      throw new UserError(
          UserError.Kind.RUN,
          "runtime.device is GPU, but TensorFlow finds no GPU on this machine.\n"
              + "Build with the GPU libraries (mvn -Pgpu package) on a machine with an NVIDIA"
              + " driver, or run with --set runtime.device=ANY.",
          failure.get());
    }
  }

  /** Runs one op that may be placed on a GPU alone. */
  private static Optional<RuntimeException> tryGpu(ConfigProto config) {
    ConfigProto strict = config.toBuilder().setAllowSoftPlacement(false).build();
    try (Graph graph = new Graph();
        Session session = SessionFactory.open(graph, strict)) {
      Ops tf =
          Ops.create(graph)
              .withDevice(
                  org.tensorflow.DeviceSpec.newBuilder()
                      .deviceType(org.tensorflow.DeviceSpec.DeviceType.GPU)
                      .deviceIndex(0)
                      .build());
      session.runner().fetch(tf.zeros(tf.constant(new int[] {1}), TFloat32.class)).run().close();
      return Optional.empty();
    } catch (TensorFlowException | IllegalArgumentException e) {
      return Optional.of(e);
    }
  }
}
