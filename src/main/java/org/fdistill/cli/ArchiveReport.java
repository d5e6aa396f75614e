package org.fdistill.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.fdistill.convert.Architectures;
import org.fdistill.weights.StoredTensor;
import org.fdistill.weights.WeightArchive;
import org.fdistill.weights.WeightArchives;

/** What a file of weights holds, and which architecture it may be. */
final class ArchiveReport {
  private static final int LISTED_ATTRIBUTES = 12;

  private final Path path;

  ArchiveReport(Path path) {
    this.path = path;
  }

  void print(Console console) {
    Path file = Architectures.weights(path);
    try (WeightArchive archive = WeightArchives.open(file)) {
      console.print("weights       " + file);
      console.print("format        " + archive.format());
      console.print("size          " + VariableTable.count(file.toFile().length()) + " bytes");
      console.print("tensors       " + tensors(archive));
      console.print("architecture  " + Architectures.guess(path, archive));
      printAttributes(archive, console);
      console.print("");
      console.print(table(archive));
    }
  }

  private static String tensors(WeightArchive archive) {
    long numbers = archive.tensors().values().stream().mapToLong(StoredTensor::elements).sum();
    return archive.tensors().size() + " of " + VariableTable.count(numbers) + " numbers";
  }

  private static void printAttributes(WeightArchive archive, Console console) {
    List<String> told =
        archive.attributes().entrySet().stream()
            .filter(e -> !isBookkeeping(e.getKey()))
            .map(e -> e.getKey() + " = " + e.getValue())
            .toList();
    told.stream().limit(LISTED_ATTRIBUTES).forEach(a -> console.print("              " + a));
    int more = told.size() - LISTED_ATTRIBUTES;
    if (more > 0) {
      console.print("              and " + more + " more");
    }
  }

  /** What TorchScript keeps for each module. */
  private static boolean isBookkeeping(String attribute) {
    return attribute.endsWith("training") || attribute.endsWith("_is_full_backward_hook");
  }

  private static Table table(WeightArchive archive) {
    Table table = new Table("tensor", "shape", "type");
    for (StoredTensor tensor : archive.tensors().values()) {
      table.row(tensor.name(), Arrays.toString(tensor.shape()), tensor.elementType());
    }
    return table;
  }
}
