package org.fdistill.cluster;

import java.util.Optional;
import java.util.function.Consumer;
import org.fdistill.graph.Replicas;
import org.fdistill.graph.SessionFactory;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;

/**
 * The processes of a run, as one of them works with them. {@link #ALONE} is the run of one process:
 * nothing is exchanged, and its graph is what it would be without this class.
 */
public interface Workers extends AutoCloseable {
  /** One process. */
  Workers ALONE =
      new Workers() {
        @Override
        public int count() {
          return 1;
        }

        @Override
        public int index() {
          return 0;
        }

        @Override
        public String name(int worker) {
          return "this process";
        }

        @Override
        public Replicas replicas() {
          return Replicas.ONE;
        }

        @Override
        public Session open(Graph graph, ConfigProto settings) {
          return SessionFactory.open(graph, settings);
        }

        @Override
        public double[] sum(double[] values) {
          return values;
        }

        @Override
        public void reached(long step) {
          // Nobody else is to be told of.
        }

        @Override
        public long lastStep() {
          return 0;
        }

        @Override
        public Optional<String> lost() {
          return Optional.empty();
        }

        @Override
        public void beforeEnd(Consumer<String> told) {
          // Nobody else can be lost.
        }

        @Override
        public void close() {
          // Nothing was opened.
        }
      };

  /** W. */
  int count();

  /** Of this process, from 0. */
  int index();

  /** How a worker is named to a person. */
  String name(int worker);

  /** What the run's one training graph exchanges through. */
  Replicas replicas();

  /**
   * A session of this process's devices.
   *
   * @param settings of the session; those of a cluster are its server's
   */
  Session open(Graph graph, ConfigProto settings);

  /**
   * Adds up vectors over all workers, who all call this in the same order with as many numbers.
   *
   * @return the same in each of them
   */
  double[] sum(double[] values);

  /** Notes how many steps are done, for what is said when a worker is lost. */
  void reached(long step);

  /** What {@link #reached} noted last; 0 where it never was. */
  long lastStep();

  /**
   * Which worker is lost, and what to do, after an error of TensorFlow; empty where all answer, so
   * that the error is one of this process.
   */
  Optional<String> lost();

  /**
   * Where another worker is lost and TensorFlow does not come back, this process ends without
   * unwinding: who else is to know before.
   *
   * @param told is given what {@link #lost} gives otherwise; who asked last is told first
   */
  void beforeEnd(Consumer<String> told);

  /** The others may leave from now on. */
  @Override
  void close();

  /** Whether this process writes what the run leaves. */
  default boolean isChief() {
    return index() == 0;
  }

  /** Whether there are others. */
  default boolean areMany() {
    return count() > 1;
  }

  /** The numbers of every worker: [W][K]. */
  default double[][] gather(double... mine) {
    int k = mine.length;
    double[] all = new double[count() * k];
    System.arraycopy(mine, 0, all, index() * k, k);
    double[] sums = sum(all);
    double[][] each = new double[count()][k];
    for (int w = 0; w < count(); w++) {
      System.arraycopy(sums, w * k, each[w], 0, k);
    }
    return each;
  }
}
