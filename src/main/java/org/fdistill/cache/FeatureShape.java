package org.fdistill.cache;

import org.fdistill.model.Endpoints;
import org.fdistill.teacher.Teacher;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The features of one view: N tokens, C wide; the class token where there is one, then a grid of G
 * by G. Registers mean nothing to another network and are not kept.
 *
 * @param classToken whether the first token is a class token
 * @param grid G
 * @param width C
 * @param stride pixels from one patch to the next
 */
record FeatureShape(boolean classToken, int grid, int width, int stride) {
  static FeatureShape of(Teacher teacher) {
    return new FeatureShape(
        teacher.hasClassToken(), teacher.grid(), teacher.width(), teacher.stride());
  }

  /** N. */
  int tokens() {
    return (classToken ? 1 : 0) + grid * grid;
  }

  /** The tokens to keep, [B, N, C]. */
  Operand<TFloat32> kept(Ops tf, Endpoints teacher) {
    return classToken ? teacher.classAndPatchTokens(tf) : teacher.patchTokens(tf);
  }

  /** As the teacher would have given them. */
  Endpoints endpoints(Operand<TFloat32> tokens) {
    return Endpoints.ofTokens(tokens, classToken ? 1 : 0, classToken, grid, width, stride);
  }
}
