package org.fdistill.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.fdistill.config.NearestName;
import org.fdistill.config.UserError;
import org.fdistill.data.ImageFolderConversion;
import org.fdistill.data.MaskedFolderConversion;
import org.fdistill.data.synthetic.SyntheticShapes;
import org.fdistill.train.StopRequest;

/** {@code fdistill make-data}: writes data sets as TFRecord files. */
final class MakeDataCommand implements Command {
  private static final String SYNTHETIC = "synthetic";
  private static final String FOLDER = "folder";
  private static final String ADE20K = "ade20k";
  private static final int SHOWN = 5;

  private static final ArgumentSpec KIND =
      new ArgumentSpec(
          "KIND",
          "synthetic: pictures of ten shapes; folder: the images of a folder; ade20k: images and"
              + " masks in ADE20K's layout.");
  private static final OptionSpec OUT =
      OptionSpec.value("out", "DIR", "Where the files go. Required.");
  private static final OptionSpec TRAIN =
      OptionSpec.value("train", "N", "synthetic: training images.").orElse("6000");
  private static final OptionSpec VALIDATION =
      OptionSpec.value("validation", "N", "synthetic: validation images.").orElse("1000");
  private static final OptionSpec SIDE =
      OptionSpec.value("side", "PIXELS", "synthetic: the shorter side of an image.").orElse("96");
  private static final OptionSpec SEED =
      OptionSpec.value("seed", "K", "synthetic: of every draw.").orElse("1");
  private static final OptionSpec FROM =
      OptionSpec.value(
          "from",
          "DIR",
          "folder: one subfolder a class (ImageNet's layout), or images alone. ade20k: what holds"
              + " images and annotations. Required.");
  private static final OptionSpec NAME =
      OptionSpec.value(
          "name",
          "SPLIT",
          "folder: what the files' names start with (train). ade20k: that, and the folder below"
              + " images and annotations (training).");
  private static final OptionSpec SHARDS =
      OptionSpec.value("shards", "N", "folder, ade20k: files to spread the images over.")
          .orElse("8");

  private static final List<OptionSpec> OF_SYNTHETIC = List.of(TRAIN, VALIDATION, SIDE, SEED);
  private static final List<OptionSpec> OF_FOLDER = List.of(FROM, NAME, SHARDS);

  @Override
  public String name() {
    return "make-data";
  }

  @Override
  public String summary() {
    return "writes a data set: synthetic shapes, a folder of images, or images with masks";
  }

  @Override
  public String description() {
    return "Writes TFRecord files, SPLIT-00000-of-0000N.tfrecord, and classes.txt. The set"
        + " synthetic has ten classes of shapes with texture, clutter and varied pose and"
        + " lighting, and a segmentation mask for each image; the same options give the same"
        + " bytes. The kind folder packs JPEG, PNG, GIF or BMP files as they are; those that"
        + " cannot be decoded are left out and named. The kind ade20k packs images with"
        + " their masks, of any data set of that layout: images/SPLIT/NAME.jpg and"
        + " annotations/SPLIT/NAME.png. Files that exist are not overwritten, and the files"
        + " of a set appear together when all are written. One make-data at a time writes to"
        + " a folder.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(KIND);
  }

  @Override
  public List<OptionSpec> options() {
    return Stream.of(List.of(OUT), OF_SYNTHETIC, OF_FOLDER).flatMap(List::stream).toList();
  }

  @Override
  public List<String> examples() {
    return List.of(
        "make-data synthetic --out data/shapes",
        "make-data folder --from imagenet/train --out data/imagenet --name train --shards 64",
        "make-data ade20k --from ADEChallengeData2016 --out data/ade20k --name training",
        "make-data ade20k --from ADEChallengeData2016 --out data/ade20k --name validation");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    String kind = options.text(KIND);
    switch (kind) {
      case SYNTHETIC -> {
        options.refuse("make-data " + kind, OF_FOLDER);
        synthetic(options, console);
      }
      case FOLDER -> {
        options.refuse("make-data " + kind, OF_SYNTHETIC);
        options.require(FROM, OUT);
        packed(options, console, "image", "train", ImageFolderConversion::convert);
      }
      case ADE20K -> {
        options.refuse("make-data " + kind, OF_SYNTHETIC);
        options.require(FROM, OUT);
        packed(options, console, "pair", "training", MaskedFolderConversion::convert);
      }
      default ->
          throw UserError.usage(
              "there is no kind of data '"
                  + kind
                  + "'."
                  + NearestName.hint(kind, List.of(SYNTHETIC, FOLDER, ADE20K))
                  + "\nThe kinds: synthetic, folder, ade20k. See: fdistill make-data --help");
    }
  }

  private static void synthetic(ParsedOptions options, Console console) {
    Path out = options.path(OUT);
    int train = options.integer(TRAIN, 1);
    int validation = options.integer(VALIDATION, 1);
    int side = options.integer(SIDE, 16);
    int seed = options.integer(SEED, 0);
    try (CountProgress progress = progress(console, (long) train + validation)) {
      untilStopped(
          out,
          progress,
          console,
          counted -> {
            SyntheticShapes.write(out, train, validation, side, seed, counted);
            return null;
          });
    }
    console.print(
        line("%,d training and %,d validation images of 10 classes in %s", train, validation, out));
    console.note("In a config: train_data { tfrecord { path: \"" + out + "/train-*\" } }");
    console.note(
        "             validation_data { tfrecord { path: \"" + out + "/validation-*\" } }");
  }

  /** Packs what lies in a folder. */
  @FunctionalInterface
  private interface Conversion {
    ImageFolderConversion.Summary convert(
        Path from, Path to, String split, int shards, LongConsumer progress);
  }

  private static void packed(
      ParsedOptions options,
      Console console,
      String noun,
      String usualName,
      Conversion conversion) {
    Path from = options.path(FROM);
    Path out = options.path(OUT);
    String name = options.find(NAME).orElse(usualName);
    ImageFolderConversion.Summary summary;
    try (CountProgress progress = new CountProgress(console, noun + "s packed")) {
      int shards = options.integer(SHARDS, 1);
      summary =
          untilStopped(
              out,
              progress,
              console,
              counted -> conversion.convert(from, out, name, shards, counted));
    }
    tell(console, summary, noun, out);
    console.note("In a config: tfrecord { path: \"" + out + "/" + name + "-*\" }");
  }

  private static void tell(
      Console console, ImageFolderConversion.Summary summary, String noun, Path out) {
    console.print(
        count(summary.examples(), noun)
            + " in "
            + count(summary.files().size(), "file")
            + " in "
            + out);
    if (!summary.leftOut().isEmpty()) {
      console.warn("not images by their names, left out: " + summary.leftOut());
    }
    List<String> bad = summary.bad();
    if (!bad.isEmpty()) {
      console.warn("cannot be read, left out: " + count(bad.size(), "file") + ":");
      bad.stream().limit(SHOWN).forEach(problem -> console.note("  " + problem));
      if (bad.size() > SHOWN) {
        console.note(line("  and %,d more", bad.size() - SHOWN));
      }
    }
  }

  /**
   * Does work that a signal ends at its next sign of progress. Once the last image is done the work
   * goes on to its end, which is near.
   */
  private static <T> T untilStopped(
      Path out, CountProgress progress, Console console, Function<LongConsumer, T> work) {
    StopRequest stop = new StopRequest();
    try (StopRequest.Signals signals = stop.onSignals(() -> {}, ProcessEnd::now)) {
      return work.apply(
          done -> {
            stop.exitCode()
                .ifPresent(
                    code -> {
                      throw new Stopped(code);
                    });
            progress.accept(done);
          });
    } catch (Stopped stopped) {
      progress.close();
      console.error("stopped by a signal; no files were added to " + out + ".");
      throw stopped;
    }
  }

  private static CountProgress progress(Console console, long images) {
    return new CountProgress(console, line("of %,d images written", images));
  }

  private static String count(long number, String noun) {
    return number == 1 ? "1 " + noun : line("%,d %ss", number, noun);
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
