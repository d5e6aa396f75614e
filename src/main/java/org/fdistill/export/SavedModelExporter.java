package org.fdistill.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.config.ImageSizes;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;

/** Writes a checkpoint's network as a SavedModel; see {@link SavedModelWriter}. */
public final class SavedModelExporter {
  private SavedModelExporter() {}

  /**
   * Exports the network that a run trained, of several the first.
   *
   * @param checkpoint of the run
   * @param model the parent of all versions
   * @throws org.fdistill.config.UserError where the checkpoint lacks weights, the disk is full, or
   *     the model that was written does not answer as it should; then nothing is left behind
   */
  public static Exported export(Checkpoint checkpoint, Path model) {
    return export(checkpoint, Tasks.students(checkpoint.runConfig()).get(0), model);
  }

  /**
   * Exports one of the networks that a run trained, by the names of a run of its own, unless the
   * newest version is the same to the last byte: a command that was killed comes to it again.
   *
   * @param student of the run
   * @throws org.fdistill.config.UserError as {@link #export(Checkpoint, Path)}
   */
  public static Exported export(Checkpoint checkpoint, Student student, Path model) {
    return SavedModelWriter.write(content(student.run(), student, checkpoint), model);
  }

  /**
   * Exports a network that a run trained for images of other sizes, one version each, which get
   * their numbers together: its positions are resampled. Where the newest versions are the same as
   * the first of these, they stay.
   *
   * @param sides S of each version, in pixels; all are checked before anything is written
   * @throws org.fdistill.config.UserError as {@link #export(Checkpoint, Path)}, and where the
   *     network cannot take images of such a size
   */
  public static List<Exported> export(
      Checkpoint checkpoint, Student student, List<Integer> sides, Path model) {
    List<ModelContent> contents =
        sides.stream()
            .map(side -> ImageSizes.changed(student.run(), side))
            .map(run -> content(run, student, checkpoint))
            .toList();
    return SavedModelWriter.writeAll(contents, model);
  }

  private static ModelContent content(RunConfig run, Student student, Checkpoint checkpoint) {
    return new TrainedModel(ExportedNetwork.of(run), run, checkpoint, student).content();
  }

  /**
   * Writes the graph of a run's network and how to read it as a teacher, without weights: enough to
   * build a training graph on, and to see what it costs.
   *
   * @param folder exists; becomes the model's
   */
  public static void exportGraph(RunConfig run, Path folder) throws IOException {
    ExportedNetwork network = ExportedNetwork.of(run);
    try (InferenceGraph graph = new InferenceGraph(network)) {
      SavedModelWriter.writeGraph(graph, folder);
    }
    SavedModelWriter.describeAsTeacher(
        ServingSignature.asTeacher(run.getName(), network.network().backbone(), ""), folder);
  }
}
