package org.fdistill.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeSet;
import org.fdistill.train.GradientBuckets;

/**
 * How fast a run is with several workers that share each batch. A model, of what a step computes
 * and what goes over the links:
 *
 * <ul>
 *   <li>A worker computes its share of the batch at the rate at which one worker computes all of
 *       it.
 *   <li>W workers exchange gradients in a ring: of s bytes each sends 2 (W - 1) / W s, in 2 (W - 1)
 *       turns with the link's latency each.
 *   <li>An exchange starts when the backward pass has finished its gradients and the link is free;
 *       the backward pass of the last micro-batch finishes bytes of gradients at an even pace. The
 *       step ends with the last exchange.
 *   <li>On CPUs an exchange takes the threads that compute, so that all of them are added to the
 *       computation: measured, not assumed (docs/cluster.md).
 * </ul>
 *
 * @param batch images of one step, of all workers
 * @param microBatch images that one worker takes at one time, where its share is not smaller
 * @param rate images a second of one worker, without any exchange
 * @param backward the backward pass' share of a step's computation, 0 to 1
 * @param buckets bytes of each exchange, in order
 * @param link between a worker and the next
 * @param overlaps whether exchanges run beside the backward pass, as on a GPU
 * @param decoded images a second that the input pipeline of one worker gives; empty where unknown
 */
public record Scaling(
    int batch,
    int microBatch,
    double rate,
    double backward,
    List<Long> buckets,
    Link link,
    boolean overlaps,
    OptionalDouble decoded) {
  /** The most workers that are planned for. */
  public static final int MOST = 1024;

  /** Efficiency from which on workers are well used. */
  public static final double GOOD = 0.8;

  /** Where the graph does not tell: a backward pass takes twice as long as a forward pass. */
  private static final double USUAL_BACKWARD = 2.0 / 3;

  /**
   * A link of a ring.
   *
   * @param bandwidth bytes a second
   * @param latency seconds from one worker to the next
   */
  public record Link(double bandwidth, double latency) {}

  /** What a step waits for most. */
  public enum Limit {
    /** The workers' computation. */
    COMPUTATION,
    /** The exchange of gradients. */
    LINKS,
    /** Reading and decoding images. */
    INPUT
  }

  /**
   * With some workers.
   *
   * @param workers W
   * @param stepsPerSecond of all of them together
   * @param efficiency steps a second over those of W workers without any exchange
   * @param limit what a step waits for
   */
  public record Row(int workers, double stepsPerSecond, double efficiency, Limit limit) {}

  /**
   * The model of a planned run.
   *
   * @param bucketBytes as the config has it
   * @param rate as above
   */
  public static Scaling of(
      RunPlan plan,
      long bucketBytes,
      double rate,
      Link link,
      boolean overlaps,
      OptionalDouble decoded) {
    OptionalDouble all = plan.work().total();
    double backward = all.isPresent() ? plan.work().backward() / all.getAsDouble() : USUAL_BACKWARD;
    List<Long> buckets =
        GradientBuckets.of(plan.gradientBytes(), Long::longValue, bucketBytes).stream()
            .map(group -> group.stream().mapToLong(Long::longValue).sum())
            .toList();
    RunPlan.Length length = plan.length();
    return new Scaling(
        length.batch(), length.microBatch(), rate, backward, buckets, link, overlaps, decoded);
  }

  /**
   * For 1, 2, 4, ... workers and the number given, where they can share the batch.
   *
   * @param workers at most {@link #MOST}
   */
  public List<Row> rows(int workers) {
    TreeSet<Integer> numbers = new TreeSet<>(List.of(workers));
    for (int w = 1; w < workers; w *= 2) {
      numbers.add(w);
    }
    List<Row> rows = new ArrayList<>();
    for (int w : numbers) {
      if (batch % w == 0) {
        rows.add(row(w));
      }
    }
    return rows;
  }

  /** With W workers. */
  Row row(int workers) {
    double computed = batch / (workers * rate);
    double exchanged = workers == 1 ? computed : exchanged(workers, computed);
    double read = decoded.isPresent() ? batch / (workers * decoded.getAsDouble()) : 0;
    double step = Math.max(exchanged, read);
    Limit limit = Limit.COMPUTATION;
    if (step == read && read > computed) {
      limit = Limit.INPUT;
    } else if (exchanged - computed > (1 - GOOD) * exchanged) {
      limit = Limit.LINKS;
    }
    return new Row(workers, 1 / step, computed / step, limit);
  }

  /** Seconds until the last exchange of a step is done. */
  private double exchanged(int workers, double computed) {
    int accumulation = Math.max(1, batch / workers / microBatch);
    double overlapped = overlaps ? computed * backward / accumulation : 0;
    double start = computed - overlapped;
    double all = gradientBytes();
    double done = 0;
    double free = 0;
    for (long bytes : buckets) {
      done += bytes;
      double ready = start + overlapped * done / all;
      free = Math.max(ready, free) + exchange(workers, (double) bytes);
    }
    return free;
  }

  /** Seconds of one exchange. */
  private double exchange(int workers, double bytes) {
    double turns = 2.0 * (workers - 1);
    return turns / workers * bytes / link.bandwidth() + turns * link.latency();
  }

  /** Of all gradients together. */
  public long gradientBytes() {
    return buckets.stream().mapToLong(Long::longValue).sum();
  }

  /** The most workers of some rows that are well used. */
  public static int knee(List<Row> rows) {
    return rows.stream()
        .filter(row -> row.efficiency() >= GOOD)
        .mapToInt(Row::workers)
        .max()
        .orElse(1);
  }
}
