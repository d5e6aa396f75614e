package org.fdistill.convert;

import java.util.List;
import java.util.Set;

/**
 * One published way of naming a network's tensors.
 *
 * @param name for people
 * @param network what it describes
 * @param anchor a tensor that is always there; what stands before it in a file is the prefix
 * @param required further tensors by which it is told from its like
 * @param rules for names without the prefix
 */
record Dialect(
    String name, Network network, String anchor, List<String> required, NameRules rules) {
  /** Kinds of networks. */
  enum Network {
    /** Vision transformers. */
    VIT,
    /** Swin transformers. */
    SWIN,
    /** Swin transformers V2. */
    SWIN_V2
  }

  /** Whether a network was trained in Flax, whose GELU is the approximation by tanh. */
  boolean isFlax() {
    return anchor.endsWith("/kernel");
  }

  /** Whether a file's tensors under a prefix are named so. */
  boolean matches(String prefix, Set<String> names) {
    return names.contains(prefix + anchor)
        && required.stream().allMatch(name -> names.contains(prefix + name));
  }

  /** The prefixes under which a file's tensors are named so. */
  List<String> prefixes(Set<String> names) {
    return names.stream()
        .filter(name -> name.endsWith(anchor))
        .map(name -> name.substring(0, name.length() - anchor.length()))
        .filter(prefix -> prefix.isEmpty() || prefix.endsWith(".") || prefix.endsWith("/"))
        .filter(prefix -> matches(prefix, names))
        .toList();
  }
}
