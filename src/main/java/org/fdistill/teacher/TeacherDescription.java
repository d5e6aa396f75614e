package org.fdistill.teacher;

import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.TextProtos;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.TeacherConfig;

/** What a teacher's tensors mean: the run's config over the file beside the model. */
public final class TeacherDescription {
  /** The file beside {@code saved_model.pb} that describes the model. */
  public static final String FILE = "teacher.txtpb";

  private TeacherDescription() {}

  /**
   * The whole description of a config's teacher, where its model is still there; else what the
   * config says.
   */
  public static TeacherConfig of(TeacherConfig config) {
    Path path = Path.of(config.getPath());
    return SavedModelFolder.isAt(path)
        ? resolve(config, SavedModelFolder.read(path).path())
        : RunConfigs.effective(config);
  }

  /**
   * Lays the run's config over the file beside the model, field by field. A normalisation counts as
   * one field; what neither says has its default. {@code trust} is the user's to give: in the file
   * it is ignored.
   *
   * @param config from the run
   * @param model the folder of saved_model.pb
   */
  static TeacherConfig resolve(TeacherConfig config, Path model) {
    Path file = model.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return RunConfigs.effective(config);
    }
    TeacherConfig.Builder described =
        TextProtos.read(file, TeacherConfig.getDefaultInstance()).toBuilder().clearTrust();
    if (config.hasNormalization()) {
      described.clearNormalization();
    }
    return RunConfigs.effective(described.mergeFrom(config).build());
  }
}
