package org.fdistill.report;

import java.util.List;

/**
 * Curves in one frame.
 *
 * @param title a few words
 * @param xAxis what stands on the x axis, such as step
 * @param lines in the order of the legend
 */
record Plot(String title, String xAxis, List<Line> lines) {
  /** Takes a copy. */
  Plot {
    lines = List.copyOf(lines);
  }

  /**
   * A curve with its look.
   *
   * @param label in the legend
   * @param colour number of its colour, from 0
   * @param dashed how validation differs from training
   * @param series its points
   */
  record Line(String label, int colour, boolean dashed, Series series) {}
}
