package org.fdistill.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.config.ImageSizes;
import org.fdistill.proto.RunConfig;

/** Writes a checkpoint's network as a SavedModel; see {@link SavedModelWriter}. */
public final class SavedModelExporter {
  private SavedModelExporter() {}

  /**
   * Exports the network that a run trained.
   *
   * @param checkpoint of the run
   * @param model the parent of all versions
   * @throws org.fdistill.config.UserError where the checkpoint lacks weights, the disk is full, or
   *     the model that was written does not answer as it should; then nothing is left behind
   */
  public static Exported export(Checkpoint checkpoint, Path model) {
    RunConfig run = checkpoint.runConfig();
    return export(ExportedNetwork.of(run), run, checkpoint, model);
  }

  /**
   * Exports the network that a run trained for images of other sizes, one version each: its
   * positions are resampled.
   *
   * @param sides S of each version, in pixels; all are checked before anything is written
   * @throws org.fdistill.config.UserError as {@link #export(Checkpoint, Path)}, and where the
   *     network cannot take images of such a size
   */
  public static List<Exported> export(Checkpoint checkpoint, List<Integer> sides, Path model) {
    RunConfig trained = checkpoint.runConfig();
    List<RunConfig> runs = sides.stream().map(side -> ImageSizes.changed(trained, side)).toList();
    return runs.stream().map(r -> export(ExportedNetwork.of(r), r, checkpoint, model)).toList();
  }

  /**
   * Exports a network of the caller's.
   *
   * @param network whose variables the checkpoint holds
   * @param run for the model card
   */
  public static Exported export(
      ExportedNetwork network, RunConfig run, Checkpoint checkpoint, Path model) {
    return SavedModelWriter.write(new TrainedModel(network, run, checkpoint).content(), model);
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
