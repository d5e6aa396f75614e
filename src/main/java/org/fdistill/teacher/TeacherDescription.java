package org.fdistill.teacher;

import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.config.RunConfigs;
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
        : RunConfigs.teacher(config);
  }

  /** The name of a config's teacher, whose model is there: its folder's, where none is given. */
  public static String nameOf(TeacherConfig config) {
    SavedModelFolder folder = SavedModelFolder.read(Path.of(config.getPath()));
    return nameOf(resolve(config, folder.path()), folder);
  }

  /** As {@link #nameOf(TeacherConfig)}, of a description that is resolved. */
  static String nameOf(TeacherConfig resolved, SavedModelFolder folder) {
    return resolved.getName().isEmpty() ? folder.name() : resolved.getName();
  }

  /**
   * The description of a model that is there.
   *
   * @param config from the run
   * @param model the folder of saved_model.pb
   * @throws org.fdistill.config.UserError where the file beside the model is wrong
   */
  static TeacherConfig resolve(TeacherConfig config, Path model) {
    Path file = model.resolve(FILE);
    return Files.isRegularFile(file)
        ? RunConfigs.teacher(config, file)
        : RunConfigs.teacher(config);
  }
}
