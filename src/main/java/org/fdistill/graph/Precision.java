package org.fdistill.graph;

import org.fdistill.proto.RuntimeConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The number format of matrix products and convolutions. Variables, the optimiser, norms, softmax
 * and losses stay in float32 under either; a tensor whose type depends on the policy is an {@code
 * Operand<TFloating>}.
 */
public enum Precision {
  /** Everything in float32. */
  FLOAT32(TFloat32.class),
  /** Products in bfloat16, with float32 accumulation inside the kernels. */
  BFLOAT16(TBfloat16.class);

  private final Class<? extends TFloating> type;

  Precision(Class<? extends TFloating> type) {
    this.type = type;
  }

  /** What a runtime config asks for. */
  public static Precision of(RuntimeConfig runtime) {
    return switch (runtime.getPrecision()) {
      case FLOAT32 -> FLOAT32;
      case BFLOAT16 -> BFLOAT16;
    };
  }

  /** The element type of products. */
  public Class<? extends TFloating> type() {
    return type;
  }

  /**
   * Brings a tensor of any shape into the format of products; nothing is added where it is in it.
   */
  @SuppressWarnings("unchecked") // The policy, not the compiler, knows the element type.
  public Operand<TFloating> compute(Ops tf, Operand<? extends TFloating> x) {
    return (Operand<TFloating>) (x.type() == type ? x : tf.dtypes.cast(x, type));
  }

  /** Brings a tensor of any shape to float32; nothing is added where it is float32. */
  @SuppressWarnings("unchecked") // Guarded by the type test.
  public static Operand<TFloat32> full(Ops tf, Operand<? extends TFloating> x) {
    return x.type() == TFloat32.class ? (Operand<TFloat32>) x : tf.dtypes.cast(x, TFloat32.class);
  }

  /** Brings a tensor of any shape to the type of another; nothing is added where it has it. */
  public static Operand<TFloating> like(
      Ops tf, Operand<? extends TFloating> x, Operand<? extends TFloating> other) {
    return to(tf, x, other.type());
  }

  /** Brings a tensor of any shape to a type; nothing is added where it has it. */
  @SuppressWarnings("unchecked") // Guarded by the type test.
  public static Operand<TFloating> to(
      Ops tf, Operand<? extends TFloating> x, Class<? extends TFloating> type) {
    boolean same = type.equals((Class<?>) x.type());
    return (Operand<TFloating>) (same ? x : tf.dtypes.cast(x, type));
  }
}
