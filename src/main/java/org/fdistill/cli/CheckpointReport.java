package org.fdistill.cli;

import java.util.stream.Collectors;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.Manifest;

/** What a checkpoint holds. */
final class CheckpointReport {
  private final Checkpoint checkpoint;
  private final VariableTable variables;

  private CheckpointReport(Checkpoint checkpoint, VariableTable variables) {
    this.checkpoint = checkpoint;
    this.variables = variables;
  }

  /** Reads all that there is to tell. */
  static CheckpointReport of(Checkpoint checkpoint) {
    return new CheckpointReport(checkpoint, new VariableTable(checkpoint.prefix()));
  }

  void print(Console console) {
    Manifest manifest = checkpoint.manifest();
    console.print("checkpoint  " + checkpoint.folder());
    console.print("run         " + checkpoint.runConfig().getName());
    console.print("step        " + VariableTable.count(manifest.progress().step()));
    console.print("written by  " + versions(manifest));
    manifest
        .validation()
        .forEach((name, value) -> console.print("validation  " + name + " " + value));
    console.print("");
    console.print(variables.all());
    console.print("");
    console.print(variables.totals());
  }

  private static String versions(Manifest manifest) {
    return manifest.versions().entrySet().stream()
        .map(program -> program.getKey() + " " + program.getValue())
        .collect(Collectors.joining(", "));
  }
}
