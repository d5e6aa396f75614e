package org.fdistill.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fdistill.config.TextProtos;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.train.Summary;

/**
 * What the quickstart's student is for: short runs of fine-tuning, linear probe and segmentation,
 * each beside one that starts elsewhere. Those that are finished are not run again.
 */
final class DownstreamRuns {
  static final String STUDENT_FINETUNE = "student_finetune_top1";
  static final String SCRATCH_FINETUNE = "scratch_finetune_top1";
  static final String STUDENT_PROBE = "student_probe_top1";
  static final String TEACHER_PROBE = "teacher_probe_top1";
  static final String STUDENT_IOU = "student_miou";
  static final String SCRATCH_IOU = "scratch_miou";

  private static final String TOP_1 = "validation_top1";
  private static final String IOU = "validation_miou";

  private final Path configs;
  private final Path folder;
  private final Path teacher;
  private final List<String> overrides;
  private final Console console;
  private final Map<String, Object> results = new LinkedHashMap<>();

  /**
   * For one quickstart.
   *
   * @param home of fdistill
   * @param folder of the quickstart, with its data and the student's export
   * @param teacher a SavedModel of fdistill's
   * @param overrides of every run's config, such as its threads
   */
  DownstreamRuns(Path home, Path folder, Path teacher, List<String> overrides, Console console) {
    this.configs = home.resolve(Path.of("configs", "quickstart"));
    this.folder = folder;
    this.teacher = teacher;
    this.overrides = overrides;
    this.console = console;
  }

  /** The folders of the runs, in their order. */
  static List<Path> folders(Path quickstart) {
    return Stream.of(
            "finetune/student",
            "finetune/scratch",
            "probe/student",
            "probe/teacher",
            "segment/student",
            "segment/scratch")
        .map(quickstart::resolve)
        .toList();
  }

  /** Runs them all and adds their results to the quickstart's {@code summary.json}. */
  void run() {
    List<String> student = List.of("model.init_from=" + quoted(folder.resolve(ExportAtEnd.FOLDER)));
    // Layer decay is for weights that have learned something.
    List<String> scratch = List.of("model.init_from=\"\"", "optimizer.layer_decay=1");
    run("finetune", "student", student, TOP_1, STUDENT_FINETUNE);
    run("finetune", "scratch", scratch, TOP_1, SCRATCH_FINETUNE);
    run("probe", "student", student, TOP_1, STUDENT_PROBE);
    run("probe", "teacher", List.of("model={" + teacherModel() + "}"), TOP_1, TEACHER_PROBE);
    run("segment", "student", student, IOU, STUDENT_IOU);
    run("segment", "scratch", scratch, IOU, SCRATCH_IOU);
    Summary.add(folder, results);
  }

  private void run(String task, String start, List<String> changes, String value, String entry) {
    Path run = folder.resolve(task).resolve(start);
    List<String> settings = new ArrayList<>();
    settings.add("train_data.tfrecord.path=" + quoted(folder.resolve("data/train-*")));
    settings.add("validation_data.tfrecord.path=" + quoted(folder.resolve("data/validation-*")));
    settings.addAll(changes);
    settings.addAll(overrides);
    RunConfig config = Tasks.load(configs.resolve(task + ".txtpb"), settings);
    console.note(task + " from " + start + "; run folder " + run);
    new RunTraining(config, run, console).run();
    results.put(entry, Summary.read(run).get(value).getAsDouble());
  }

  /** The teacher's network, with its weights. */
  private String teacherModel() {
    Path config = SavedModelFolder.read(teacher).path().resolve(SavedModelFolder.CONFIG);
    BackboneConfig model = TextProtos.read(config, RunConfig.getDefaultInstance()).getModel();
    return TextProtos.toText(model.toBuilder().setInitFrom(teacher.toString()).build());
  }

  private static String quoted(Path path) {
    return '"' + path.toString() + '"';
  }
}
