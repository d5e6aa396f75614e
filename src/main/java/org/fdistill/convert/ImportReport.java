package org.fdistill.convert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.Licences;
import org.fdistill.resample.Bicubic;
import org.fdistill.resample.TableResizing;
import org.fdistill.weights.StoredTensor;

/**
 * What became of every tensor of a checkpoint.
 *
 * @param family that it was read as
 * @param dialect whose names it has
 * @param prefix of the network's tensors
 * @param licence of the weights
 * @param notes what the user should know of the choice that was made, a line each
 * @param isCertain whether the file, or what lies beside it, tells what kind of network it is
 * @param resampling how absolute positions were resampled; empty where they were not
 * @param taken a row for each tensor that was used
 * @param leftOut a row for each that was not
 */
public record ImportReport(
    String family,
    String dialect,
    String prefix,
    String licence,
    List<String> notes,
    boolean isCertain,
    Optional<Bicubic> resampling,
    List<Row> taken,
    List<Row> leftOut) {
  /** For a network whose kind the user alone has named. */
  public static final String UNCERTAIN =
      "Nothing in the file proves what kind of network it is: activation, order of norms, parallel"
          + " branches and rotary positions have no tensors. Compare it once with its origin:"
          + " --check-against.";

  /** Takes copies. */
  public ImportReport {
    notes = List.copyOf(notes);
    taken = List.copyOf(taken);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * One tensor.
   *
   * @param source its name in the checkpoint
   * @param sourceShape its shape there
   * @param elementType how its numbers are stored
   * @param target our name; empty where it was left out
   * @param shape of the parameter that it became or is a part of; empty where it was left out
   * @param what was done to it, or why it was left out
   */
  public record Row(
      String source,
      String sourceShape,
      String elementType,
      String target,
      String shape,
      String what) {}

  static ImportReport of(Resolution resolution, ConvertedCheckpoint weights, String licence) {
    NamedTensors tensors = resolution.tensors();
    List<Row> taken = new ArrayList<>();
    tensors.parameters().values().forEach(a -> taken.addAll(rows(a, weights)));
    List<Row> leftOut = new ArrayList<>();
    tensors
        .leftOut()
        .values()
        .forEach(
            out -> {
              StoredTensor t = out.tensor();
              leftOut.add(new Row(t.name(), shape(t), elementType(t), "", "", out.reason()));
            });
    return new ImportReport(
        resolution.family().title(),
        tensors.dialect().name(),
        tensors.prefix(),
        licence,
        notes(resolution),
        resolution.certain(),
        weights.resampling(),
        taken,
        leftOut);
  }

  private static List<String> notes(Resolution resolution) {
    if (resolution.others().isEmpty()) {
      return List.of();
    }
    return List.of(
        "The file holds several networks. Taken: %s. Take another with --key: %s."
            .formatted(
                key(resolution.tensors().prefix()),
                String.join(", ", resolution.others().stream().map(ImportReport::key).toList())));
  }

  private static String key(String prefix) {
    return prefix.isEmpty() ? "the one at the top" : prefix.substring(0, prefix.length() - 1);
  }

  private static List<Row> rows(Assembly assembly, ConvertedCheckpoint weights) {
    List<String> changes = new ArrayList<>();
    if (!assembly.changes().isEmpty()) {
      changes.add(assembly.changes());
    }
    TableResizing resizing = weights.resampled().get(assembly.target());
    if (resizing != null) {
      changes.add("resampled " + resizing.text());
    }
    String made = Arrays.toString(assembly.shape());
    String what = changes.isEmpty() ? "as it is" : String.join(", ", changes);
    return assembly.pieces().stream()
        .map(p -> p.tensor())
        .map(t -> new Row(t.name(), shape(t), elementType(t), assembly.target(), made, what))
        .toList();
  }

  private static String shape(StoredTensor tensor) {
    return Arrays.toString(tensor.shape());
  }

  private static String elementType(StoredTensor tensor) {
    return tensor.elementType().toString();
  }

  /** The licence, and whether it binds a distilled student as far as its text says. */
  public String licenceText() {
    return "Licence of the weights: %s. %s".formatted(licence, Licences.ofStudents(licence));
  }

  /** How many tensors were left out, by reason. */
  public Map<String, Integer> reasons() {
    Map<String, Integer> reasons = new LinkedHashMap<>();
    leftOut.forEach(row -> reasons.merge(row.what(), 1, Integer::sum));
    return reasons;
  }
}
