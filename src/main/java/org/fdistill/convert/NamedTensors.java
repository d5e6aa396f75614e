package org.fdistill.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.fdistill.weights.StoredTensor;

/**
 * A file's tensors under our names.
 *
 * @param dialect in which the file names them
 * @param prefix what stands before their names in the file
 * @param parameters by our names
 * @param leftOut those that are not needed, by their names as the dialect spells them
 * @param unknown tensors under the prefix that no rule of the dialect knows
 */
record NamedTensors(
    Dialect dialect,
    String prefix,
    Map<String, Assembly> parameters,
    Map<String, LeftOut> leftOut,
    List<StoredTensor> unknown) {

  /** Where big_vision stacks the blocks of a network along the first axis. */
  private static final String STACKED = "encoderblock/";

  /** As many as a block's number has digits for in {@link NameRules}. */
  private static final long MOST_BLOCKS = 9999;

  /**
   * A tensor that is not needed.
   *
   * @param reason for the user
   */
  record LeftOut(StoredTensor tensor, String reason) {}

  /**
   * Reads the names of all tensors of a file; no values.
   *
   * @param tensors by their names without wrappers
   */
  static NamedTensors of(Map<String, StoredTensor> tensors, Dialect dialect, String prefix) {
    NamedTensors named =
        new NamedTensors(
            dialect, prefix, new TreeMap<>(), new LinkedHashMap<>(), new ArrayList<>());
    tensors.forEach((name, tensor) -> named.add(dialect.spelled(name), tensor));
    named.chooseHead();
    return named;
  }

  private void add(String full, StoredTensor tensor) {
    if (!full.startsWith(prefix)) {
      outside(full, tensor);
      return;
    }
    String name = full.substring(prefix.length());
    if (!name.contains(STACKED)) {
      addInside(name, tensor);
    } else if (tensor.shape().length == 0 || tensor.shape()[0] > MOST_BLOCKS) {
      unknown.add(tensor);
    } else {
      for (int block = 0; block < tensor.shape()[0]; block++) {
        addInside(name.replace(STACKED, "encoderblock_" + block + "/"), tensor.part(block));
      }
    }
  }

  private void addInside(String name, StoredTensor tensor) {
    Optional<NameRules.Fate> fate = dialect.rules().of(name);
    if (fate.isEmpty()) {
      unknown.add(tensor);
    } else if (fate.get() instanceof NameRules.LeftOut rule) {
      leftOut.put(prefix + name, new LeftOut(tensor, rule.reason()));
    } else if (fate.get() instanceof NameRules.Sections sections) {
      addSections(tensor, sections);
    } else if (fate.get() instanceof NameRules.Mapped rule) {
      map(tensor, rule);
    } else {
      classAndRegisters(tensor);
    }
  }

  private void addSections(StoredTensor tensor, NameRules.Sections sections) {
    int count = sections.targets().size();
    if (tensor.shape().length != 1 || tensor.shape()[0] % count != 0) {
      unknown.add(tensor);
      return;
    }
    int length = (int) tensor.elements() / count;
    for (int i = 0; i < count; i++) {
      StoredTensor section = tensor.rows(i * length, length);
      String target = sections.targets().get(i);
      if (target.isEmpty()) {
        leftOut.put(section.name(), new LeftOut(section, sections.reason()));
      } else {
        map(section, new NameRules.Mapped(target, AxisOrder.SAME, 0, 1));
      }
    }
  }

  private void classAndRegisters(StoredTensor tensor) {
    if (tensor.shape().length != 2 || tensor.shape()[0] < 2) {
      unknown.add(tensor);
      return;
    }
    int registers = Math.toIntExact(tensor.shape()[0]) - 1;
    map(tensor.rows(0, 1), new NameRules.Mapped("student/cls_token", AxisOrder.SAME, 0, 1));
    map(
        tensor.rows(1, registers),
        new NameRules.Mapped("student/reg_tokens", AxisOrder.SAME, 0, 1));
  }

  /** Hugging Face's classifier stands beside the network. */
  private void outside(String name, StoredTensor tensor) {
    if (name.equals("classifier.weight")) {
      map(tensor, new NameRules.Mapped("head/kernel", AxisOrder.TRANSPOSED, 0, 1));
    } else if (name.equals("classifier.bias")) {
      map(tensor, new NameRules.Mapped("head/bias", AxisOrder.SAME, 0, 1));
    } else {
      leftOut.put(name, new LeftOut(tensor, "not under " + prefix));
    }
  }

  private void map(StoredTensor tensor, NameRules.Mapped rule) {
    parameters.computeIfAbsent(rule.target(), Assembly::new).add(new Assembly.Piece(tensor, rule));
  }

  /** Leaves out classifiers that one linear layer on the pooled tokens cannot stand for. */
  private void chooseHead() {
    boolean two =
        leftOut.values().stream().anyMatch(t -> t.reason().contains("distillation token"));
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
        head.pieces().stream()
            .map(Assembly.Piece::tensor)
            .forEach(tensor -> leftOut.put(tensor.name(), new LeftOut(tensor, reason)));
      }
    }
  }

  boolean has(String parameter) {
    return parameters.containsKey(parameter);
  }

  /** A tensor under the prefix that is not needed. */
  Optional<StoredTensor> findLeftOut(String name) {
    return Optional.ofNullable(leftOut.get(prefix + name)).map(LeftOut::tensor);
  }

  /** Our shape of a parameter; null where it is missing or cannot be put together. */
  long[] shape(String parameter) {
    Assembly assembly = parameters.get(parameter);
    return assembly == null || !assembly.problem().isEmpty() ? null : assembly.shape();
  }

  /** The last size of a parameter; 1 where it is missing, which the list of parameters says. */
  int last(String parameter) {
    long[] shape = shape(parameter);
    return shape == null || shape.length == 0 ? 1 : (int) shape[shape.length - 1];
  }

  /**
   * P of the patch embedding.
   *
   * @throws UserError where its patches are no squares of RGB images
   */
  int patch() {
    long[] kernel = shape("student/patch_embed/kernel");
    if (kernel == null || kernel.length != 4 || kernel[0] != kernel[1] || kernel[2] != 3) {
      throw UserError.input(
          """
          The patch embedding %s is none of square patches of RGB images.
          Expected, in PyTorch's order, [width, 3, patch, patch]."""
              .formatted(parameters.get("student/patch_embed/kernel").sources()));
    }
    return (int) kernel[0];
  }
}
