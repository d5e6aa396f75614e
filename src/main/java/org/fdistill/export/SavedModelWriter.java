package org.fdistill.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.graph.LoadedModel;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.teacher.TeacherDescription;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * Writes a SavedModel that TensorFlow Serving loads as it is: a folder with the next free version
 * number, holding the graph and the variables, warm-up requests, a model card, and the description
 * with which the model can serve as a teacher. Before the folder gets its number it is loaded back
 * and compared.
 */
public final class SavedModelWriter {
  /** What a model may need beside what is served. */
  public static final String EXTRA = "assets.extra";

  /** The config that describes the network, inside of the model's folder. */
  public static final Path CONFIG = SavedModelFolder.CONFIG;

  private SavedModelWriter() {}

  /** A last look at a model's folder before it gets its version number. */
  @FunctionalInterface
  public interface Inspection {
    /** Keeps every model. */
    Inspection NONE = folder -> {};

    /**
     * Looks, or adds files to {@link #EXTRA}.
     *
     * @param folder of saved_model.pb
     * @throws UserError where the model must not be kept
     */
    void inspect(Path folder) throws IOException;
  }

  /**
   * Looks at the place of a model before there is one to write.
   *
   * @param model the parent of all versions
   * @throws UserError of kind usage, where it cannot be one
   */
  public static void requirePlace(Path model) {
    VersionFolder.requirePlace(model);
  }

  /** Writes a model without a further look. */
  public static Exported write(ModelContent content, Path model) {
    return write(content, model, Inspection.NONE);
  }

  /**
   * Writes a model, unless the newest version is the same already.
   *
   * @param content what to write
   * @param model the parent of all versions
   * @param inspection after the comparison
   * @throws UserError where weights are missing, the disk is full, or the model that was written
   *     does not answer as it should; then nothing is left behind
   */
  public static Exported write(ModelContent content, Path model, Inspection inspection) {
    return write(List.of(content), model, inspection).get(0);
  }

  /**
   * As {@link #write(ModelContent, Path)}, of several that become versions together; where the
   * newest versions are the same as the first of them, these are not written again.
   */
  static List<Exported> writeAll(List<ModelContent> contents, Path model) {
    return write(contents, model, Inspection.NONE);
  }

  private static List<Exported> write(
      List<ModelContent> contents, Path model, Inspection inspection) {
    try (VersionFolder versions = new VersionFolder(model)) {
      List<Written> written = new ArrayList<>();
      for (ModelContent content : contents) {
        written.add(writeOne(content, versions.begin(), inspection));
      }
      List<VersionFolder.Version> committed = versions.commit();
      return IntStream.range(0, committed.size())
          .mapToObj(i -> written.get(i).as(committed.get(i)))
          .toList();
    } catch (IOException e) {
      throw failed(model, e);
    } catch (TensorFlowException e) {
      // TensorFlow writes the weights.
      throw FileTrouble.of(e).advice().isEmpty() ? e : failed(model, e);
    }
  }

  private static UserError failed(Path model, Exception cause) {
    return new UserError(
        UserError.Kind.RUN,
        model
            + ": the model could not be written: "
            + FileTrouble.of(cause).sentence()
            + "\nThen try again, or give another folder with --out.",
        cause);
  }

  /** A version without a number. */
  private record Written(long parameters, float difference) {
    Exported as(VersionFolder.Version version) {
      return new Exported(version.path(), version.isNew(), parameters, difference);
    }
  }

  private static Written writeOne(ModelContent content, Path folder, Inspection inspection)
      throws IOException {
    try (InferenceGraph graph = new InferenceGraph(content.network())) {
      content.weights().requireVariables(graph.shapes());
      float difference = write(graph, content, folder);
      inspection.inspect(folder);
      long parameters = graph.shapes().values().stream().mapToLong(s -> s.size()).sum();
      return new Written(parameters, difference);
    }
  }

  /** Writes all files and checks them; the largest difference. */
  private static float write(InferenceGraph graph, ModelContent content, Path folder)
      throws IOException {
    ProbeImages images = ProbeImages.of(graph);
    ExportCheck check = new ExportCheck(graph.signatures(), images);
    Path variables = saveVariables(graph, content.weights(), folder);
    writeGraph(graph, folder);
    describe(graph, content, folder, images);
    try (LoadedModel reference = LoadedModel.inTurn(graph.whole(), variables)) {
      return check.compare(check.answers(reference), folder);
    }
  }

  /** The prefix of the files. */
  private static Path saveVariables(InferenceGraph graph, WeightSource weights, Path folder)
      throws IOException {
    Path prefix = Files.createDirectory(folder.resolve("variables")).resolve("variables");
    try (BundleParts parts = new BundleParts(graph.shapes(), prefix)) {
      weights.load(parts);
      parts.finish();
    }
    return prefix;
  }

  private static void describe(
      InferenceGraph graph, ModelContent content, Path folder, ProbeImages images)
      throws IOException {
    Path extra = Files.createDirectory(folder.resolve(EXTRA));
    WarmupRequests.write(
        extra.resolve(WarmupRequests.FILE), content.config().getName(), graph.signatures(), images);
    Files.writeString(extra.resolve("model_card.md"), ModelCard.of(content, graph));
    RunConfigs.write(folder.resolve(CONFIG), content.config());
    if (content.network().dense() == null) {
      describeAsTeacher(
          ServingSignature.asTeacher(
              content.config().getName(),
              content.network().network().backbone(),
              content.licence()),
          folder);
    }
  }

  /** Writes the graph alone. */
  static void writeGraph(InferenceGraph graph, Path folder) throws IOException {
    Files.write(
        folder.resolve(SavedModelFolder.FILE),
        StableBytes.of(new ServingMetaGraph(graph).savedModel()),
        StandardOpenOption.CREATE_NEW);
  }

  static void describeAsTeacher(TeacherConfig description, Path folder) throws IOException {
    TextProtos.write(
        folder.resolve(TeacherDescription.FILE),
        description,
        "How to read this model as a teacher.");
  }
}
