package org.fdistill.task;

import org.fdistill.proto.RunConfig;

/**
 * One of the networks that a run trains.
 *
 * @param name what the names of its parameters start with, before {@code student/}; empty for the
 *     first, which stands for itself
 * @param run that would train this one alone
 */
public record Student(String name, RunConfig run) {
  private static final String FIRST = "student";

  /** What people call it. */
  public String title() {
    return isFirst() ? FIRST : name;
  }

  /** Whether it is the run's first. */
  public boolean isFirst() {
    return name.isEmpty();
  }

  /** A variable of this student's by the name that it would have in a run of its own. */
  public String variable(String alone) {
    return prefix() + alone;
  }

  /** What the names of its variables have before those of a run of its own. */
  public String prefix() {
    return isFirst() ? "" : name + "/";
  }

  /** The name of one of its metrics, among those of several students. */
  public String metric(String value) {
    return title() + "_" + value;
  }
}
