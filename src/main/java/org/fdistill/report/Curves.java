package org.fdistill.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The plots of runs of one task: one for each logged value, training beside validation. */
final class Curves {
  private static final List<String> FIRST = List.of("loss");
  private static final List<String> LAST =
      List.of("learning_rate", "gradient_norm", "images_per_second", "data_wait_share");

  private final List<NamedRun> runs;

  Curves(List<NamedRun> runs) {
    this.runs = runs;
  }

  /** A plot for each value of which some run has two points; fewer stand in the tables alone. */
  List<Plot> plots() {
    List<String> names = names();
    return names.stream()
        .map(name -> plot(name, Figures.title(name, names)))
        .filter(plot -> plot.lines().stream().anyMatch(line -> line.series().finite() > 1))
        .toList();
  }

  private List<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (NamedRun run : runs) {
      run.run().metrics().series().keySet().forEach(name -> names.add(bare(name)));
    }
    return names.stream()
        .sorted(Comparator.comparing(name -> FIRST.contains(name) ? -1 : LAST.indexOf(name) + 1))
        .toList();
  }

  private static String bare(String name) {
    return name.startsWith(Metrics.VALIDATION) ? name.substring(Metrics.VALIDATION.length()) : name;
  }

  private Plot plot(String name, String title) {
    List<Plot.Line> lines = new ArrayList<>();
    for (NamedRun run : runs) {
      add(lines, run, name, "training", Plot.Look.SOLID);
      add(lines, run, Metrics.VALIDATION + name, "validation", Plot.Look.DASHED);
    }
    return new Plot(title, "step", lines);
  }

  private void add(
      List<Plot.Line> lines, NamedRun run, String series, String kind, Plot.Look look) {
    Series points = run.run().metrics().series().get(series);
    if (points != null && points.finite() > 0) {
      boolean dashed = look == Plot.Look.DASHED;
      String label = runs.size() == 1 ? kind : dashed ? run.label() + ", " + kind : run.label();
      int colour = runs.size() == 1 && dashed ? run.colour() + 1 : run.colour();
      lines.add(new Plot.Line(label, colour, look, points));
    }
  }
}
