package org.fdistill.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.fdistill.cli.predict.ClassMaps;
import org.fdistill.cli.predict.Prediction;
import org.fdistill.cli.predict.TopClasses;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.data.DecodedImage;
import org.fdistill.data.ImageReader;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.Folders;
import org.fdistill.graph.LoadedModel;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** {@code fdistill predict}: what an export says of the images of a folder. */
final class PredictCommand implements Command {
  private static final int SHOWN = 5;

  private static final ArgumentSpec MODEL =
      new ArgumentSpec("MODEL", "An export of a classifier or a segmenter.");
  private static final OptionSpec IMAGES =
      OptionSpec.value(
          "images", "DIR", "The images: alone, or in one level of subfolders. Required.");
  private static final OptionSpec OUT =
      OptionSpec.value(
          "out", "DIR", "Where the results go; another folder than the images'. Required.");
  private static final OptionSpec TRUTH =
      OptionSpec.value(
          "truth",
          "DIR",
          "Segmenter: masks named as the images, NAME.png, to be shown beside the class maps.");
  private static final OptionSpec CLASSES =
      OptionSpec.value(
          "classes", "FILE", "Classifier: names of the classes, one a line, such as classes.txt.");

  @Override
  public String name() {
    return "predict";
  }

  @Override
  public String summary() {
    return "class maps or top-5 classes of a folder's images";
  }

  @Override
  public String description() {
    return "Runs an export on every image of a folder. A segmenter gives NAME.png for each, the"
        + " image and its classes in colours side by side, and NAME.classes.png with the"
        + " number of each pixel's class in grey. A classifier gives predictions.csv and"
        + " predictions.json with the five most probable classes of each image. Images that"
        + " cannot be read are named and left out.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(MODEL);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(IMAGES, OUT, TRUTH, CLASSES);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "predict runs/segment/export --images ade/images --truth ade/annotations --out maps",
        "predict runs/finetune/export --images photos --out predictions --classes classes.txt");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    options.require(IMAGES, OUT);
    Path images = options.path(IMAGES);
    Path out = options.path(OUT);
    OutputFolder.requireApart(images, out);
    OutputFolder.requireOutsideOfModels(out, "--out");
    options.findPath(TRUTH).ifPresent(truth -> OutputFolder.requireApart(truth, out));
    SavedModelFolder folder = SavedModelFolder.read(options.path(MODEL));
    ImageReader.Listing found = ImageReader.list(images);
    List<Path> files = found.images();
    try (LoadedModel model = LoadedModel.load(folder.path());
        ImageReader reader = new ImageReader()) {
      Prediction prediction = prediction(folder, model, options, out);
      boolean isNew = Files.notExists(out);
      Files.createDirectories(out);
      List<String> bad = predictAll(prediction, reader, images, files, console);
      if (bad.size() == files.size()) {
        if (isNew) {
          Folders.delete(out);
        }
        throw UserError.input(
            "None of the images in " + images + " can be done:\n" + String.join("\n", shown(bad)));
      }
      console.print(prediction.finish());
      if (!found.leftOut().isEmpty()) {
        console.warn("not images by their names, left out: " + found.leftOut());
      }
      warn(bad, console);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN, "Cannot write to " + out + ": " + FileTrouble.of(e).sentence(), e);
    }
  }

  /** Which images are left out, and why. */
  private static List<String> predictAll(
      Prediction prediction, ImageReader reader, Path images, List<Path> files, Console console) {
    List<String> bad = new ArrayList<>();
    try (CountProgress progress =
        new CountProgress(console, "of " + files.size() + " images done")) {
      long done = 0;
      for (Path file : files) {
        predict(prediction, reader, images, file).ifPresent(bad::add);
        progress.accept(++done);
      }
    }
    return bad;
  }

  /** Why an image is left out; empty where it is not. */
  private static Optional<String> predict(
      Prediction prediction, ImageReader reader, Path images, Path file) {
    try {
      DecodedImage image = reader.read(file);
      prediction.add(images.relativize(file), image);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(file + ": " + e.getMessage());
    }
  }

  private static void warn(List<String> bad, Console console) {
    if (bad.isEmpty()) {
      return;
    }
    console.warn("left out: " + bad.size() + (bad.size() == 1 ? " image:" : " images:"));
    shown(bad).forEach(console::note);
  }

  private static List<String> shown(List<String> bad) {
    List<String> lines = new ArrayList<>();
    bad.stream().limit(SHOWN).forEach(problem -> lines.add("  " + problem));
    if (bad.size() > SHOWN) {
      lines.add("  and " + (bad.size() - SHOWN) + " more");
    }
    return lines;
  }

  private static Prediction prediction(
      SavedModelFolder folder, LoadedModel model, ParsedOptions options, Path out) {
    Set<String> outputs = outputs(folder).keySet();
    if (outputs.contains(ClassMaps.OUTPUT)) {
      options.refuse("predict with a segmenter", List.of(CLASSES));
      boolean zeroIsNoClass = Tasks.zeroIsNoClass(config(folder));
      return new ClassMaps(model, out, options.findPath(TRUTH).orElse(null), zeroIsNoClass);
    }
    if (outputs.contains(TopClasses.OUTPUT)) {
      options.refuse("predict with a classifier", List.of(TRUTH));
      List<String> names =
          options.findPath(CLASSES).map(file -> names(file, folder)).orElse(List.of());
      return new TopClasses(model, options.path(IMAGES), out, names);
    }
    throw UserError.input(
        folder.path()
            + ": this model predicts no classes; its outputs are "
            + String.join(", ", new TreeSet<>(outputs))
            + ".\nExpected an export of a run that classifies or segments.");
  }

  private static Map<String, TensorInfo> outputs(SavedModelFolder folder) {
    return folder
        .metaGraph()
        .getSignatureDefOrDefault("image_bytes", SignatureDef.getDefaultInstance())
        .getOutputsMap();
  }

  private static RunConfig config(SavedModelFolder folder) {
    Path file = folder.path().resolve(SavedModelFolder.CONFIG);
    return Files.isRegularFile(file)
        ? TextProtos.read(file, RunConfig.getDefaultInstance())
        : RunConfig.getDefaultInstance();
  }

  private static List<String> names(Path file, SavedModelFolder folder) {
    List<String> names = new ArrayList<>(lines(file));
    while (!names.isEmpty() && names.get(names.size() - 1).isBlank()) {
      names.remove(names.size() - 1);
    }
    TensorShapeProto shape = outputs(folder).get(TopClasses.OUTPUT).getTensorShape();
    long classes = shape.getDim(shape.getDimCount() - 1).getSize();
    if (names.size() != classes) {
      throw UserError.input(
          file
              + ": %d names, one a line, and the model has %d classes."
                  .formatted(names.size(), classes));
    }
    return names;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          file + ": this file cannot be read: " + FileTrouble.of(e).reason() + ".",
          e);
    }
  }
}
