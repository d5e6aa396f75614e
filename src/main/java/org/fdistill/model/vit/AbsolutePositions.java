package org.fdistill.model.vit;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.Initializer;
import org.fdistill.graph.LayerScope;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.PositionKind;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Absolute positions, one row for each token: parameter {@code pos_embed}, or a fixed table that is
 * a constant of the graph. Tokens without a position get zeros. Letters: G grid side, R register
 * tokens, N tokens, C width.
 *
 * @param config of the network
 * @param grid G
 * @param initializer of a learned table
 */
record AbsolutePositions(VitConfig config, int grid, Initializer initializer) {

  /**
   * The table that is added to the tokens of each image.
   *
   * @param scope of the network
   * @return [1, N, C]
   */
  Operand<TFloat32> build(LayerScope scope) {
    return config.getAbsolutePositionKind() == PositionKind.LEARNED ? learned(scope) : fixed(scope);
  }

  private Operand<TFloat32> fixed(LayerScope scope) {
    Ops tf = scope.tf();
    SineCosine positions =
        new SineCosine(config.getAbsolutePositionKind(), grid, config.getWidth());
    Shape shape = Shape.of(1, patches(), config.getWidth());
    Operand<TFloat32> table = tf.constant(shape, DataBuffers.of(positions.table()));
    return joined(tf, zeros(tf, classTokens() + config.getRegisterTokens()), table);
  }

  private Operand<TFloat32> learned(LayerScope scope) {
    Ops tf = scope.tf();
    int registers = config.getRegisterTokens();
    return switch (config.getPositionedTokens()) {
      case EVERY_TOKEN -> parameter(scope, classTokens() + registers + patches());
      case PATCHES -> joined(tf, zeros(tf, classTokens() + registers), parameter(scope, patches()));
      case CLASS_AND_PATCHES -> {
        Operand<TFloat32> table = parameter(scope, classTokens() + patches());
        yield config.getClassToken() && registers > 0
            ? around(tf, table, zeros(tf, registers))
            : joined(tf, zeros(tf, registers), table);
      }
    };
  }

  /** Class token's row, registers, patches' rows. */
  private Operand<TFloat32> around(Ops tf, Operand<TFloat32> table, Operand<TFloat32> registers) {
    List<Output<TFloat32>> parts =
        tf.splitV(table, tf.constant(new int[] {1, patches()}), tf.constant(1), 2L).output();
    return joined(tf, parts.get(0), registers, parts.get(1));
  }

  private Operand<TFloat32> parameter(LayerScope scope, int rows) {
    return scope.parameter("pos_embed", initializer, 1, rows, config.getWidth());
  }

  /** Rows of no position; null for none. */
  private Operand<TFloat32> zeros(Ops tf, int rows) {
    return rows == 0
        ? null
        : tf.zeros(tf.constant(new int[] {1, rows, config.getWidth()}), TFloat32.class);
  }

  @SafeVarargs
  private static Operand<TFloat32> joined(Ops tf, Operand<TFloat32>... parts) {
    List<Operand<TFloat32>> present = new ArrayList<>();
    for (Operand<TFloat32> part : parts) {
      if (part != null) {
        present.add(part);
      }
    }
    return present.size() == 1 ? present.get(0) : tf.concat(present, tf.constant(1));
  }

  private int classTokens() {
    return config.getClassToken() ? 1 : 0;
  }

  private int patches() {
    return grid * grid;
  }
}
