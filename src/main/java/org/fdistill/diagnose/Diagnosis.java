package org.fdistill.diagnose;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.tensorflow.op.Ops;

/**
 * Measures models one after the other and writes what is known after each. What the folder already
 * has of the same models and images is not measured again.
 */
public final class Diagnosis {
  /** Is told how it goes on. */
  public interface Listener {
    /** Something begins, such as {@code student: attention}. */
    void begins(String what);

    /** So many images of it are done. */
    void done(long images);
  }

  private static final List<Measure> OF_A_MODEL =
      List.of(
          new AttentionDistance(), new HeadSimilarity(), new AttentionMaps(), new FeatureRank());

  private final DiagnosisRequest request;
  private final DiagnosticsFile file;
  private final BooleanSupplier stop;
  private final Listener listener;

  /**
   * Opens the folder.
   *
   * @param stop is asked between batches; what is done by then is kept
   * @throws org.fdistill.config.UserError where the folder holds another diagnosis
   */
  public Diagnosis(DiagnosisRequest request, BooleanSupplier stop, Listener listener) {
    this.request = request;
    this.file = DiagnosticsFile.open(request);
    this.stop = stop;
    this.listener = listener;
  }

  /** The names of all measures, in the order in which they are made. */
  public static List<String> measures() {
    return OF_A_MODEL.stream().map(Measure::name).toList();
  }

  /**
   * Measures what is not there yet.
   *
   * @return whether all is done; false where it was stopped
   */
  public boolean run() {
    for (Subject subject : request.subjects()) {
      if (stop.getAsBoolean() || !ofModel(subject)) {
        return false;
      }
    }
    return true;
  }

  private List<Measure> wanted(Subject subject) {
    return OF_A_MODEL.stream()
        .filter(measure -> request.measures().contains(measure.name()))
        .filter(measure -> !file.has(subject, measure.name()))
        .toList();
  }

  private boolean ofModel(Subject subject) {
    List<Measure> wanted = wanted(subject);
    if (wanted.isEmpty()) {
      return true;
    }
    listener.begins(subject.label());
    Images images = request.images();
    try (OpenedModels models =
        OpenedModels.open(List.of(subject), images, false, request.attention())) {
      Inside inside = models.insides().get(0);
      file.describe(inside);
      List<Measure> possible = possible(wanted, inside);
      if (possible.isEmpty()) {
        file.write();
        return true;
      }
      Ops tf = models.tf().withSubScope("measures");
      Sums sums = new Sums(tf);
      possible.forEach(measure -> measure.build(tf, inside, sums));
      sums.finish();
      ModelPass pass =
          new ModelPass(models, sums, images, progress(subject, possible), request.unreadable());
      Optional<Long> seen = pass.run(stop, listener::done);
      seen.ifPresent(count -> keep(models, possible, sums, count));
      return seen.isPresent();
    }
  }

  private List<Measure> possible(List<Measure> wanted, Inside inside) {
    List<Measure> possible = new ArrayList<>();
    for (Measure measure : wanted) {
      String why = measure.leftOut(inside, request.images().count());
      if (why.isEmpty()) {
        possible.add(measure);
      } else {
        file.leaveOut(inside.subject(), measure.name(), why);
      }
    }
    return possible;
  }

  private void keep(OpenedModels models, List<Measure> measures, Sums sums, long images) {
    Inside inside = models.insides().get(0);
    for (Measure measure : measures) {
      JsonObject result = measure.read(inside, models.session(), sums, images);
      result.addProperty("images", images);
      file.put(inside.subject(), measure.name(), result);
    }
    file.write();
  }

  private PassProgress progress(Subject subject, List<Measure> measures) {
    JsonArray names = new JsonArray();
    measures.forEach(measure -> names.add(measure.name()));
    String identity =
        subject.identity() + " " + request.images().identity() + " " + request.pattern() + names;
    Path folder = request.out().resolve("unfinished").resolve(subject.label());
    return new PassProgress(folder, identity);
  }
}
