package org.fdistill.eval;

/**
 * Classifies an example by the labels of its nearest neighbours, as DINO's kNN evaluation does
 * (arXiv 2104.14294): a neighbour with cosine similarity s votes for its label with weight exp(s /
 * T).
 */
public final class NeighbourVote {
  /** DINO's number of neighbours. */
  public static final int NEIGHBOURS = 20;

  /** DINO's temperature T. */
  public static final double TEMPERATURE = 0.07;

  private final int classes;
  private final double temperature;

  private NeighbourVote(int classes, double temperature) {
    if (classes < 1 || !(temperature > 0)) {
      throw new IllegalArgumentException(classes + " classes, temperature " + temperature);
    }
    this.classes = classes;
    this.temperature = temperature;
  }

  /** DINO's vote. */
  public static NeighbourVote weighted(int classes) {
    return weighted(classes, TEMPERATURE);
  }

  /** The weighted vote with a temperature of one's own. */
  public static NeighbourVote weighted(int classes, double temperature) {
    return new NeighbourVote(classes, temperature);
  }

  /**
   * The class with the most votes. Among equals the one that holds the most similar neighbour wins,
   * then the first in the list.
   *
   * @param similarities cosine similarities of the k nearest neighbours, in any order
   * @param labels their labels, from 0 to below the number of classes
   */
  public int classify(float[] similarities, int[] labels) {
    double[] votes = votes(similarities, labels);
    int best = 0;
    for (int i = 1; i < labels.length; i++) {
      double more = votes[labels[i]] - votes[labels[best]];
      if (more > 0 || (more == 0 && similarities[i] > similarities[best])) {
        best = i;
      }
    }
    return labels[best];
  }

  /**
   * The weight of each class's votes, relative to the most similar neighbour's one.
   *
   * @param similarities of the k nearest neighbours, at least one
   * @param labels as many
   */
  public double[] votes(float[] similarities, int[] labels) {
    if (labels.length == 0 || labels.length != similarities.length) {
      throw new IllegalArgumentException(
          labels.length + " labels for " + similarities.length + " similarities");
    }
    double highest = Double.NEGATIVE_INFINITY;
    for (float similarity : similarities) {
      highest = Math.max(highest, similarity);
    }
    double[] votes = new double[classes];
    for (int i = 0; i < labels.length; i++) {
      votes[labels[i]] += Math.exp((similarities[i] - highest) / temperature);
    }
    return votes;
  }
}
