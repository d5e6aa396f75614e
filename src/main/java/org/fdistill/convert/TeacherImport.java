package org.fdistill.convert;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.fdistill.config.Licences;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.UserError;
import org.fdistill.export.Exported;
import org.fdistill.export.ExportedNetwork;
import org.fdistill.export.ModelContent;
import org.fdistill.export.SavedModelWriter;
import org.fdistill.model.Backbones;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.ClassifyTask;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.Pooling;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.VitConfig.FinalNorm;
import org.fdistill.resample.Resampling;
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
   * @param imageSize S, to which positions are resampled; 0: as it was trained
   * @param resampling of absolute positions to another size; empty: as the family's own code does
   * @param overrides {@code path.to.field=value} of the config that describes the network
   * @param licence of the weights; empty: as it was published
   */
  public record Request(
      Path checkpoint,
      String arch,
      String key,
      int imageSize,
      Optional<Resampling> resampling,
      List<String> overrides,
      String licence) {
    /**
     * Takes a copy.
     *
     * @throws UserError of kind usage, where there is no such architecture
     */
    public Request {
      overrides = List.copyOf(overrides);
      Families.asked(arch);
    }

    private Optional<Families.Choice> asked() {
      return Families.asked(arch);
    }
  }

  private final Request request;
  private final WeightArchive archive;
  private final Published published;
  private final Resolution resolution;
  private final RunConfig config;
  private final ConvertedCheckpoint weights;

  private TeacherImport(Request request, WeightArchive archive, Published published) {
    this.request = request;
    this.archive = archive;
    this.published = published;
    this.resolution =
        Resolution.of(SourceCheckpoint.of(archive, published), request.asked(), request.key());
    this.config = describe();
    this.weights =
        new ConvertedCheckpoint(
            resolution.tensors(),
            Positions.of(request.resampling(), resolution.family(), config.getModel()));
  }

  /**
   * Opens a checkpoint and finds out what it is; its weights are not read yet.
   *
   * @throws UserError where the checkpoint cannot be read, or fits no architecture or several
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

  /** The config of a run that would have trained this network. */
  private RunConfig describe() {
    ArchitectureReader reader = new ArchitectureReader(resolution, published);
    BackboneConfig found = reader.describe();
    RunConfig.Builder config = RunConfig.newBuilder().setModel(found);
    config.getTrainDataBuilder().setNormalization(normalization());
    if (published.crop() != null) {
      config.getTrainDataBuilder().setEvalCrop(published.crop());
    }
    RunConfigs.override(config, overrides(config.getModel()));
    BackboneConfig model = reader.keepOffsets(found, config.getModel());
    config.setModel(model);
    reader.requireKnown(model);
    RunConfigs.check(model, "The network with these options");
    config.getTrainDataBuilder().setImageSize(Backbones.of(model).imageSize());
    long[] head = resolution.tensors().shape("head/kernel");
    if (head != null) {
      config.setClassify(
          ClassifyTask.newBuilder().setClasses((int) head[1]).setPooling(pooling(model)));
    }
    return config.build();
  }

  private Normalization normalization() {
    return published.normalization() == null
        ? resolution.family().normalization()
        : published.normalization();
  }

  /** The user's, after what {@code --image-size} stands for. */
  private List<String> overrides(BackboneConfig model) {
    List<String> overrides = new ArrayList<>();
    if (request.imageSize() > 0) {
      String network = model.getArchitectureCase().name().toLowerCase(Locale.ROOT);
      overrides.add("model." + network + ".image_size=" + request.imageSize());
    }
    overrides.addAll(request.overrides());
    return overrides;
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
    try {
      return SavedModelWriter.write(content(name(out)), out, inspection);
    } catch (UserError e) {
      throw e.kind() == UserError.Kind.INPUT
          ? new UserError(e.kind(), request.checkpoint() + ": " + e.getMessage(), e)
          : e;
    }
  }

  /** The network and its weights, which are read when they are loaded. */
  ModelContent content(String name) {
    RunConfig named = config.toBuilder().setName(name).build();
    return new ModelContent(
        ExportedNetwork.of(named), weights, named, licence(), title(), List.of(origin()));
  }

  private static String name(Path out) {
    String name = out.toAbsolutePath().normalize().getFileName().toString();
    return name.replaceAll("[^A-Za-z0-9_.-]", "_").replaceFirst("^[.-]", "_");
  }

  private static Pooling pooling(BackboneConfig model) {
    boolean mean =
        !model.hasVit()
            || !model.getVit().getClassToken()
            || model.getVit().getFinalNorm() == FinalNorm.ON_POOLED;
    return mean ? Pooling.MEAN : Pooling.CLASS_TOKEN_POOLING;
  }

  /** The user's, else that which is stated beside the weights, else the family's. */
  private String licence() {
    if (!request.licence().isEmpty()) {
      return request.licence();
    }
    return published.licence().isEmpty() ? resolution.family().licence() : published.licence();
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
    lines.add("- licence of the weights: " + licence());
    lines.add("- of students that are distilled from it: " + Licences.ofStudents(licence()));
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
    return ImportReport.of(resolution, weights, licence());
  }

  @Override
  public void close() {
    archive.close();
  }
}
