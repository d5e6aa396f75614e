package org.fdistill.task.distill;

import org.fdistill.graph.LayerScope;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.TargetNormalization;
import org.fdistill.proto.TeacherConfig;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** What becomes of a teacher's features before they are targets. */
interface TargetNormalizer {
  /**
   * What the student is to predict.
   *
   * @param scope whose path its variables' names start with
   * @param features [rows, Ct]
   * @return the same shape
   */
  Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> features);

  /** As a run's config has it for a teacher. */
  static TargetNormalizer of(DistillTask config, TeacherConfig teacher) {
    TargetNormalization kind = kind(config, teacher);
    return switch (kind) {
      case WHITEN, L2, NONE -> new TokenNormalizer(kind);
      case STANDARDISE -> new RunningStandardizer(config.getStatisticsDecay());
      case PHI_S -> new PhiStandardizer();
    };
  }

  /** The teacher's own choice, or that of the whole task. */
  private static TargetNormalization kind(DistillTask config, TeacherConfig teacher) {
    return teacher.hasTargetNormalization()
        ? teacher.getTargetNormalization()
        : config.getTargetNormalization();
  }
}
