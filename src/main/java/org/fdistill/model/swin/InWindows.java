package org.fdistill.model.swin;

import java.util.function.UnaryOperator;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.RowPermutation;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** Brings rows into the windows of a block and back; even blocks find them there. */
final class InWindows {
  private InWindows() {}

  /**
   * Moves the rows into the windows, lets each attend, and moves the result back.
   *
   * @param x [B N, C], in the order of the stage
   * @param attention on rows in the order of the block's windows
   * @return the same shape, in the order of the stage and the precision of products
   */
  static Operand<TFloating> attend(
      LayerScope scope,
      BlockPlace place,
      Operand<? extends TFloating> x,
      UnaryOperator<Operand<TFloating>> attention) {
    Ops tf = scope.tf();
    int width = place.stage().width();
    RowPermutation toWindows =
        RowPermutation.between(place.stage().order(), place.windows().order());
    // Rounded first, so that less is moved.
    Operand<TFloating> rows = scope.precision().compute(tf, x);
    Operand<TFloating> mixed = attention.apply(toWindows.apply(tf, rows, width));
    return toWindows.inverse().apply(tf, mixed, width);
  }
}
