package org.fdistill.eval;

/** Running top-1 and top-5 accuracy from the counts of each batch. */
public final class TopK {
  private long top1;
  private long top5;
  private long examples;

  /**
   * Takes in a batch.
   *
   * @param top1Correct examples whose label has the highest score
   * @param top5Correct examples whose label is among the five highest scores
   * @param batch examples of the batch
   */
  public void add(long top1Correct, long top5Correct, long batch) {
    if (top1Correct < 0 || top5Correct < top1Correct || batch < top5Correct) {
      throw new IllegalArgumentException(
          String.format("top-1 %d, top-5 %d of %d examples", top1Correct, top5Correct, batch));
    }
    top1 += top1Correct;
    top5 += top5Correct;
    examples += batch;
  }

  /** Share of examples whose label has the highest score, 0 to 1; NaN without examples. */
  public double top1() {
    return top1 / (double) examples;
  }

  /** Share of examples whose label is among the five highest scores, 0 to 1. */
  public double top5() {
    return top5 / (double) examples;
  }

  /** Number of examples so far. */
  public long examples() {
    return examples;
  }
}
