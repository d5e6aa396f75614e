package org.fdistill.cli;

import java.util.List;

/** The commands there are. */
final class Commands {
  private Commands() {}

  /** In the order of the help. */
  static List<Command> all() {
    return List.of(
        new QuickstartCommand(),
        new MakeDataCommand(),
        new ImportTeacherCommand(),
        new CacheCommand(),
        new TrainCommand(),
        new EvaluateCommand(),
        new ExportCommand(),
        new PredictCommand(),
        new ReportCommand(),
        new DiagnoseCommand(),
        new InspectCommand(),
        new PlanCommand(),
        new BenchCommand(),
        new DoctorCommand());
  }
}
