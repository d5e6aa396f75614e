package org.fdistill.task.segment;

/** The numbers in masks. */
final class Masks {
  /** A pixel without a class. */
  static final int NONE = 255;

  private Masks() {}
}
