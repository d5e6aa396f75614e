package org.fdistill.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.model.Backbone;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.proto.TeacherConfig.InputRange;
import org.fdistill.proto.TeacherConfig.Layout;
import org.fdistill.teacher.TeacherDescription;
import org.tensorflow.Session;

/**
 * Writes a checkpoint's network as a SavedModel that TensorFlow Serving loads as it is: a folder
 * with the next free version number, holding the graph and the variables, warm-up requests, a model
 * card, and the description with which the model can serve as a teacher itself.
 */
public final class SavedModelExporter {
  /** The run's config inside of an export. */
  public static final Path CONFIG = Path.of("assets.extra", "config.txtpb");

  private SavedModelExporter() {}

  /**
   * What was written.
   *
   * @param path of the new version
   * @param parameters numbers in its variables
   * @param difference the largest between its answers and those of the checkpoint's weights, of the
   *     largest value of the output
   */
  public record Exported(Path path, long parameters, float difference) {}

  /**
   * Exports the network that a run trained.
   *
   * @param checkpoint of the run
   * @param model the parent of all versions
   * @throws UserError where the checkpoint lacks weights, the disk is full, or the model that was
   *     written does not answer as it should; then nothing is left behind
   */
  public static Exported export(Checkpoint checkpoint, Path model) {
    RunConfig run = CheckpointChoice.config(checkpoint);
    return export(ExportedNetwork.of(run), run, checkpoint, model);
  }

  /**
   * Exports a network of the caller's.
   *
   * @param network whose variables the checkpoint holds
   * @param run for the model card
   */
  public static Exported export(
      ExportedNetwork network, RunConfig run, Checkpoint checkpoint, Path model) {
    try (InferenceGraph graph = new InferenceGraph(network);
        VersionFolder version = new VersionFolder(model)) {
      checkpoint.requireVariables(graph.shapes());
      float difference = write(graph, run, checkpoint, version.path());
      long parameters = graph.shapes().values().stream().mapToLong(s -> s.size()).sum();
      return new Exported(version.commit(), parameters, difference);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN,
          model
              + ": the export could not be written: "
              + e
              + "\nMake room or give another folder with --out, and export again.",
          e);
    }
  }

  /**
   * Writes the graph of a run's network and how to read it as a teacher, without weights: enough to
   * build a training graph on, and to see what it costs.
   *
   * @param folder exists; becomes the model's
   */
  public static void exportGraph(RunConfig run, Path folder) throws IOException {
    try (InferenceGraph graph = new InferenceGraph(ExportedNetwork.of(run))) {
      Files.write(
          folder.resolve(SavedModelFolder.FILE),
          new ServingMetaGraph(graph).savedModel().toByteArray(),
          StandardOpenOption.CREATE_NEW);
      describeAsTeacher(run, graph, folder);
    }
  }

  /** Writes all files and checks them; the largest difference. */
  private static float write(
      InferenceGraph graph, RunConfig run, Checkpoint checkpoint, Path folder) throws IOException {
    ProbeImages images = new ProbeImages(graph.side());
    try (Session session = new Session(graph.graph())) {
      graph.saver().restore(session, checkpoint.prefix());
      Path variables = Files.createDirectory(folder.resolve("variables"));
      graph.saver().save(session, variables.resolve("variables"));
      Files.write(
          folder.resolve(SavedModelFolder.FILE),
          new ServingMetaGraph(graph).savedModel().toByteArray(),
          StandardOpenOption.CREATE_NEW);
      describe(graph, run, checkpoint, folder, images);
      return new ExportCheck(graph.signatures(), images).compare(session, folder);
    }
  }

  private static void describe(
      InferenceGraph graph, RunConfig run, Checkpoint checkpoint, Path folder, ProbeImages images)
      throws IOException {
    Path extra = Files.createDirectory(folder.resolve("assets.extra"));
    WarmupRequests.write(
        extra.resolve(WarmupRequests.FILE), run.getName(), graph.signatures(), images);
    Files.writeString(extra.resolve("model_card.md"), ModelCard.of(run, checkpoint, graph));
    RunConfigs.write(folder.resolve(CONFIG), run);
    describeAsTeacher(run, graph, folder);
  }

  private static void describeAsTeacher(RunConfig run, InferenceGraph graph, Path folder)
      throws IOException {
    TextProtos.write(
        folder.resolve(TeacherDescription.FILE),
        description(run, graph.network().backbone()),
        "How to read this model as a teacher.");
  }

  /** With it, {@code teacher { path }} is all that a run needs to learn from this model. */
  private static TeacherConfig description(RunConfig run, Backbone backbone) {
    TeacherConfig.Builder description =
        TeacherConfig.newBuilder()
            .setName(run.getName())
            .setSignature(ServingSignature.PIXELS)
            .setInput("images")
            .setOutput("tokens")
            .setLayout(Layout.TOKENS)
            .setPrefixTokens(backbone.prefixTokens())
            .setImageSize(backbone.imageSize())
            .setInputRange(InputRange.BYTES);
    if (run.hasDistill()) {
      TeacherConfig teacher = TeacherDescription.of(run.getDistill().getTeacher());
      description.setLicence(
          "distilled from "
              + teacher.getPath()
              + ", whose licence is: "
              + (teacher.getLicence().isEmpty() ? "not stated" : teacher.getLicence()));
    }
    return description.build();
  }
}
