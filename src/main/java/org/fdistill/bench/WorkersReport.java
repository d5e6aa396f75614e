package org.fdistill.bench;

/**
 * What several workers measured that share each batch of a run.
 *
 * @param workers W
 * @param batch images of a step, of all workers
 * @param aloneMilliseconds median step of the slowest worker with its share of the batch, nothing
 *     exchanged, all workers at the same time
 * @param millisecondsPerStep median step, gradients exchanged
 * @param exchangeMilliseconds median exchange of a step's gradients, nothing computed beside it
 * @param gradientBytes of all gradients of a step
 * @param pieces in which they are exchanged
 * @param bandwidth of a worker's link as the exchange of one full piece gets it, bytes a second
 * @param latencyMicroseconds of one turn of the ring, as the smallest exchange takes it
 */
public record WorkersReport(
    int workers,
    int batch,
    double aloneMilliseconds,
    double millisecondsPerStep,
    double exchangeMilliseconds,
    long gradientBytes,
    int pieces,
    double bandwidth,
    double latencyMicroseconds) {

  /** Images a second of one worker that exchanges nothing. */
  public double imagesPerSecondAlone() {
    return 1e3 * batch / workers / aloneMilliseconds;
  }

  /** Images a second of all together. */
  public double imagesPerSecond() {
    return 1e3 * batch / millisecondsPerStep;
  }

  /** Of W workers' computation, how much the exchange leaves: 0 to 1. */
  public double stepEfficiency() {
    return aloneMilliseconds / millisecondsPerStep;
  }

  /** What each worker sends and gets in a step, in a ring. */
  public double bytesEach() {
    return 2.0 * (workers - 1) / workers * gradientBytes;
  }

  /**
   * How near the exchange alone comes to a link: 0 to 1.
   *
   * @param linkBandwidth bytes a second, in one direction
   */
  public double exchangeEfficiency(double linkBandwidth) {
    return bytesEach() / linkBandwidth / (exchangeMilliseconds / 1e3);
  }
}
