package org.fdistill.task;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.Problems;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.UserError;
import org.fdistill.eval.Criterion;
import org.fdistill.model.Network;
import org.fdistill.model.head.DenseHead;
import org.fdistill.model.head.Head;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.EvalCropConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.StudentConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.classify.Classification;
import org.fdistill.task.classify.LinearProbe;
import org.fdistill.task.distill.FeatureDistillation;
import org.fdistill.task.segment.Segmentation;
import org.fdistill.teacher.TeacherDescription;

/** From a config to its task: the one place that knows all tasks. */
public final class Tasks {
  private static final int PLAIN_SIDE = 224;

  private Tasks() {}

  /** The task that a run's config describes. */
  public static Task of(RunConfig run) {
    return switch (run.getTaskCase()) {
      case DISTILL -> new FeatureDistillation(run);
      case CLASSIFY -> new Classification(run);
      case PROBE -> new LinearProbe(run);
      case SEGMENT -> new Segmentation(run);
      case TASK_NOT_SET ->
          throw UserError.usage(
              "the config has no task.\nExpected one of: distill, classify, probe, segment.\n"
                  + "Add, for example, distill { teacher { path: \"savedmodels/NAME\" } }.");
    };
  }

  /**
   * Reads a run config as {@link RunConfigs} does, and lets its task check it as well.
   *
   * @throws UserError naming the field, its place and what was expected
   */
  public static RunConfig load(Path file, List<String> overrides) {
    return RunConfigs.load(file, overrides, Tasks::check);
  }

  /**
   * As {@link #load}, from text.
   *
   * @param source the text's name in messages
   */
  public static RunConfig parse(String text, String source, List<String> overrides) {
    return RunConfigs.parse(text, source, overrides, Tasks::check);
  }

  private static void check(RunConfig run, Problems problems) {
    if (!isOfRun(run)) {
      problems.unless(
          false,
          "the config",
          "has no task; set exactly one of distill { }, classify { }, probe { }, segment { }");
    } else {
      of(run).check(problems);
    }
  }

  /** The name of a config's task, such as distill; empty where it has none. */
  public static String name(RunConfig run) {
    return isOfRun(run) ? run.getTaskCase().name().toLowerCase(Locale.ROOT) : "";
  }

  /** Whether a config is that of a run, and not of a network alone. */
  public static boolean isOfRun(RunConfig config) {
    return config.getTaskCase() != RunConfig.TaskCase.TASK_NOT_SET;
  }

  /**
   * How a SavedModel that no run made is read, as the teacher of a run without a network: by the
   * description beside it. Images are of its size, or {@value #PLAIN_SIDE} pixels wide where
   * nothing says so.
   *
   * @param overrides {@code distill.teacher.FIELD=value} where the description says something else
   * @throws UserError naming an unknown field or a wrong value
   */
  public static RunConfig describing(Path model, List<String> overrides) {
    RunConfig.Builder run = RunConfig.newBuilder();
    run.getDistillBuilder().addTeacherBuilder().setPath(model.toString());
    RunConfigs.override(run, overrides);
    RunConfigs.checkRanges(run.build(), model.toString());
    int described = TeacherDescription.of(run.getDistill().getTeacher(0)).getImageSize();
    int side = described > 0 ? described : PLAIN_SIDE;
    for (DataConfig.Builder data :
        List.of(run.getTrainDataBuilder(), run.getValidationDataBuilder())) {
      data.setImageSize(data.hasImageSize() ? data.getImageSize() : side);
    }
    return run.build();
  }

  /** What a run's export gives beside features; nothing for a network that is not trained here. */
  public static Head head(RunConfig run) {
    return isOfRun(run) ? of(run).head() : Head.NONE;
  }

  /** What a run's export gives for each pixel, where it does not give features. */
  public static Optional<DenseHead> denseHead(RunConfig run) {
    return isOfRun(run) ? of(run).denseHead() : Optional.empty();
  }

  /** Whether 0 means no class in the masks of a run that segments. */
  public static boolean zeroIsNoClass(RunConfig run) {
    return run.getSegment().getZeroIsNoClass();
  }

  /** What a model card says of a run's task; of a network alone where there is none. */
  public static CardEntry card(RunConfig run) {
    return isOfRun(run) ? of(run).card() : new CardEntry("A vision backbone", "", Map.of());
  }

  /** The networks that a run trains, the first of which {@code model} describes. */
  public static List<Student> students(RunConfig run) {
    List<Student> students = new ArrayList<>();
    students.add(new Student("", alone(run, run.getModel())));
    for (StudentConfig student : run.getDistill().getStudentList()) {
      students.add(new Student(student.getName(), alone(run, student.getModel())));
    }
    return students;
  }

  /** What makes a checkpoint the best of one of a run's students. */
  public static Criterion criterion(RunConfig run, Student student) {
    return of(run).criteria().get(students(run).indexOf(student));
  }

  private static RunConfig alone(RunConfig run, BackboneConfig model) {
    if (run.getDistill().getStudentCount() == 0) {
      return run;
    }
    RunConfig.Builder alone = run.toBuilder().setModel(model);
    alone.getDistillBuilder().clearStudent();
    return alone.build();
  }

  /** The network that a run's config describes, whether or not it has a task. */
  public static Network network(RunConfig run) {
    return Network.student(run.getModel(), run.getTrainData().getNormalization());
  }

  /** As {@link #network}, for the pixels of validation and export. */
  public static Network evaluated(RunConfig run) {
    return run.hasValidationData()
        ? network(run).seeing(run.getValidationData().getNormalization())
        : network(run);
  }

  /** How a file becomes pixels in a run's validation and export. */
  public static EvalCropConfig evalCrop(RunConfig run) {
    return (run.hasValidationData() ? run.getValidationData() : run.getTrainData()).getEvalCrop();
  }

  /** The run with its teachers in every step, whatever it keeps of them on disk. */
  public static RunConfig withoutCache(RunConfig run) {
    RunConfig.Builder taught = run.toBuilder();
    if (run.hasDistill()) {
      taught.getDistillBuilder().clearCache();
    }
    return taught.build();
  }

  /** A run that learns from other teachers; the run itself where it learns from none. */
  public static RunConfig withTeachers(RunConfig run, List<TeacherConfig> teachers) {
    RunConfig.Builder taught = run.toBuilder();
    if (run.hasDistill()) {
      taught.getDistillBuilder().clearTeacher().addAllTeacher(teachers);
    }
    return taught.build();
  }
}
