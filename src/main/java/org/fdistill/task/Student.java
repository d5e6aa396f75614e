package org.fdistill.task;

import java.util.List;
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

  /** What the names of its variables have before those of a run of its own. */
  public String prefix() {
    return isFirst() ? "" : name + "/";
  }

  /** The name of the student that a variable belongs to; empty for the first's. */
  public static String ownerOf(String variable, List<String> further) {
    return further.stream().filter(name -> variable.startsWith(name + "/")).findFirst().orElse("");
  }
}
