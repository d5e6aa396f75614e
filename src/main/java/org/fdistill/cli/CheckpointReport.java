package org.fdistill.cli;

import java.util.TreeMap;
import java.util.stream.Collectors;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.Manifest;

/** What a checkpoint holds. */
final class CheckpointReport {
  private final Checkpoint checkpoint;

  CheckpointReport(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
  }

  void print(Console console) {
    Manifest manifest = checkpoint.manifest();
    console.print("checkpoint  " + checkpoint.folder());
    console.print("run         " + checkpoint.runConfig().getName());
    console.print("step        " + VariableTable.count(manifest.progress().step()));
    console.print("written by  " + versions(manifest));
    new TreeMap<>(manifest.validation())
        .forEach((name, value) -> console.print("validation  " + name + " " + value));
    VariableTable variables = new VariableTable(checkpoint.prefix());
    console.print("");
    console.print(variables.all());
    console.print("");
    console.print(variables.totals());
  }

  private static String versions(Manifest manifest) {
    return new TreeMap<>(manifest.versions())
        .entrySet().stream()
            .map(program -> program.getKey() + " " + program.getValue())
            .collect(Collectors.joining(", "));
  }
}
