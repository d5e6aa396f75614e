package org.fdistill.convert;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.fdistill.weights.StoredTensor;
import org.fdistill.weights.WeightArchive;

/**
 * A file's tensors under our names.
 *
 * @param dialect in which the file names them
 * @param prefix what stands before their names in the file
 * @param parameters by our names
 * @param leftOut the reason for each tensor that is not needed, by its name in the file
 * @param unknown tensors under the prefix that no rule of the dialect knows
 */
record NamedTensors(
    Dialect dialect,
    String prefix,
    Map<String, Assembly> parameters,
    Map<StoredTensor, String> leftOut,
    Collection<StoredTensor> unknown) {

  /** Where big_vision stacks the blocks of a network along the first axis. */
  private static final String STACKED = "encoderblock/";

  /** Reads the names of all tensors of a file; no values. */
  static NamedTensors of(WeightArchive archive, Dialect dialect, String prefix) {
    NamedTensors named =
        new NamedTensors(
            dialect, prefix, new TreeMap<>(), new LinkedHashMap<>(), new java.util.ArrayList<>());
    archive.tensors().values().forEach(named::add);
    named.chooseHead();
    return named;
  }

  private void add(StoredTensor tensor) {
    if (!tensor.name().startsWith(prefix)) {
      outside(tensor);
      return;
    }
    String name = tensor.name().substring(prefix.length());
    if (name.contains(STACKED) && tensor.shape().length > 0) {
      for (int block = 0; block < tensor.shape()[0]; block++) {
        add(tensor.part(block), name.replace(STACKED, "encoderblock_" + block + "/"));
      }
    } else {
      add(tensor, name);
    }
  }

  private void add(StoredTensor tensor, String name) {
    Optional<NameRules.Fate> fate = dialect.rules().of(name);
    if (fate.isEmpty()) {
      unknown.add(tensor);
    } else if (fate.get() instanceof NameRules.LeftOut reason) {
      leftOut.put(tensor, reason.reason());
    } else {
      map(tensor, (NameRules.Mapped) fate.get());
    }
  }

  /** Hugging Face's classifier stands beside the network. */
  private void outside(StoredTensor tensor) {
    if (tensor.name().equals("classifier.weight")) {
      map(tensor, new NameRules.Mapped("head/kernel", AxisOrder.TRANSPOSED, 0, 1));
    } else if (tensor.name().equals("classifier.bias")) {
      map(tensor, new NameRules.Mapped("head/bias", AxisOrder.SAME, 0, 1));
    } else {
      leftOut.put(tensor, "not under " + prefix);
    }
  }

  private void map(StoredTensor tensor, NameRules.Mapped rule) {
    parameters.computeIfAbsent(rule.target(), Assembly::new).add(new Assembly.Piece(tensor, rule));
  }

  /** Leaves out classifiers that one linear layer on the pooled tokens cannot stand for. */
  private void chooseHead() {
    boolean two = leftOut.values().stream().anyMatch(r -> r.contains("distillation token"));
    boolean linear = has("head/kernel") && has("head/bias");
    if (two || !linear) {
      leaveOutHead("one of several heads");
    } else if (readsTwoPools()) {
      leaveOutHead("a classifier of the class token and the mean of all patches");
    }
  }

  /** DINOv2's linear classifiers. */
  private boolean readsTwoPools() {
    long[] head = shape("head/kernel");
    long[] norm = shape("student/norm/scale");
    return head != null && norm != null && head[0] == 2 * norm[0];
  }

  private void leaveOutHead(String reason) {
    for (String name : new String[] {"head/kernel", "head/bias"}) {
      Assembly head = parameters.remove(name);
      if (head != null) {
        head.pieces().forEach(piece -> leftOut.put(piece.tensor(), reason));
      }
    }
  }

  boolean has(String parameter) {
    return parameters.containsKey(parameter);
  }

  /** Our shape of a parameter; null where it is missing or cannot be put together. */
  long[] shape(String parameter) {
    Assembly assembly = parameters.get(parameter);
    return assembly == null || !assembly.problem().isEmpty() ? null : assembly.shape();
  }
}
