package org.fdistill.convert;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One published way of naming a network's tensors.
 *
 * @param name for people
 * @param network what it describes
 * @param anchor a tensor that is always there; what stands before it in a file is the prefix
 * @param required further tensors by which it is told from its like
 * @param spellings other spellings of the same names, tried in order
 * @param rules for names without the prefix
 */
record Dialect(
    String name,
    Network network,
    String anchor,
    List<String> required,
    List<Spelling> spellings,
    NameRules rules) {
  /** Kinds of networks. */
  enum Network {
    /** Vision transformers. */
    VIT,
    /** Swin transformers. */
    SWIN,
    /** Swin transformers V2. */
    SWIN_V2
  }

  /** A dialect of one spelling. */
  Dialect(String name, Network network, String anchor, List<String> required, NameRules rules) {
    this(name, network, anchor, required, List.of(), rules);
  }

  /** Whether a network was trained in Flax, whose GELU is the approximation by tanh. */
  boolean isFlax() {
    return anchor.endsWith("/kernel");
  }

  /** Whether its tables hold the positions of larger images than those that it was made for. */
  boolean cutsPositions() {
    return List.of(VitDialects.RADIO, HuggingFaceDialects.RADIO).contains(this);
  }

  /** A name of a file as the rules spell it. */
  String spelled(String name) {
    String spelled = name;
    for (Spelling spelling : spellings) {
      spelled = spelling.apply(spelled);
    }
    return spelled;
  }

  /** The prefixes under which a file's tensors are named so. */
  List<String> prefixes(Set<String> names) {
    Set<String> spelled = spelled(names);
    return anchored(spelled).stream().filter(prefix -> missing(prefix, spelled).isEmpty()).toList();
  }

  /** The names of a file as the rules spell them. */
  Set<String> spelled(Set<String> names) {
    return spellings.isEmpty()
        ? names
        : names.stream().map(this::spelled).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** What stands before the anchor among spelled names, wherever it is there. */
  List<String> anchored(Set<String> spelled) {
    return spelled.stream()
        .filter(name -> name.endsWith(anchor))
        .map(name -> name.substring(0, name.length() - anchor.length()))
        .filter(prefix -> prefix.isEmpty() || prefix.endsWith(".") || prefix.endsWith("/"))
        .toList();
  }

  /** The required tensors that are not under a prefix among spelled names. */
  List<String> missing(String prefix, Set<String> spelled) {
    return required.stream().filter(name -> !spelled.contains(prefix + name)).toList();
  }
}
