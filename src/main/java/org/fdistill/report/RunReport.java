package org.fdistill.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.WholeFile;

/** The report of one run, or of several beside each other. */
public final class RunReport {
  /** Its name in a run's folder. */
  public static final String FILE = "report.html";

  private final List<NamedRun> runs;
  private final PlotFigures figures = new PlotFigures();

  private RunReport(List<NamedRun> runs) {
    this.runs = runs;
  }

  /**
   * The report of runs, from what their folders hold.
   *
   * @param folders of runs, at least one; one that comes twice counts once
   * @return an HTML page
   * @throws UserError of kind input, where a folder is no run's
   */
  public static String of(List<Path> folders) {
    Set<Path> different = new LinkedHashSet<>();
    folders.forEach(folder -> different.add(folder.normalize()));
    List<RecordedRun> read = different.stream().map(RecordedRun::read).toList();
    RunReport report = new RunReport(NamedRun.of(read));
    return read.size() == 1 ? report.single() : report.comparison();
  }

  /**
   * Writes the report of runs in one piece.
   *
   * @param file takes the place of one that is there
   */
  public static void write(List<Path> folders, Path file) {
    String page = of(folders);
    try {
      WholeFile.write(file, page);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN,
          file + ": the report cannot be written: " + FileTrouble.of(e).sentence(),
          e);
    }
  }

  private String single() {
    NamedRun named = runs.get(0);
    RunSections sections = new RunSections(named.run());
    Page page = new Page(named.run().name(), header(named.run()));
    page.section("Figures", Html.all(damage(), sections.figureTable()));
    page.section("Curves", curves(runs));
    Gallery gallery = new Gallery(named.run().folder());
    page.section("Training images", gallery.training());
    page.section("Predictions", gallery.validation());
    page.section("Classes", sections.classes());
    page.section("Inside teacher and student", inside(named.run()));
    page.section("Config", sections.config());
    page.section("Messages", sections.messages());
    return page.html(figures.points());
  }

  private static Html header(RecordedRun run) {
    List<String> facts = new ArrayList<>(List.of(run.state()));
    if (!run.task().isEmpty()) {
      facts.add(0, run.task());
    }
    if (run.metrics().lastStep() > 0) {
      facts.add("step " + run.steps());
    }
    seconds(run).ifPresent(seconds -> facts.add("trained for " + Figures.duration(seconds)));
    return Html.all(
        Html.element("h1", run.name()),
        Html.element("p", Map.of("class", "facts"), Html.text(String.join(" \u00b7 ", facts))));
  }

  private static java.util.OptionalDouble seconds(RecordedRun run) {
    return run.summary().isPresent() && run.summary().get().has("seconds")
        ? java.util.OptionalDouble.of(run.summary().get().get("seconds").getAsDouble())
        : java.util.OptionalDouble.empty();
  }

  private Html damage() {
    List<Html> notes = new ArrayList<>();
    for (NamedRun run : runs) {
      long damaged = run.run().metrics().damaged();
      if (damaged > 0) {
        notes.add(
            Html.element(
                "p",
                Map.of("class", "warning", "role", "note"),
                Html.text(
                    "%s: %s of its metrics.jsonl %s damaged or cut short and left out."
                        .formatted(
                            run.label(),
                            damaged == 1 ? "1 line" : Figures.whole(damaged) + " lines",
                            damaged == 1 ? "is" : "are"))));
      }
    }
    return Html.all(notes);
  }

  private Html curves(List<NamedRun> of) {
    List<Plot> plots = new Curves(of).plots();
    return plots.isEmpty()
        ? Html.element("p", "Nothing is logged of which a curve could be drawn.")
        : figures.figures(plots, "steps");
  }

  /** Of a distillation. */
  private Html inside(RecordedRun run) {
    return DiagnosisReport.read(run.folder().resolve(RunDiagnosis.FOLDER))
        .map(DiagnosisSections::new)
        .map(of -> Html.all(of.models(), figures.figures(of.plots(), "layers"), of.maps()))
        .orElse(Html.NOTHING);
  }

  private String comparison() {
    String title = "Comparison of " + runs.size() + " runs";
    Page page = new Page(title, Html.element("h1", title));
    page.section("Runs", Html.all(damage(), overview()));
    byTask()
        .forEach(
            (task, of) -> {
              String what = task.isEmpty() ? "Without a config" : Figures.title(task);
              String count = of.size() == 1 ? "1 run" : of.size() + " runs";
              page.section(what + ", " + count, together(of));
            });
    runs.forEach(run -> page.section("Run " + run.label(), details(run.run())));
    return page.html(figures.points());
  }

  /** Runs that learn the same, each in a colour of its own. */
  private Map<String, List<NamedRun>> byTask() {
    Map<String, List<NamedRun>> tasks = new LinkedHashMap<>();
    for (NamedRun run : runs) {
      List<NamedRun> of = tasks.computeIfAbsent(run.run().task(), task -> new ArrayList<>());
      of.add(run.in(of.size()));
    }
    return tasks;
  }

  private Html together(List<NamedRun> of) {
    Html differences = Differences.of(of);
    return Html.all(
        figureTable(of),
        curves(of),
        differences.markup().isEmpty()
            ? Html.NOTHING
            : Html.all(Html.element("h3", "Where the configs differ"), differences));
  }

  private Html overview() {
    Table table =
        new Table("The runs", List.of("Run", "Task", "State", "Steps", "Trained for", "Folder"));
    for (NamedRun named : runs) {
      RecordedRun run = named.run();
      var seconds = seconds(run);
      table.row(
          List.of(
              named.label(),
              run.task(),
              run.state(),
              run.steps(),
              seconds.isPresent() ? Figures.duration(seconds.getAsDouble()) : "",
              run.folder().toString()));
    }
    return table.html();
  }

  /** Values in the rows, runs in the columns. */
  private static Html figureTable(List<NamedRun> of) {
    List<Map<String, String>> columns =
        of.stream().map(run -> new RunSections(run.run()).figures()).toList();
    Set<String> names = new LinkedHashSet<>();
    columns.forEach(column -> names.addAll(column.keySet()));
    List<String> header = new ArrayList<>(List.of("Value"));
    of.forEach(run -> header.add(run.label()));
    Table table = new Table("Final figures", header);
    for (String name : names) {
      List<String> row = new ArrayList<>(List.of(Figures.title(name, names)));
      columns.forEach(column -> row.add(column.getOrDefault(name, "")));
      table.row(row);
    }
    return table.isEmpty() ? Html.NOTHING : table.html();
  }

  private Html details(RecordedRun run) {
    RunSections sections = new RunSections(run);
    Gallery gallery = new Gallery(run.folder());
    return Html.all(
        under("Training images", gallery.training()),
        under("Predictions", gallery.validation()),
        under("Inside teacher and student", inside(run)),
        folded("Classes", sections.classes()),
        folded("Config", sections.config()),
        folded("Messages", sections.messages()));
  }

  private static Html under(String heading, Html content) {
    return content.markup().isEmpty()
        ? Html.NOTHING
        : Html.all(Html.element("h3", heading), content);
  }

  private static Html folded(String heading, Html content) {
    return content.markup().isEmpty()
        ? Html.NOTHING
        : Html.element("details", Html.element("summary", heading), content);
  }
}
