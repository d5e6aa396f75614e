package org.fdistill.checkpoint;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.fdistill.checkpoint.ParameterOrigin.How;
import org.fdistill.resample.TableResizing;
import org.tensorflow.ndarray.Shape;

/**
 * Which tensor of a source each parameter of a network starts from. The rules are few, and what
 * none of them covers is a problem:
 *
 * <ul>
 *   <li>A parameter takes the tensor of its name. Position tables may be of another grid.
 *   <li>A relative position table of one block takes the source's shared one where the source has
 *       no other, as the reference's fine-tuning does.
 *   <li>A norm on the pooled tokens (fc_norm) starts anew where the source has one on the tokens.
 *   <li>A final norm is left out where the network has none, for a head on the maps inside of it.
 *   <li>Learned positions are left out where the network computes them.
 *   <li>A head is taken if all of it fits. Whatever else belongs to a task stays on either side.
 * </ul>
 */
final class WeightMatching {
  private static final String HEAD = "head/";

  private final NetworkParameters network;
  private final Map<String, Shape> source;
  private final PositionTables positions;
  private final List<ParameterOrigin> origins = new ArrayList<>();
  private final Map<String, String> leftOut = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * Finds a tensor for each parameter, and what is to be said of all the others.
   *
   * @param network that takes the weights
   * @param source shape of each tensor, by name
   */
  WeightMatching(NetworkParameters network, Map<String, Shape> source) {
    this.network = network;
    this.source = new TreeMap<>(source);
    positions = new PositionTables(network);
    network.shapes().forEach(this::match);
    leaveOut();
  }

  /** One for each parameter, unless there are problems. */
  List<ParameterOrigin> origins() {
    return origins;
  }

  /** Why a tensor of the source is not used, by its name. */
  Map<String, String> leftOut() {
    return leftOut;
  }

  /** The shape of a tensor of the source. */
  Shape sourceShape(String name) {
    return source.get(name);
  }

  /** What does not fit, on either side, a line each; empty where the weights can be loaded. */
  List<String> problems() {
    return problems;
  }

  private void match(String name, Shape shape) {
    if (network.isOwn(name)) {
      matchOwn(name, shape);
    } else if (name.startsWith(HEAD)) {
      origins.add(
          headFits()
              ? ParameterOrigin.loaded(name, shape)
              : ParameterOrigin.kept(name, shape, whyHeadIsNew()));
    } else {
      origins.add(ParameterOrigin.kept(name, shape, "not part of " + network.scope()));
    }
  }

  private void matchOwn(String name, Shape shape) {
    String from = takesSharedTable(name) ? positions.shared() : name;
    Shape found = source.get(from);
    if (found == null) {
      missing(name, shape);
    } else if (found.equals(shape)) {
      origins.add(
          from.equals(name)
              ? ParameterOrigin.loaded(name, shape)
              : new ParameterOrigin(name, shape, How.COPIED, from, "", values -> values));
    } else {
      Optional<TableResizing> resizing = positions.between(found, name, shape);
      resizing.ifPresentOrElse(
          how -> resample(name, shape, from, how),
          () -> problems.add("! " + name + ": found " + found + ", expected " + shape));
    }
  }

  private boolean takesSharedTable(String name) {
    return positions.isOfOneBlock(name)
        && !source.containsKey(name)
        && source.containsKey(positions.shared())
        && !network.shapes().containsKey(positions.shared());
  }

  private void resample(String name, Shape shape, String from, TableResizing how) {
    How kind = from.equals(name) ? How.RESAMPLED : How.COPIED;
    origins.add(new ParameterOrigin(name, shape, kind, from, how.text(), how.values()));
  }

  private void missing(String name, Shape shape) {
    if (isPooledNorm(name) && normIsOnTokens()) {
      origins.add(
          ParameterOrigin.kept(name, shape, "a norm on the pooled tokens, the source's is on all"));
    } else {
      problems.add("- " + name + ": missing");
    }
  }

  private boolean isPooledNorm(String name) {
    return name.startsWith(network.name("fc_norm/"));
  }

  private boolean normIsOnTokens() {
    return source.containsKey(network.name("norm/scale"))
        && !source.containsKey(network.name("fc_norm/scale"));
  }

  private boolean headFits() {
    Map<String, Shape> wanted = head(network.shapes());
    return !wanted.isEmpty() && wanted.equals(head(source));
  }

  private String whyHeadIsNew() {
    Shape found = source.get(HEAD + "bias");
    if (found != null) {
      return "the source's head has " + found.get(0) + " classes";
    }
    return head(source).isEmpty() ? "the source has no head" : "the source's head is another";
  }

  private Map<String, Shape> head(Map<String, Shape> shapes) {
    Map<String, Shape> head = new TreeMap<>(shapes);
    head.keySet().removeIf(name -> !name.startsWith(HEAD) || isSlot(name));
    return head;
  }

  private void leaveOut() {
    Set<String> used = new HashSet<>();
    origins.forEach(origin -> used.add(origin.source()));
    for (String name : source.keySet()) {
      String why = used.contains(name) ? "" : whyLeftOut(name);
      if (!why.isEmpty()) {
        leftOut.put(name, why);
      } else if (network.isOwn(name) && !isWanted(name, used)) {
        problems.add("+ " + name + ": not in the network, " + source.get(name));
      }
    }
  }

  /** One of another shape is a problem already. */
  private boolean isWanted(String name, Set<String> used) {
    return used.contains(name) || network.shapes().containsKey(name);
  }

  private String whyLeftOut(String name) {
    if (isSlot(name)) {
      return "an optimiser's";
    } else if (!network.isOwn(name)) {
      return "not part of " + network.scope();
    } else if (name.equals(positions.absolute()) && positions.areComputed()) {
      return "the network computes its positions";
    }
    return isFinalNorm(name) ? whyNormIsLeftOut(name) : "";
  }

  private boolean isFinalNorm(String name) {
    return name.startsWith(network.name("norm/")) || isPooledNorm(name);
  }

  private String whyNormIsLeftOut(String name) {
    boolean onTokens = network.shapes().containsKey(network.name("norm/scale"));
    boolean onPooled = network.shapes().containsKey(network.name("fc_norm/scale"));
    if (!onTokens && !onPooled) {
      return "the network has no final norm";
    }
    return onPooled && !isPooledNorm(name) ? "the network's norm is on the pooled tokens" : "";
  }

  /** Whether a tensor of the source is an optimiser's: its name goes on from a parameter's. */
  boolean isSlot(String name) {
    return source.containsKey(name.substring(0, Math.max(0, name.lastIndexOf('/'))));
  }
}
