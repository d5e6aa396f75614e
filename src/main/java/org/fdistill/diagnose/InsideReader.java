package org.fdistill.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/**
 * Finds a model's blocks, and by a run on two blank images what their shapes are: a graph does not
 * state them all.
 */
final class InsideReader {
  private static final int PROBED = 2;

  private final Graph graph;
  private final Ops tf;
  private final Session session;
  private final Subject subject;
  private final String images;

  /**
   * For one model of a graph that runs.
   *
   * @param images the tensor that takes its images
   */
  InsideReader(Graph graph, Ops tf, Session session, Subject subject, String images) {
    this.graph = graph;
    this.tf = tf;
    this.session = session;
    this.subject = subject;
    this.images = images;
  }

  /**
   * Reads the blocks.
   *
   * @param pattern names the nodes with attention where any matches; null to find them
   */
  Inside read(DataFlow flow, Pattern pattern) {
    AttentionFinder finder = new AttentionFinder(flow);
    List<String> named = pattern == null ? List.of() : finder.named(pattern);
    List<String> attention = named.isEmpty() ? finder.find() : named;
    if (attention.isEmpty()) {
      String why = withoutAttention(finder.softmaxes());
      return new Inside(subject, List.of(), why, why);
    }
    List<String> blocks = new BlockFinder(flow).find(attention);
    List<Layer> layers = layers(attention, blocks);
    return new Inside(subject, layers, misshapen(layers), withoutBlocks(layers, blocks));
  }

  private static String withoutAttention(List<String> softmaxes) {
    return "no attention found in its graph: no softmax between two products of parts of the image"
        + (softmaxes.isEmpty()
            ? " (it has no softmax at all)"
            : "; if one of its softmaxes is attention, name it with --attention: "
                + String.join(", ", softmaxes.stream().limit(8).toList()));
  }

  private static String withoutBlocks(List<Layer> layers, List<String> blocks) {
    if (blocks.isEmpty()) {
      return "the sums that leave its blocks were not found in its graph";
    }
    return layers.stream().anyMatch(layer -> layer.width() == 0)
        ? "what leaves its blocks has no shape of tokens"
        : "";
  }

  private static String misshapen(List<Layer> layers) {
    return layers.stream()
        .filter(layer -> layer.shape() == null)
        .map(layer -> layer.name() + " is no attention of a square grid of patches to itself")
        .findFirst()
        .or(() -> padded(layers))
        .orElse("");
  }

  /** Padding cannot be told from patches. */
  private static Optional<String> padded(List<Layer> layers) {
    return layers.stream()
        .filter(layer -> layer.tokens() > 0 && layer.leavingCount() != layer.shape().allPatches())
        .map(
            layer ->
                "%s is over %d patches, but %d leave its block: its windows seem to be padded"
                    .formatted(layer.name(), layer.shape().allPatches(), layer.leavingCount()))
        .findFirst();
  }

  private List<Layer> layers(List<String> attention, List<String> blocks) {
    List<Output<?>> tensors = new ArrayList<>();
    attention.forEach(node -> tensors.add(graph.operation(node).output(0)));
    blocks.forEach(node -> tensors.add(graph.operation(node).output(0)));
    List<Shape> shapes = probed(tensors);
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < attention.size(); i++) {
      boolean leaves = !blocks.isEmpty();
      layers.add(
          layer(
              attention.get(i),
              tensors.get(i),
              shapes.get(i),
              leaves ? tensors.get(attention.size() + i) : null,
              leaves ? shapes.get(attention.size() + i) : Shape.scalar()));
    }
    return layers;
  }

  private List<Shape> probed(List<Output<?>> tensors) {
    int side = subject.imageSize();
    try (TUint8 blank = TUint8.tensorOf(Shape.of(PROBED, side, side, 3))) {
      Session.Runner runner = session.runner().feed(images, blank);
      tensors.forEach(runner::fetch);
      try (Result result = runner.run()) {
        List<Shape> shapes = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
          Tensor tensor = result.get(i);
          shapes.add(tensor.shape());
        }
        return shapes;
      }
    }
  }

  private Layer layer(
      String name, Output<?> attention, Shape attended, Output<?> leaving, Shape left) {
    Optional<AttentionShape> shape =
        AttentionShape.of(attended, subject.prefixTokens(), subject.imageSize());
    Operand<TFloat32> weights =
        shape.map(s -> reshaped(floats(attention), s.heads(), s.tokens(), s.tokens())).orElse(null);
    int rank = left.numDimensions();
    int width = rank < 2 ? 0 : (int) left.get(rank - 1);
    int tokens = width == 0 ? 0 : (int) (left.size() / PROBED / width);
    Operand<TFloat32> patches = width == 0 ? null : reshaped(floats(leaving), tokens, width);
    return new Layer(ownName(name), weights, shape.orElse(null), patches, tokens, width);
  }

  /** As the model's own graph has it. */
  private static String ownName(String node) {
    return node.replaceFirst("^(model_\\d+|teacher/[^/]+)/", "");
  }

  private Operand<TFloat32> reshaped(Operand<TFloat32> tensor, int... sizes) {
    int[] all = new int[sizes.length + 1];
    all[0] = -1;
    System.arraycopy(sizes, 0, all, 1, sizes.length);
    return tf.reshape(tensor, tf.constant(all));
  }

  @SuppressWarnings("unchecked") // Guarded by the type test.
  private Operand<TFloat32> floats(Output<?> tensor) {
    return tensor.type().equals((Class<?>) TFloat32.class)
        ? (Operand<TFloat32>) tensor
        : tf.dtypes.cast((Operand<? extends TFloating>) tensor, TFloat32.class);
  }
}
