package org.fdistill.teacher;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.proto.TeacherConfig.Layout;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * How a model's output is read as tokens: N of them, C wide, {@code prefixTokens} in front of a
 * grid of G by G patches. A vector is read as a class token without patches.
 *
 * @param layout of the output
 * @param prefixTokens tokens before the patches
 * @param grid G; 0 for a vector
 * @param width C
 */
record TokenLayout(Layout layout, int prefixTokens, int grid, int width) {
  private static final int MOST_PREFIX_TOKENS = 16;

  /** Whether a shape tells every size but the batch's, and the rank fits the layout. */
  static boolean isDeclared(Shape shape) {
    if (shape.isUnknown() || shape.numDimensions() < 1) {
      return false;
    }
    for (int i = 1; i < shape.numDimensions(); i++) {
      if (shape.get(i) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads the sizes off an output's shape.
   *
   * @param shape with every size but the batch's
   * @param outputs the model's outputs, for messages
   */
  static TokenLayout of(
      TeacherConfig description, ModelTensor output, Shape shape, String outputs, String who) {
    Layout layout = description.getLayout();
    if (shape.numDimensions() != rank(layout)) {
      throw wrongRank(layout, output, shape, outputs, who);
    }
    if (layout == Layout.FEATURE_MAP) {
      return ofMap(output, shape, who);
    }
    if (layout == Layout.VECTOR) {
      return new TokenLayout(layout, 1, 0, (int) shape.get(1));
    }
    int prefix = description.getPrefixTokens();
    int patches = (int) shape.get(1) - prefix;
    int grid = root(patches);
    if (grid == 0) {
      throw notSquare(output, shape, prefix, who);
    }
    return new TokenLayout(layout, prefix, grid, (int) shape.get(2));
  }

  private static int rank(Layout layout) {
    return expected(layout).split(",").length;
  }

  private static String expected(Layout layout) {
    return switch (layout) {
      case TOKENS -> "[batch, tokens, width]";
      case FEATURE_MAP -> "[batch, grid, grid, width]";
      case VECTOR -> "[batch, width]";
    };
  }

  private static TokenLayout ofMap(ModelTensor output, Shape shape, String who) {
    if (shape.get(1) != shape.get(2)) {
      String hint =
          shape.get(2) == shape.get(3)
              ? "Channels seem to come first; export the teacher with channels last."
              : "Choose an output that is a square map.";
      throw UserError.input(
          """
          %s: its output %s is %s, which is no square map.
          Expected with teacher.layout FEATURE_MAP: [batch, grid, grid, width].
          %s\
          """
              .formatted(who, output.label(), ModelTensor.text(shape), hint));
    }
    return new TokenLayout(Layout.FEATURE_MAP, 0, (int) shape.get(1), (int) shape.get(3));
  }

  private static UserError wrongRank(
      Layout layout, ModelTensor output, Shape shape, String outputs, String who) {
    Optional<Layout> other =
        Stream.of(Layout.TOKENS, Layout.FEATURE_MAP)
            .filter(l -> rank(l) == shape.numDimensions())
            .findFirst();
    return UserError.input(
        """
        %s: its output %s is %s.
        Expected with teacher.layout %s: %s.
        %s\
        """
            .formatted(
                who,
                output.label(),
                ModelTensor.text(shape),
                layout,
                expected(layout),
                other.isPresent()
                    ? "Set teacher.layout: " + other.get() + "."
                    : "Set teacher.output to another output. The model's outputs are: "
                        + outputs
                        + "."));
  }

  private static UserError notSquare(ModelTensor output, Shape shape, int prefix, String who) {
    int tokens = (int) shape.get(1);
    List<String> fitting = new ArrayList<>();
    for (int k = 0; k <= Math.min(MOST_PREFIX_TOKENS, tokens - 1); k++) {
      if (root(tokens - k) > 1) {
        int grid = root(tokens - k);
        fitting.add(k + " (a grid of " + grid + " by " + grid + ")");
      }
    }
    return UserError.input(
        """
        %s: its output %s has %d tokens (%s); less teacher.prefix_tokens, %d, that leaves %d \
        patches, which is no square grid.
        Expected prefix tokens (such as a class token) and then grid x grid patches.
        %s\
        """
            .formatted(
                who,
                output.label(),
                tokens,
                ModelTensor.text(shape),
                prefix,
                tokens - prefix,
                fitting.isEmpty()
                    ? "Choose another output with teacher.output."
                    : "teacher.prefix_tokens would fit as: " + String.join(", ", fitting) + "."));
  }

  /** The root of a square, else 0. */
  private static int root(int square) {
    int root = (int) Math.round(Math.sqrt(Math.max(square, 0)));
    return root * root == square ? root : 0;
  }

  /** N: the tokens of an image, those of the prefix included. */
  int tokens() {
    return prefixTokens + grid * grid;
  }

  /**
   * Reads an output as tokens.
   *
   * @param output [B, N, C], [B, G, G, C] or [B, C]
   * @param batch B, or -1
   * @return [B, N, C], all but B static
   */
  Operand<TFloat32> tokens(Ops tf, Operand<TFloat32> output, long batch) {
    if (layout == Layout.TOKENS) {
      return tf.ensureShape(output, Shape.of(batch, tokens(), width));
    }
    Operand<TFloat32> whole =
        tf.ensureShape(
            output,
            layout == Layout.VECTOR ? Shape.of(batch, width) : Shape.of(batch, grid, grid, width));
    return tf.reshape(whole, tf.constant(new long[] {batch, tokens(), width}));
  }
}
