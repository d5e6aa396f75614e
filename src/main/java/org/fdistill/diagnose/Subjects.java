package org.fdistill.diagnose;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.checkpoint.Manifest;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.config.TextProtos;
import org.fdistill.graph.BundleIndex;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.model.Network;
import org.fdistill.proto.EvalCropConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;
import org.fdistill.teacher.ImageModel;
import org.fdistill.teacher.TeacherDescription;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TUint8;

/** From a folder to what is looked into: a checkpoint of a run, or any SavedModel of images. */
public final class Subjects {
  /** Where nothing says how large a model's images are. */
  private static final int PLAIN_SIDE = 224;

  private Subjects() {}

  /**
   * Opens a model; of a run with several students each of them, its name behind the label.
   *
   * @param label its name in files and plots
   * @param path a run's folder, a checkpoint's, or a SavedModel's
   * @param choice which of a run's checkpoints
   * @throws org.fdistill.config.UserError where it cannot be run on images
   */
  public static List<Subject> open(String label, Path path, String choice) {
    if (SavedModelFolder.isAt(path)) {
      return List.of(savedModel(label, path));
    }
    Checkpoint checkpoint = CheckpointChoice.open(path, choice);
    boolean one = Tasks.students(checkpoint.runConfig()).size() == 1;
    return students(checkpoint, student -> one ? label : label + " " + student.title());
  }

  /**
   * Opens every student of a run.
   *
   * @param label the name of each in files and plots
   */
  public static List<Subject> students(Checkpoint checkpoint, Function<Student, String> label) {
    RunConfig config =
        Tasks.parse(
            checkpoint.manifest().config(), checkpoint.folder() + "/" + Manifest.FILE, List.of());
    return Tasks.students(config).stream()
        .<Subject>map(
            student ->
                new OfRun(
                    label.apply(student),
                    checkpoint.folder(),
                    student,
                    Tasks.evaluated(student.run()),
                    new Trained(student.run(), SavedWeights.of(checkpoint))))
        .toList();
  }

  /**
   * Opens a run's teacher as the run reads it.
   *
   * @param label its name in files and plots
   * @param config from the run
   */
  public static Subject teacher(String label, TeacherConfig config) {
    return savedModel(label, SavedModelFolder.read(Path.of(config.getPath())), config);
  }

  private static Subject savedModel(String label, Path path) {
    SavedModelFolder folder = SavedModelFolder.read(path);
    return savedModel(label, folder, TeacherConfig.getDefaultInstance());
  }

  private static Subject savedModel(String label, SavedModelFolder folder, TeacherConfig given) {
    TeacherConfig plain =
        given.toBuilder().setPath(folder.path().toString()).setName(label).build();
    boolean ours = Files.isRegularFile(folder.path().resolve(SavedModelFolder.CONFIG));
    int side = ImageModel.declaredSide(plain).orElse(PLAIN_SIDE);
    return new OfSavedModel(
        label,
        folder.path(),
        side,
        ours ? evalCrop(folder) : EvalCropConfig.getDefaultInstance(),
        prefixTokens(TeacherDescription.of(plain)),
        ImageModel.open(plain, side),
        ours ? trained(folder) : Optional.empty());
  }

  private static OptionalInt prefixTokens(TeacherConfig described) {
    if (described.getLayout() == TeacherConfig.Layout.FEATURE_MAP) {
      return OptionalInt.of(0);
    }
    return described.hasPrefixTokens()
        ? OptionalInt.of(described.getPrefixTokens())
        : OptionalInt.empty();
  }

  private static EvalCropConfig evalCrop(SavedModelFolder folder) {
    return Tasks.evalCrop(config(folder));
  }

  private static RunConfig config(SavedModelFolder folder) {
    Path file = folder.path().resolve(SavedModelFolder.CONFIG);
    return TextProtos.read(file, RunConfig.getDefaultInstance());
  }

  private static Optional<Trained> trained(SavedModelFolder folder) {
    RunConfig config = config(folder);
    SavedWeights weights = new SavedWeights(folder.path().toString(), folder.weights());
    return validates(config) ? Optional.of(new Trained(config, weights)) : Optional.empty();
  }

  private static boolean validates(RunConfig config) {
    return Tasks.isOfRun(config) && Tasks.of(config).validatesExports();
  }

  /** A digest of small files that hold digests of large ones. */
  private static String digest(Path... files) {
    CRC32C crc = new CRC32C();
    try {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          crc.update(Files.readAllBytes(file));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private record OfSavedModel(
      String label,
      Path folder,
      int imageSize,
      EvalCropConfig evalCrop,
      OptionalInt prefixTokens,
      ImageModel model,
      Optional<Trained> trained)
      implements Subject {
    @Override
    public String origin() {
      return folder.toString();
    }

    @Override
    public String identity() {
      return digest(
          folder.resolve(SavedModelFolder.FILE),
          folder.resolve(TeacherDescription.FILE),
          folder.resolve("variables").resolve("variables" + BundleIndex.SUFFIX));
    }

    @Override
    public Operand<?> build(Ops tf, Variables variables, Operand<TUint8> images) {
      return model.build(tf, images);
    }

    @Override
    public Consumer<Session> weights(Ops tf, Variables variables) {
      return model::restore;
    }
  }

  private record OfRun(String label, Path folder, Student student, Network network, Trained run)
      implements Subject {
    @Override
    public EvalCropConfig evalCrop() {
      return Tasks.evalCrop(run.config());
    }

    @Override
    public Optional<Trained> trained() {
      return validates(run.config()) ? Optional.of(run) : Optional.empty();
    }

    @Override
    public String origin() {
      return folder.toString();
    }

    @Override
    public String identity() {
      return student.prefix() + digest(folder.resolve(Manifest.FILE));
    }

    @Override
    public int imageSize() {
      return network.backbone().imageSize();
    }

    @Override
    public OptionalInt prefixTokens() {
      return OptionalInt.of(network.backbone().prefixTokens());
    }

    @Override
    public Operand<?> build(Ops tf, Variables variables, Operand<TUint8> images) {
      LayerScope root = LayerScope.inference(tf, variables, Precision.FLOAT32);
      return network.build(student.scope(root), images).tokens();
    }

    @Override
    public Consumer<Session> weights(Ops tf, Variables variables) {
      List<Variable> own = student.own(network, variables.all());
      VariableFiles files = VariableFiles.build(tf.withSubScope("files"), own);
      run.weights().requireVariables(files.shapes());
      return session -> files.restore(session, run.weights().prefix());
    }
  }
}
