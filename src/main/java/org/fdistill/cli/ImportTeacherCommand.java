package org.fdistill.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.fdistill.config.Printable;
import org.fdistill.config.UserError;
import org.fdistill.convert.Architectures;
import org.fdistill.convert.ImportReport;
import org.fdistill.convert.Size;
import org.fdistill.convert.StoredAnswers;
import org.fdistill.convert.TeacherImport;
import org.fdistill.export.Exported;
import org.fdistill.export.SavedModelWriter;
import org.fdistill.resample.Resampling;

/** {@code fdistill import-teacher}: turns a published checkpoint into a SavedModel. */
final class ImportTeacherCommand implements Command {
  private static final String REPORT = "import_report.txt";

  private static final OptionSpec ARCH =
      OptionSpec.value(
              "arch",
              "NAME",
              "What the checkpoint is: a family such as dino, a size of it such as dino_vitb16, or"
                  + " auto. --list shows all.")
          .orElse("auto");
  private static final OptionSpec CHECKPOINT =
      OptionSpec.value(
          "checkpoint",
          "FILE",
          "safetensors, PyTorch (.pth, .pt, .bin), TorchScript or npz, told by its content; or a"
              + " folder of Hugging Face's hub, with config.json.");
  private static final OptionSpec OUT =
      OptionSpec.value(
          "out",
          "DIR",
          "The model's folder; the import becomes its next numbered version, unless the newest is"
              + " the same. Its name becomes the model's.");
  private static final OptionSpec KEY =
      OptionSpec.value(
          "key",
          "PREFIX",
          "Which network of a checkpoint that holds several, such as student or teacher. Default:"
              + " the one that the family's own code takes.");
  private static final OptionSpec IMAGE_SIZE =
      OptionSpec.value(
          "image-size",
          "PIXELS",
          "Side of the images that the teacher will take; positions are resampled. Default: as it"
              + " was trained.");
  private static final String OWN_WAY = "auto";
  private static final OptionSpec RESAMPLE =
      OptionSpec.value(
              "resample",
              "WAY",
              "How absolute positions get to another size: bicubic (transformers' way),"
                  + " bicubic-offset (DINOv2's own code without registers), bicubic-antialias"
                  + " (timm's, and DINOv2's with registers), bilinear (C-RADIO's) or"
                  + " bilinear-corners (that of C-RADIOv3-B and -H at first), or auto, which is"
                  + " that of the family's own code.")
          .orElse(OWN_WAY);
  private static final OptionSpec SET =
      OptionSpec.SET.explained(
          "Overrides what shapes and architecture tell of the network, by its field in a run's"
              + " config, such as model.vit.heads=8 or train_data.normalization.mean=0.5,0.5,0.5."
              + " Repeatable.");
  private static final OptionSpec LICENCE =
      OptionSpec.value(
          "licence",
          "NAME",
          "The licence of the weights, for the report, teacher.txtpb and the model cards of"
              + " students. Default: what is stated beside them, else that of the family's weights"
              + " as they were published.");
  private static final OptionSpec CHECK_AGAINST =
      OptionSpec.value(
          "check-against",
          "FILE",
          "What another implementation answers: an npz, safetensors or .pt file with images [batch,"
              + " height, width, 3], pixel values 0 to 255, and tokens (or pooled, cls, logits).");
  private static final OptionSpec TOLERANCE =
      OptionSpec.value(
              "tolerance",
              "SHARE",
              "How far --check-against may be off, of the largest value of each token.")
          .orElse("1e-4");
  private static final OptionSpec LIST =
      OptionSpec.flag("list", "Shows every architecture and size that can be imported.");

  @Override
  public String name() {
    return "import-teacher";
  }

  @Override
  public String summary() {
    return "turns a published checkpoint into a teacher SavedModel";
  }

  @Override
  public String description() {
    return "Reads a checkpoint of DINO, DINOv2, DINOv3, DeiT, ViT, CLIP, OpenCLIP, SigLIP, EVA-02,"
        + " C-RADIO, MAE, MoCo v3, BEiT v2, iBOT, Swin, SwinV2, EsViT or FD as it was"
        + " published, without Python and without running anything that a pickle asks for,"
        + " and writes a frozen SavedModel that TensorFlow Serving can serve, train can"
        + " distil from (distill.teacher.path) and a student can start from"
        + " (model.init_from). Every tensor is accounted for in assets.extra/"
        + REPORT
        + "; one that is missing, unexpected or of another shape is an error.";
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        ARCH,
        CHECKPOINT,
        OUT,
        KEY,
        IMAGE_SIZE,
        RESAMPLE,
        SET,
        LICENCE,
        CHECK_AGAINST,
        TOLERANCE,
        LIST);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "import-teacher --list",
        "import-teacher --arch clip --checkpoint ViT-B-16.pt --out savedmodels/clip_vitb16",
        "import-teacher --checkpoint clip-vit-large-patch14 --out savedmodels/clip_vitl14",
        "import-teacher --arch dinov2 --checkpoint vitb14.pth --image-size 196 --out dinov2_196");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    if (options.has(LIST)) {
      console.print(list());
      return;
    }
    options.require(CHECKPOINT, OUT);
    TeacherImport.Request request = request(options);
    Path out = options.path(OUT);
    double tolerance = options.number(TOLERANCE);
    Optional<Path> pairs = options.findPath(CHECK_AGAINST);
    SavedModelWriter.requirePlace(out);
    requireFiles(request.checkpoint(), pairs);
    Optional<StoredAnswers> answers = pairs.map(StoredAnswers::read);
    try (TeacherImport teacher = TeacherImport.open(request)) {
      console.note("Importing " + request.checkpoint() + " ...");
      Exported exported =
          teacher.write(
              out,
              folder -> {
                List<String> notes = new ArrayList<>(teacher.report().notes());
                notes.addAll(check(answers, folder, tolerance, teacher.report()));
                notes.forEach(console::note);
                writeReport(folder, teacher.report(), notes);
              });
      console.print(exported.path().toString());
      summary(teacher.report(), exported, console);
    }
  }

  private static TeacherImport.Request request(ParsedOptions options) {
    return new TeacherImport.Request(
        options.path(CHECKPOINT),
        options.text(ARCH),
        options.find(KEY).orElse(""),
        options.has(IMAGE_SIZE) ? options.integer(IMAGE_SIZE, 1) : 0,
        resampling(options),
        options.all(SET),
        options.find(LICENCE).map(Printable::line).map(String::strip).orElse(""));
  }

  /** Where both are missing, both are told; one is told where it is opened. */
  private static void requireFiles(Path checkpoint, Optional<Path> pairs) {
    if (Files.notExists(checkpoint) && pairs.filter(Files::notExists).isPresent()) {
      throw UserError.input(
          "There is no file %s (--checkpoint), and no file %s (--check-against).\nRelative paths start at %s."
              .formatted(checkpoint, pairs.get(), Path.of("").toAbsolutePath()));
    }
  }

  private static Optional<Resampling> resampling(ParsedOptions options) {
    String name = options.text(RESAMPLE);
    if (name.equals(OWN_WAY)) {
      return Optional.empty();
    }
    return Optional.of(
        Resampling.WAYS.stream()
            .filter(way -> way.toString().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    UserError.usage(
                        "--resample %s: no such way.\nExpected %s or one of %s."
                            .formatted(name, OWN_WAY, Resampling.WAYS))));
  }

  /** What the comparison with another implementation says, or that there should be one. */
  private static List<String> check(
      Optional<StoredAnswers> answers, Path folder, double tolerance, ImportReport report) {
    if (answers.isEmpty()) {
      return report.isCertain() ? List.of() : List.of(ImportReport.UNCERTAIN);
    }
    return answers.get().compare(folder, tolerance, report.resampling()).stream()
        .map(
            compared ->
                String.format(
                    Locale.ROOT,
                    "Checked %s: at most %.2g of a token's largest value apart (allowed %.2g).",
                    compared.output(),
                    compared.difference(),
                    tolerance))
        .toList();
  }

  private static void summary(ImportReport report, Exported exported, Console console) {
    console.note(
        String.format(
            Locale.ROOT,
            "%s, %,d parameters from %d tensors.",
            report.family(),
            exported.parameters(),
            report.taken().size()));
    report.taken().stream()
        .filter(row -> row.what().contains("resampled"))
        .forEach(row -> console.note("  " + row.target() + ": " + row.what()));
    report
        .reasons()
        .forEach((reason, count) -> console.note("  left out: " + count + " (" + reason + ")"));
    console.note(report.licenceText());
    console.note("Every tensor: " + exported.path().resolve(reportFile()));
  }

  private static Path reportFile() {
    return Path.of(SavedModelWriter.EXTRA, REPORT);
  }

  private static void writeReport(Path folder, ImportReport report, List<String> notes)
      throws IOException {
    Table taken = new Table("source", "shape", "type", "parameter", "shape here", "change");
    report
        .taken()
        .forEach(
            r ->
                taken.row(
                    r.source(), r.sourceShape(), r.elementType(), r.target(), r.shape(), r.what()));
    Table leftOut = new Table("left out", "shape", "type", "reason");
    report
        .leftOut()
        .forEach(r -> leftOut.row(r.source(), r.sourceShape(), r.elementType(), r.what()));
    StringBuilder text = new StringBuilder();
    text.append(report.family()).append(", names of ").append(report.dialect());
    text.append(report.prefix().isEmpty() ? "\n\n" : " under " + report.prefix() + "\n\n");
    text.append(report.licenceText()).append("\n\n");
    notes.forEach(note -> text.append(note).append("\n\n"));
    text.append(String.join("\n", taken.lines())).append("\n\n");
    text.append(String.join("\n", leftOut.lines())).append('\n');
    Files.writeString(folder.resolve(reportFile()), text);
  }

  private static Table list() {
    Table table =
        new Table(
            "family", "arch", "image", "patch", "width", "depth", "heads", "window", "licence");
    for (Architectures.Entry entry : Architectures.list()) {
      Size size = entry.size();
      table.row(
          entry.family(),
          size.arch(),
          size.imageSize(),
          size.patch(),
          size.width(),
          stages(size.depths()),
          stages(size.heads()),
          size.window() == 0 ? "" : size.window(),
          entry.licence());
    }
    return table;
  }

  private static String stages(List<Integer> numbers) {
    return String.join(",", numbers.stream().map(Object::toString).toList());
  }
}
