package org.fdistill.convert;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Counts blocks and stages by the names of parameters. */
final class Counts {
  private Counts() {}

  /**
   * How many different texts a group of a regular expression finds.
   *
   * @param regex of whole names, with one group
   */
  static int distinct(NamedTensors tensors, String regex) {
    Pattern pattern = Pattern.compile(regex);
    Set<String> found =
        tensors.parameters().keySet().stream()
            .map(pattern::matcher)
            .filter(Matcher::matches)
            .map(matcher -> matcher.group(1))
            .collect(Collectors.toSet());
    return found.size();
  }
}
