package org.fdistill.task;

import static java.util.stream.Collectors.joining;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fdistill.config.UserError;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Variable;
import org.fdistill.model.Network;
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
  private static final Pattern LOSS = Pattern.compile("(validation_)?((.*_)?loss)");

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

  /** Where its network is built, in a scope at the root of the names. */
  public LayerScope scope(LayerScope root) {
    return isFirst() ? root : root.beside(name);
  }

  /** Those of some variables that are its network's. */
  public List<Variable> own(Network network, Collection<Variable> variables) {
    String before = prefix();
    return variables.stream()
        .filter(v -> v.name().startsWith(before))
        .filter(v -> network.owns(v.name().substring(before.length())))
        .toList();
  }

  /**
   * Finds one by its title.
   *
   * @param title empty for the first
   * @param origin of the run, for the message
   * @throws UserError of kind usage, naming those that there are
   */
  public static Student named(String title, List<Student> students, Object origin) {
    return students.stream()
        .filter(student -> title.isEmpty() || student.title().equals(title))
        .findFirst()
        .orElseThrow(
            () ->
                UserError.usage(
                    "%s: no student of this run is called %s.\nIts students: %s."
                        .formatted(
                            origin,
                            title,
                            students.stream().map(Student::title).collect(joining(", ")))));
  }

  /**
   * What people call a figure of a run: the losses of several students stand beside their sum.
   *
   * @param name of the figure
   * @param all names of the run's figures
   */
  public static String figureTitle(String name, Collection<String> all) {
    Matcher loss = LOSS.matcher(name);
    boolean summed =
        loss.matches()
            && all.contains(Objects.toString(loss.group(1), "") + FIRST + "_" + loss.group(2));
    return summed ? name + " (sum)" : name;
  }

  /** The name of the student that a variable belongs to; empty for the first's. */
  public static String ownerOf(String variable, List<String> further) {
    return further.stream().filter(name -> variable.startsWith(name + "/")).findFirst().orElse("");
  }
}
