package org.fdistill.eval;

import java.util.ArrayList;
import java.util.List;

/**
 * How often pixels of one class were given another, and the measures of segmentation that follow
 * (mmsegmentation's): a class that never occurs, neither in the truth nor in what was given, has no
 * IoU, one that is not in the truth no accuracy, and means leave it out.
 *
 * @param counts K by K, row by row: the row is the true class, the column the one that was given
 * @param classes K
 */
@SuppressWarnings("ArrayRecordComponent") // Read, never compared.
public record ConfusionMatrix(double[] counts, int classes) {
  /** Refuses an array of another length. */
  public ConfusionMatrix {
    if (counts.length != classes * classes) {
      throw new IllegalArgumentException(counts.length + " counts for " + classes + " classes");
    }
  }

  /**
   * The measures of one class.
   *
   * @param iou intersection over union; NaN where the class occurs on neither side
   * @param accuracy share of its pixels that were found; NaN where it has none
   * @param pixels of the truth
   */
  public record OfClass(double iou, double accuracy, long pixels) {}

  /** The measures of each class. */
  public List<OfClass> ofClasses() {
    List<OfClass> all = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      double hits = counts[c * classes + c];
      double truth = 0;
      double given = 0;
      for (int other = 0; other < classes; other++) {
        truth += counts[c * classes + other];
        given += counts[other * classes + c];
      }
      all.add(new OfClass(hits / (truth + given - hits), hits / truth, (long) truth));
    }
    return all;
  }

  /** The mean IoU over the classes that have one. */
  public double meanIou() {
    return mean(ofClasses().stream().mapToDouble(OfClass::iou).toArray());
  }

  /** The mean accuracy over the classes that have one. */
  public double meanAccuracy() {
    return mean(ofClasses().stream().mapToDouble(OfClass::accuracy).toArray());
  }

  /** The share of all labelled pixels that were given their class. */
  public double pixelAccuracy() {
    double hits = 0;
    double all = 0;
    for (int i = 0; i < counts.length; i++) {
      all += counts[i];
      hits += i % (classes + 1) == 0 ? counts[i] : 0;
    }
    return hits / all;
  }

  private static double mean(double[] values) {
    double sum = 0;
    int count = 0;
    for (double value : values) {
      if (!Double.isNaN(value)) {
        sum += value;
        count++;
      }
    }
    return sum / count;
  }
}
