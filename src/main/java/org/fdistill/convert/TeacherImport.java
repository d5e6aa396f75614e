package org.fdistill.convert;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.UserError;
import org.fdistill.export.Exported;
import org.fdistill.export.ExportedNetwork;
import org.fdistill.export.ModelContent;
import org.fdistill.export.SavedModelWriter;
import org.fdistill.model.Backbones;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.ClassifyTask;
import org.fdistill.proto.ClassifyTask.Pooling;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.VitConfig.FinalNorm;
import org.fdistill.weights.WeightArchive;
import org.fdistill.weights.WeightArchives;

/**
 * Turns a published checkpoint into a frozen SavedModel: with the graph of one of this project's
 * backbones, and the classifier where the checkpoint has one. Nothing in the checkpoint is run.
 */
public final class TeacherImport implements AutoCloseable {
  /**
   * What to import.
   *
   * @param checkpoint a file of weights, or a folder of Hugging Face's hub
   * @param arch a family, one of its sizes, or {@code auto}
   * @param key prefix of the network in the checkpoint; empty: the family's usual one
   * @param heads attention heads of a ViT of unpublished size; 0: found out
   * @param imageSize S, to which positions are resampled; 0: as it was trained
   */
  public record Request(Path checkpoint, String arch, String key, int heads, int imageSize) {}

  private final Request request;
  private final WeightArchive archive;
  private final Published published;
  private final Resolution resolution;
  private final BackboneConfig model;
  private final ConvertedWeights weights;

  private TeacherImport(Request request, WeightArchive archive, Published published) {
    this.request = request;
    this.archive = archive;
    this.published = published;
    this.resolution = Resolution.of(archive, published, request.arch(), request.key());
    this.model = model();
    this.weights =
        new ConvertedWeights(
            resolution.tensors(), new Positions(resolution.family().positions(), model));
  }

  /**
   * Opens a checkpoint and finds out what it is; no weights are read.
   *
   * @throws UserError where it cannot be read, or fits no architecture or several
   */
  public static TeacherImport open(Request request) {
    CheckpointFiles files = CheckpointFiles.find(request.checkpoint());
    WeightArchive archive = WeightArchives.open(files.weights());
    try {
      return new TeacherImport(request, archive, files.published());
    } catch (UserError e) {
      archive.close();
      throw new UserError(e.kind(), request.checkpoint() + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      archive.close();
      throw e;
    }
  }

  private BackboneConfig model() {
    BackboneConfig trained =
        new ArchitectureReader(resolution, published, request.heads()).describe();
    BackboneConfig.Builder sized = trained.toBuilder();
    if (request.imageSize() > 0) {
      switch (trained.getArchitectureCase()) {
        case VIT -> sized.getVitBuilder().setImageSize(request.imageSize());
        case SWIN -> sized.getSwinBuilder().setImageSize(request.imageSize());
        default -> sized.getSwinV2Builder().setImageSize(request.imageSize());
      }
    }
    RunConfigs.check(sized.build(), "The network with these options");
    return sized.build();
  }

  /**
   * Writes the SavedModel.
   *
   * @param out the parent of all versions; its name becomes the model's
   * @param inspection a last look at the folder
   * @throws UserError where weights are missing, unexpected, misshapen or not finite; then nothing
   *     is left behind
   */
  public Exported write(Path out, SavedModelWriter.Inspection inspection) {
    RunConfig config = config(name(out));
    ModelContent content =
        new ModelContent(
            ExportedNetwork.of(config), weights, config, licence(), title(), List.of(origin()));
    try {
      return SavedModelWriter.write(content, out, inspection);
    } catch (UserError e) {
      throw e.kind() == UserError.Kind.INPUT
          ? new UserError(e.kind(), request.checkpoint() + ": " + e.getMessage(), e)
          : e;
    }
  }

  private static String name(Path out) {
    String name = out.toAbsolutePath().normalize().getFileName().toString();
    return name.replaceAll("[^A-Za-z0-9_.-]", "_").replaceFirst("^[.-]", "_");
  }

  /** The config of a run that would have trained this network. */
  private RunConfig config(String name) {
    DataConfig.Builder data =
        DataConfig.newBuilder()
            .setImageSize(Backbones.of(model).imageSize())
            .setNormalization(
                published.normalization() == null
                    ? resolution.family().normalization()
                    : published.normalization());
    if (published.crop() != null) {
      data.setEvalCrop(published.crop());
    }
    RunConfig.Builder config =
        RunConfig.newBuilder().setName(name).setModel(model).setTrainData(data);
    long[] head = resolution.tensors().shape("head/kernel");
    if (head != null) {
      config.setClassify(ClassifyTask.newBuilder().setClasses((int) head[1]).setPooling(pooling()));
    }
    return config.build();
  }

  private Pooling pooling() {
    boolean mean =
        !model.hasVit()
            || !model.getVit().getClassToken()
            || model.getVit().getFinalNorm() == FinalNorm.ON_POOLED;
    return mean ? Pooling.MEAN : Pooling.CLASS_TOKEN_POOLING;
  }

  private String licence() {
    return published.licence().isEmpty()
        ? resolution.family().licence() + " (of the published weights)"
        : published.licence();
  }

  private String title() {
    return resolution.family().title()
        + (resolution.tensors().has("head/kernel") ? ", with its classifier," : ",");
  }

  private ModelContent.Section origin() {
    List<String> lines = new ArrayList<>();
    lines.add("- checkpoint: " + request.checkpoint().getFileName() + ", " + archive.format());
    lines.add("- architecture: " + resolution.family().name());
    if (!resolution.tensors().prefix().isEmpty()) {
      lines.add("- network in it: " + resolution.tensors().prefix());
    }
    if (!published.source().isEmpty()) {
      lines.add("- described by: " + Path.of(published.source()).getFileName());
    }
    lines.add("- licence: " + licence());
    lines.add(
        String.format(
            Locale.ROOT,
            "- tensors: %d taken, %d left out; import_report.txt lists them",
            report().taken().size(),
            report().leftOut().size()));
    return new ModelContent.Section("Origin", lines);
  }

  /** What became of every tensor; complete after {@link #write}. */
  public ImportReport report() {
    return ImportReport.of(resolution, weights);
  }

  /** The network as it is written. */
  public BackboneConfig network() {
    return model;
  }

  @Override
  public void close() {
    archive.close();
  }
}
