package org.fdistill.report;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.WholeFile;

/** The report of what {@code diagnose} found in models. */
public final class DiagnosisReport {
  /** The results of a diagnosis, in its folder. */
  static final String RESULTS = "diagnostics.json";

  private DiagnosisReport() {}

  /** Whether a folder is that of a diagnosis. */
  public static boolean isDiagnosis(Path folder) {
    return Files.isRegularFile(folder.resolve(RESULTS));
  }

  /**
   * The report of a diagnosis.
   *
   * @return an HTML page
   * @throws UserError of kind input, where the folder holds no whole results
   */
  public static String of(Path folder) {
    JsonObject root =
        read(folder)
            .orElseThrow(
                () ->
                    UserError.input(
                        folder.resolve(RESULTS)
                            + ": this is no whole file of results. Run fdistill diagnose again."));
    PlotFigures figures = new PlotFigures();
    Page page = new Page("Diagnosis", Html.element("h1", "What is inside of the models"));
    DiagnosisSections sections = new DiagnosisSections(root);
    page.section("Models", sections.models());
    page.section("Layer by layer", figures.figures(sections.plots(), "layers"));
    page.section("Attention maps", sections.maps());
    page.section("Similarity of layers", sections.cka());
    return page.html(figures.points());
  }

  /** The results in a folder; empty where there are none, or damaged ones. */
  static Optional<JsonObject> read(Path folder) {
    try {
      return isDiagnosis(folder)
          ? RecordedRun.json(folder.resolve(RESULTS)).filter(root -> root.has("models"))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Writes the report of a diagnosis in one piece. */
  public static void write(Path folder, Path file) {
    String page = of(folder);
    try {
      WholeFile.write(file, page);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN,
          file + ": the report cannot be written: " + FileTrouble.of(e).sentence(),
          e);
    }
  }
}
