package org.fdistill.task.distill;

import org.fdistill.model.Backbone;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Aligned;
import org.fdistill.proto.DistillTask.Targets;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Which features of a student meet which of a teacher (Table 2 of the paper). Registers are never
 * compared: they mean nothing to another network.
 *
 * @param targets that the config asks for
 * @param tokens which ones, where targets are {@code TOKENS}
 * @param classTokens whether student and teacher both have a class token; if not, {@code TOKENS}
 *     are the patches alone
 */
record Alignment(Targets targets, Aligned tokens, boolean classTokens) {
  /** Of one student with one teacher. */
  static Alignment of(DistillTask config, Backbone student, FeatureSource teacher) {
    return new Alignment(
        config.getTargets(),
        config.getAligned(),
        student.hasClassToken() && teacher.hasClassToken());
  }

  /**
   * Features that stand for the same, row by row.
   *
   * @param student [rows, C]
   * @param teacher [rows, Ct]
   */
  record Pairs(Operand<TFloat32> student, Operand<TFloat32> teacher) {}

  /** The pairs of one batch; the rows of an image follow each other. */
  Pairs pairs(Ops tf, Endpoints student, Endpoints teacher) {
    boolean byToken = targets == Targets.TOKENS;
    Endpoints compared = byToken ? teacher.seenBy(tf, student) : teacher;
    return new Pairs(rows(tf, student), rows(tf, compared));
  }

  private Operand<TFloat32> rows(Ops tf, Endpoints endpoints) {
    Operand<TFloat32> features =
        switch (targets) {
          case TOKENS -> tokens(tf, endpoints);
          case CLASS_TOKEN -> endpoints.classToken(tf);
          case GAP -> endpoints.pooled(tf);
        };
    return tf.reshape(features, tf.constant(new int[] {-1, endpoints.width()}));
  }

  private Operand<TFloat32> tokens(Ops tf, Endpoints endpoints) {
    return switch (tokens) {
      case CLASS_AND_VISIBLE, ALL ->
          classTokens ? endpoints.classAndPatchTokens(tf) : endpoints.patchTokens(tf);
      case VISIBLE -> endpoints.patchTokens(tf);
      case CLASS -> endpoints.classToken(tf);
    };
  }
}
