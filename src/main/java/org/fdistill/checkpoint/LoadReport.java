package org.fdistill.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fdistill.checkpoint.ParameterOrigin.How;

/** What was loaded into a network and what was not, for the user. */
public final class LoadReport {
  private final String source;
  private final NetworkParameters network;
  private final WeightMatching matching;
  private final List<String> differences;

  /**
   * Reports on weights that were loaded as a matching says.
   *
   * @param source where the weights come from
   * @param differences of the two networks that no shape shows, a line each
   */
  LoadReport(
      String source, NetworkParameters network, WeightMatching matching, List<String> differences) {
    this.source = source;
    this.network = network;
    this.matching = matching;
    this.differences = List.copyOf(differences);
  }

  /** The short form: numbers, and a line for all that was not simply loaded. */
  public String summary() {
    List<String> lines = new ArrayList<>(List.of(headline()));
    groups().forEach((what, names) -> lines.add("  " + what + ": " + some(names)));
    differences.forEach(line -> lines.add("  computed otherwise: " + line));
    String left = leftOut();
    if (!left.isEmpty()) {
      lines.add("  left out: " + left);
    }
    return String.join("\n", lines);
  }

  /** The long form: a line for each parameter of the network and each unused tensor. */
  public String table() {
    Stream<String> names =
        Stream.concat(network.shapes().keySet().stream(), matching.leftOut().keySet().stream());
    String row = "%-" + names.mapToInt(String::length).max().orElse(1) + "s  %-20s  %-9s  %s";
    List<String> lines = new ArrayList<>(List.of(summary(), ""));
    for (ParameterOrigin origin : matching.origins()) {
      String how = origin.how().toString().toLowerCase(Locale.ROOT);
      lines.add(String.format(row, origin.parameter(), origin.shape(), how, remark(origin)));
    }
    matching
        .leftOut()
        .forEach(
            (name, why) ->
                lines.add(String.format(row, name, matching.sourceShape(name), "left out", why)));
    return lines.stream().map(line -> line.stripTrailing() + "\n").collect(Collectors.joining());
  }

  private String headline() {
    List<ParameterOrigin> own =
        matching.origins().stream().filter(origin -> network.isOwn(origin.parameter())).toList();
    List<ParameterOrigin> filled = own.stream().filter(o -> o.how() != How.KEPT).toList();
    String share = filled.size() == own.size() ? "all " : filled.size() + " of ";
    long numbers = filled.stream().mapToLong(origin -> origin.shape().size()).sum();
    return String.format(
        "Initial weights from %s: %s%d parameters of %s (%,d numbers).",
        source, share, own.size(), network.scope(), numbers);
  }

  /** Parameters that are worth a word, by that word. */
  private Map<String, List<String>> groups() {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    for (ParameterOrigin origin : matching.origins()) {
      String word = word(origin);
      if (!word.isEmpty()) {
        groups.computeIfAbsent(word, key -> new ArrayList<>()).add(origin.parameter());
      }
    }
    return groups;
  }

  private String word(ParameterOrigin origin) {
    return switch (origin.how()) {
      case LOADED -> network.isOwn(origin.parameter()) ? "" : "loaded as well";
      case RESAMPLED -> "resampled " + origin.note();
      case COPIED -> "copied from " + remark(origin);
      case KEPT -> "not loaded (" + origin.note() + ")";
    };
  }

  /** The source's name where it is another, and the note. */
  private static String remark(ParameterOrigin origin) {
    return origin.how() != How.COPIED
        ? origin.note()
        : origin.source() + (origin.note().isEmpty() ? "" : ", " + origin.note());
  }

  private static String some(List<String> names) {
    return names.size() > 3
        ? names.get(0) + " and " + (names.size() - 1) + " more"
        : String.join(", ", names);
  }

  /** Counts of what the source holds beside, by the first part of the names. */
  private String leftOut() {
    Map<String, Integer> counts = new TreeMap<>();
    matching
        .leftOut()
        .keySet()
        .forEach(
            name -> counts.merge(matching.isSlot(name) ? "slots" : layer(name), 1, Integer::sum));
    return counts.entrySet().stream()
        .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
        .collect(Collectors.joining(", "));
  }

  /** A layer of the network, or what other tensors' names start with. */
  private String layer(String name) {
    int end = network.isOwn(name) ? name.lastIndexOf('/') : (name + "/").indexOf('/');
    return name.equals(network.name("pos_embed")) ? name : name.substring(0, end);
  }
}
