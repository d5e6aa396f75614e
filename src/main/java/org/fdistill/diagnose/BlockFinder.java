package org.fdistill.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.tensorflow.proto.NodeDef;

/**
 * Finds what leaves each block of a transformer: behind its attention the sum with what entered the
 * block, and behind that the sum of that sum with what the MLP makes of it.
 */
final class BlockFinder {
  private static final Set<String> SUMS = Set.of("Add", "AddV2", "AddN");

  private final DataFlow flow;

  BlockFinder(DataFlow flow) {
    this.flow = flow;
  }

  /**
   * The nodes that leave the blocks.
   *
   * @param attention the nodes of each block's attention
   * @return one for each; empty where one is not found
   */
  List<String> find(List<String> attention) {
    List<String> blocks = new ArrayList<>();
    for (String weights : attention) {
      Optional<String> left = afterAttention(weights).flatMap(this::afterMlp);
      if (left.isEmpty()) {
        return List.of();
      }
      blocks.add(left.get());
    }
    return blocks;
  }

  /** The first sum of what follows from the attention and what the attention was made of. */
  private Optional<String> afterAttention(String weights) {
    Set<String> before = flow.before(weights);
    Set<String> after = flow.after(weights);
    return firstSum(after, in -> before.contains(flow.origin(in)), after::contains);
  }

  private Optional<String> afterMlp(String sum) {
    Set<String> after = flow.after(sum);
    return firstSum(after, in -> flow.origin(in).equals(sum), in -> !flow.origin(in).equals(sum));
  }

  private Optional<String> firstSum(
      Set<String> among, Predicate<String> stream, Predicate<String> branch) {
    return flow.nodes().stream()
        .filter(node -> SUMS.contains(node.getOp()) && among.contains(node.getName()))
        .map(NodeDef::getName)
        .filter(name -> flow.inputs(name).size() == 2)
        .filter(name -> flow.inputs(name).stream().anyMatch(stream))
        .filter(name -> flow.inputs(name).stream().anyMatch(branch))
        .findFirst();
  }
}
