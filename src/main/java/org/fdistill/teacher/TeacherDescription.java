package org.fdistill.teacher;

import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.config.UserError;
import org.fdistill.proto.TeacherConfig;

/** What a teacher's tensors mean: the run's config over the file beside the model. */
public final class TeacherDescription {
  /** The file beside {@code saved_model.pb} that describes the model. */
  public static final String FILE = "teacher.txtpb";

  private TeacherDescription() {}

  /**
   * Lays the run's config over the file beside the model, field by field. A normalisation counts as
   * one field. {@code trust} is the user's to give: in the file it is ignored.
   *
   * @param config from the run
   * @param model the folder of saved_model.pb
   */
  static TeacherConfig resolve(TeacherConfig config, Path model) {
    Path file = model.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return config;
    }
    TeacherConfig.Builder described = read(file).toBuilder().clearTrust();
    if (config.hasNormalization()) {
      described.clearNormalization();
    }
    return described.mergeFrom(config).build();
  }

  private static TeacherConfig read(Path file) {
    try {
      return TextFormat.parse(Files.readString(file), TeacherConfig.class);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          "teacher description "
              + file
              + ": "
              + e.getMessage()
              + "\nExpected the fields of TeacherConfig as text protobuf.",
          e);
    }
  }
}
