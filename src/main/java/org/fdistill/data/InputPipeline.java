package org.fdistill.data;

import org.fdistill.proto.DataConfig;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The part of a graph that turns files into batches: position, example index, bytes, decoded and
 * cropped image, batch. Letters: B batch, S image side, n examples, W workers.
 *
 * <p>A position p counts examples over all epochs: epoch p div n, place p mod n in it. The element
 * at a position depends on the seed and p alone, so that a run can start anywhere and see the same
 * bits. An unreadable example is left out; the gap in {@link #positions} shows it.
 *
 * <p>After {@link #build} everything works by the names of operations, so that it also works in a
 * graph into which the finished one was imported.
 */
public final class InputPipeline {
  /**
   * How a pipeline walks through its source.
   *
   * @param seed the run's seed
   * @param training shuffled, augmented, full batches only; else in order, the centre crop, with a
   *     last batch that may be smaller
   * @param batch B, of this worker
   * @param workers W, how many processes share the examples
   * @param worker this one, 0 to W - 1; it reads the positions p with p mod W = worker
   */
  public record Options(long seed, boolean training, int batch, int workers, int worker) {
    /** Training in one process. */
    public static Options training(long seed, int batch) {
      return new Options(seed, true, batch, 1, 0);
    }

    /** Evaluation in one process. */
    public static Options evaluation(int batch) {
      return new Options(0, false, batch, 1, 0);
    }
  }

  private InputPipeline() {}

  /**
   * Adds a pipeline to a graph.
   *
   * @param tf ops of the graph
   * @param name scope of its operations, unique in the graph
   * @param config image side, augmentation, threads
   * @param source where examples come from
   * @param options order and batch
   */
  public static InputPipeline build(
      Ops tf, String name, DataConfig config, ExampleSource source, Options options) {
    throw new UnsupportedOperationException();
  }

  /** The next batch [B, S, S, 3]; in evaluation the static B is -1. */
  public Operand<TUint8> images() {
    throw new UnsupportedOperationException();
  }

  /** Labels of the same batch [B]; -1 where there is none. */
  public Operand<TInt64> labels() {
    throw new UnsupportedOperationException();
  }

  /** Positions of the same batch [B], ascending. */
  public Operand<TInt64> positions() {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts, or starts anew, at a position. A run after the last full batch before {@code end}
   * throws {@code TFOutOfRangeException}.
   *
   * @param session of this graph or of one that it was imported into
   * @param position the first position that may be read, over all workers
   * @param end the position after the last
   */
  public void start(Session session, long position, long end) {
    throw new UnsupportedOperationException();
  }

  /** The example that stands at a position. */
  public long exampleAt(Session session, long position) {
    throw new UnsupportedOperationException();
  }

  /**
   * Decodes one whole image.
   *
   * @param bytes an encoded image
   * @return why it cannot be decoded; empty where it can
   */
  public String decodeError(Session session, byte[] bytes) {
    throw new UnsupportedOperationException();
  }

  /**
   * Fails where none of the first examples from a position on can be read, naming one and why.
   *
   * @throws org.fdistill.config.UserError of kind input
   */
  public void checkReadable(Session session, long position) {
    throw new UnsupportedOperationException();
  }
}
