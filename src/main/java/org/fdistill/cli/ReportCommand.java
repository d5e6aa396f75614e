package org.fdistill.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.report.DiagnosisReport;
import org.fdistill.report.RunReport;

/** {@code fdistill report}: the report of runs, as one HTML file. */
final class ReportCommand implements Command {
  private static final ArgumentSpec RUNS =
      ArgumentSpec.several(
          "RUN",
          "The folder of a run, finished or not, or of a diagnosis; several runs are compared.");
  private static final OptionSpec OUT =
      OptionSpec.value(
          "out",
          "FILE",
          "The HTML file. Default: report.html, in the run's folder where there is one run, else in"
              + " the current directory.");

  @Override
  public String name() {
    return "report";
  }

  @Override
  public String summary() {
    return "curves, figures and config of runs as one HTML file";
  }

  @Override
  public String description() {
    return "Writes what the folders of runs hold into one HTML file, which opens without a network:"
        + " curves, final figures, config. train writes such a report for each run; report makes it"
        + " again, of a run that was killed or is going on as well, or compares several runs:"
        + " curves over each other, and a table of what differs in their configs.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(RUNS);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(OUT);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "report runs/quickstart",
        "report runs/clip-b-100ep runs/clip-b-300ep --out comparison.html");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    List<Path> runs = options.paths(RUNS);
    Path file =
        options
            .findPath(OUT)
            .orElseGet(
                () ->
                    runs.size() == 1
                        ? runs.get(0).resolve(RunReport.FILE)
                        : Path.of(RunReport.FILE));
    if (Files.isDirectory(file)) {
      throw UserError.usage(
          file + ": this is a folder. Name a file in it: --out " + file.resolve(RunReport.FILE));
    }
    if (runs.size() == 1 && DiagnosisReport.isDiagnosis(runs.get(0))) {
      DiagnosisReport.write(runs.get(0), file);
    } else {
      RunReport.write(runs, file);
    }
    console.print("report  " + file);
  }
}
