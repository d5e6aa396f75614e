package org.fdistill.cli;

import java.util.TreeMap;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.CheckpointChoice;
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
    console.print("run         " + CheckpointChoice.config(checkpoint).getName());
    console.print("step        " + VariableTable.count(manifest.progress().step()));
    console.print("written by  " + new TreeMap<>(manifest.versions()));
    new TreeMap<>(manifest.validation())
        .forEach((name, value) -> console.print("validation  " + name + " " + value));
    VariableTable variables = new VariableTable(checkpoint.prefix());
    console.print("");
    console.print(variables.all());
    console.print("");
    console.print(variables.totals());
  }
}
