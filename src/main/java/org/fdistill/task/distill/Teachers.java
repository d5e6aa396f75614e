package org.fdistill.task.distill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Backbone;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Aligned;
import org.fdistill.proto.DistillTask.Targets;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.teacher.Teacher;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

/**
 * The opened teachers of a run, in the config's order.
 *
 * @param sources of their features
 */
record Teachers(List<FeatureSource> sources) {
  private static final String TOKENS = "the tokens of teacher ";

  /**
   * Opens them all.
   *
   * @param student whose tokens learn theirs
   * @param stored says where the features of each come from
   * @throws UserError where there is none, one cannot serve, or two have one name
   */
  static Teachers open(
      DistillTask config, Backbone student, Precision precision, StoredTeachers stored) {
    if (config.getTeacherCount() == 0) {
      throw UserError.usage(
          "distill.teacher is missing.\nFeature distillation needs a frozen SavedModel; add"
              + " teacher { path: \"savedmodels/NAME\" } to distill, or --set"
              + " distill.teacher.path=savedmodels/NAME.");
    }
    Map<String, FeatureSource> byName = new LinkedHashMap<>();
    for (TeacherConfig described : config.getTeacherList()) {
      Teacher teacher = Teacher.open(described, student.imageSize(), precision);
      requireFit(teacher, config);
      if (byName.put(teacher.name(), stored.source(teacher)) != null) {
        throw UserError.usage(
            "Two teachers have the name "
                + teacher.name()
                + ".\nIt stands in the log and in the names of their projectors: give each its own"
                + " distill.teacher[i].name.");
      }
    }
    return new Teachers(List.copyOf(byName.values()));
  }

  private static void requireFit(Teacher teacher, DistillTask config) {
    boolean classAlone =
        config.getTargets() == Targets.TOKENS && config.getAligned() == Aligned.CLASS;
    if (config.getTargets() == Targets.CLASS_TOKEN || classAlone) {
      teacher.requireClassToken();
    }
    boolean logits = config.getTargets() == Targets.LOGITS;
    if (logits != teacher.isVector() && (logits || config.getTargets() == Targets.TOKENS)) {
      throw UserError.usage(
          """
          %s: it gives %s (teacher.layout %s), but distill.targets is %s.
          Expected %s.\
          """
              .formatted(
                  teacher.who(),
                  logits ? "tokens" : "one vector for each image",
                  teacher.description().getLayout(),
                  config.getTargets(),
                  logits
                      ? "logits: set teacher.layout VECTOR and teacher.output logits"
                      : "tokens, or distill.targets CLASS_TOKEN, GAP or LOGITS"));
    }
  }

  /** What each makes of a batch, in their order. */
  List<Endpoints> features(LayerScope scope, Batch batch) {
    List<Endpoints> features = new ArrayList<>();
    sources.forEach(source -> features.add(source.features(scope, batch)));
    return features;
  }

  /** Their tokens by the names that people are told. */
  Map<String, Operand<TFloat32>> named(List<Endpoints> features) {
    Map<String, Operand<TFloat32>> named = new LinkedHashMap<>();
    for (int i = 0; i < sources.size(); i++) {
      named.put(TOKENS + sources.get(i).name(), features.get(i).tokens());
    }
    return named;
  }

  /**
   * What is said where some of {@link #named} are not finite.
   *
   * @param names of some of them, one at least
   */
  UserError nonFinite(List<String> names, String when) {
    return sources.stream()
        .filter(source -> names.contains(TOKENS + source.name()))
        .findFirst()
        .orElseThrow()
        .nonFinite(when);
  }

  Optional<UserError> explain(RuntimeException failure) {
    return sources.stream().flatMap(source -> source.explain(failure).stream()).findFirst();
  }

  void restore(Session session) {
    sources.forEach(source -> source.restore(session));
  }
}
