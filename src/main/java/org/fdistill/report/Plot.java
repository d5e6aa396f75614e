package org.fdistill.report;

import java.util.List;

/**
 * Curves in one frame.
 *
 * @param title a few words
 * @param xAxis what stands on the x axis, such as step
 * @param lines in the order of the legend
 * @param table of the values; null for one that is made of the curves
 */
record Plot(String title, String xAxis, List<Line> lines, Table table) {
  /** Takes a copy. */
  Plot {
    lines = List.copyOf(lines);
  }

  /** A plot whose table is made of its curves. */
  Plot(String title, String xAxis, List<Line> lines) {
    this(title, xAxis, lines, null);
  }

  /** How a curve is drawn. */
  enum Look {
    /** A line. */
    SOLID,
    /** A broken line: how validation differs from training. */
    DASHED,
    /** Points without a line: several values at a place, which stand beside each other. */
    DOTS
  }

  /**
   * A curve with its look.
   *
   * @param label in the legend
   * @param colour number of its colour, from 0
   * @param series its points
   */
  record Line(String label, int colour, Look look, Series series) {}
}
