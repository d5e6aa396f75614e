package org.fdistill.data.tar;

import org.fdistill.graph.FileRanges;

/**
 * An image in a tar file.
 *
 * @param name of its member, after that of the inner tar file where it lies in one
 * @param className that inner file's name without its ending; empty where there is none
 * @param range where it lies in the file
 * @param label as the members beside it say; -1 where they do not
 * @param problem what is wrong with the label; empty where nothing is
 */
public record TarExample(
    String name, String className, FileRanges.Range range, long label, String problem) {
  /** What {@link #label} is where nothing says it. */
  public static final long NO_LABEL = -1;
}
