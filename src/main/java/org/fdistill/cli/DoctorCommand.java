package org.fdistill.cli;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.cli.doctor.Finding;
import org.fdistill.cli.doctor.Machine;
import org.fdistill.cli.doctor.Runtimes;
import org.fdistill.config.UserError;

/** {@code fdistill doctor}: says whether this machine can train, and how well. */
final class DoctorCommand implements Command {
  @Override
  public String name() {
    return "doctor";
  }

  @Override
  public String summary() {
    return "checks Java, TensorFlow, devices, memory and disk";
  }

  @Override
  public String description() {
    return "Looks at everything that training needs and says what to do about what is amiss. Loads"
        + " TensorFlow, which unpacks its libraries on the first run (0.7 GB under"
        + " ~/.javacpp/cache). Exit code 1 if nothing would work.";
  }

  @Override
  public List<String> examples() {
    return List.of("doctor");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    List<Finding> findings = new ArrayList<>(new Machine().findings());
    findings.addAll(Runtimes.findings());
    Table table = new Table("", "", "fdistill " + Version.text());
    findings.forEach(found -> table.row(found.topic(), found.verdict(), found.state()));
    console.print(table);
    console.print("");
    findings.stream()
        .filter(found -> !found.advice().isEmpty())
        .forEach(found -> console.print(found.topic() + ": " + found.advice() + "."));
    if (findings.stream().anyMatch(Finding::fatal)) {
      throw UserError.run("training does not work on this machine; see above.");
    }
    console.print("Training works on this machine.");
  }
}
