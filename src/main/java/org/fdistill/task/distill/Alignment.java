package org.fdistill.task.distill;

import java.util.List;
import java.util.function.BiFunction;
import org.fdistill.model.Backbone;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Aligned;
import org.fdistill.proto.DistillTask.Targets;
import org.fdistill.teacher.AntialiasedResize;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Which features of a student meet which of a teacher (Table 2 of the paper). Registers are never
 * compared: they mean nothing to another network. Letters: G grid side of the student, Gt of the
 * teacher, Ct width of the teacher.
 *
 * @param targets that the config asks for
 * @param tokens which ones, where targets are {@code TOKENS}
 * @param classTokens whether student and teacher both have a class token; if not, {@code TOKENS}
 *     are the patches alone
 * @param grid G
 */
record Alignment(Targets targets, Aligned tokens, boolean classTokens, int grid) {
  /** Of one student with one teacher. */
  static Alignment of(DistillTask config, Backbone student, FeatureSource teacher) {
    return new Alignment(
        config.getTargets(),
        config.getAligned(),
        student.hasClassToken() && teacher.hasClassToken(),
        student.grid());
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
    Endpoints placed = placed(tf, teacher);
    boolean byToken = targets == Targets.TOKENS;
    Endpoints seen = byToken ? placed.seenBy(tf, student) : placed;
    return new Pairs(rows(tf, student, Endpoints::pooled), teacherRowsOf(tf, seen));
  }

  /** The teacher's features that take part where a student sees every patch: [rows, Ct]. */
  Operand<TFloat32> teacherRows(Ops tf, Endpoints teacher) {
    return teacherRowsOf(tf, placed(tf, teacher));
  }

  /** Logits are read as a class token. */
  private Operand<TFloat32> teacherRowsOf(Ops tf, Endpoints teacher) {
    return rows(tf, teacher, Endpoints::classToken);
  }

  /** The teacher's features at the student's places. */
  private Endpoints placed(Ops tf, Endpoints teacher) {
    return resamples(teacher.grid()) ? resampled(tf, teacher) : teacher;
  }

  /** Whether the patches of a teacher of such a grid are brought to the student's. */
  boolean resamples(int teacherGrid) {
    return targets == Targets.TOKENS && tokens != Aligned.CLASS && teacherGrid != grid;
  }

  /**
   * The features of one side.
   *
   * @param logits what takes the place of logits
   */
  private Operand<TFloat32> rows(
      Ops tf, Endpoints endpoints, BiFunction<Endpoints, Ops, Operand<TFloat32>> logits) {
    Operand<TFloat32> features =
        switch (targets) {
          case TOKENS -> tokens(tf, endpoints);
          case CLASS_TOKEN -> endpoints.classToken(tf);
          case GAP -> endpoints.pooled(tf);
          case LOGITS -> logits.apply(endpoints, tf);
        };
    return tf.reshape(features, tf.constant(new int[] {-1, endpoints.width()}));
  }

  /** The same with G x G patches, bilinear with half-pixel centres and antialiased. */
  private Endpoints resampled(Ops tf, Endpoints teacher) {
    Operand<TFloat32> map =
        new AntialiasedResize(teacher.grid(), grid).apply(tf, teacher.featureMap(tf));
    Operand<TFloat32> patches =
        tf.reshape(map, tf.constant(new int[] {-1, grid * grid, teacher.width()}));
    Operand<TFloat32> all =
        classTokens
            ? tf.concat(
                List.of(tf.expandDims(teacher.classToken(tf), tf.constant(1)), patches),
                tf.constant(1))
            : patches;
    return Endpoints.ofTokens(all, classTokens ? 1 : 0, classTokens, grid, teacher.width(), 1);
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
