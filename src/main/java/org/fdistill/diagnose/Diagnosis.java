package org.fdistill.diagnose;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.train.StopRequest;
import org.tensorflow.op.Ops;

/**
 * Measures models one after the other and writes what is known after each. What the folder already
 * has of the same models and images is not measured again.
 */
public final class Diagnosis {
  /** Is told how it goes on. */
  public interface Listener {
    /** Something of so many images begins, such as {@code student: landscape}. */
    void begins(String what, long images);

    /** So many images of it are done. */
    void done(long images);
  }

  /** The file of the results in their folder. */
  public static final String RESULTS = DiagnosticsFile.FILE;

  private static final List<Measure> OF_A_MODEL =
      List.of(
          new AttentionDistance(), new HeadSimilarity(), new AttentionMaps(), new FeatureRank());

  private final DiagnosisRequest request;
  private final DiagnosticsFile file;
  private final StopRequest stop;
  private final Listener listener;

  /**
   * Opens the folder.
   *
   * @param stop is asked between batches; what is done by then is kept
   * @throws org.fdistill.config.UserError where the folder holds another diagnosis
   */
  public Diagnosis(DiagnosisRequest request, StopRequest stop, Listener listener) {
    this.request = request;
    this.file = DiagnosticsFile.open(request);
    this.stop = stop;
    this.listener = listener;
  }

  /** The names of all measures, in the order in which they are made. */
  public static List<String> measures() {
    List<String> names = new ArrayList<>(OF_A_MODEL.stream().map(Measure::name).toList());
    names.addAll(List.of(LinearCka.NAME, Landscape.NAME));
    return names;
  }

  /**
   * Measures what is not there yet.
   *
   * @return whether all is done; false where it was stopped
   */
  public boolean run() {
    for (Subject subject : request.subjects()) {
      if (stop.isRequested() || !ofModel(subject)) {
        return false;
      }
    }
    if (wants(LinearCka.NAME) && !betweenModels()) {
      return false;
    }
    for (Subject subject : request.subjects()) {
      if (wants(Landscape.NAME) && (stop.isRequested() || !landscape(subject))) {
        return false;
      }
    }
    new PassProgress(unfinished(), "").delete();
    return true;
  }

  private Path unfinished() {
    return request.out().resolve("unfinished");
  }

  private boolean wants(String measure) {
    return request.measures().contains(measure);
  }

  private List<Measure> wanted(Subject subject) {
    return OF_A_MODEL.stream()
        .filter(measure -> wants(measure.name()))
        .filter(measure -> !file.has(subject, measure.name()))
        .toList();
  }

  private boolean ofModel(Subject subject) {
    List<Measure> wanted = wanted(subject);
    if (wanted.isEmpty()) {
      return true;
    }
    listener.begins(subject.label(), request.images().count());
    Images images = request.images();
    try (OpenedModels models =
        OpenedModels.open(List.of(subject), images, false, request.attention())) {
      Inside inside = models.insides().get(0);
      file.describe(inside);
      List<Measure> possible = possible(wanted, inside);
      if (possible.isEmpty()) {
        return true;
      }
      Ops tf = models.tf().withSubScope("measures");
      Sums sums = new Sums(tf);
      possible.forEach(measure -> measure.build(tf, inside, sums));
      sums.finish();
      ModelPass pass =
          new ModelPass(models, sums, images, progress(subject, possible), request.unreadable());
      Optional<Long> seen = pass.run(stop::isRequested, listener::done);
      seen.ifPresent(count -> keepAll(models, possible, sums, count));
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

  private void keepAll(OpenedModels models, List<Measure> measures, Sums sums, long images) {
    Inside inside = models.insides().get(0);
    for (Measure measure : measures) {
      JsonObject result = measure.read(inside, models.session(), sums, images);
      result.addProperty("images", images);
      file.put(inside.subject(), measure.name(), result);
    }
  }

  private PassProgress progress(Subject subject, List<Measure> measures) {
    String names = String.join(",", measures.stream().map(Measure::name).toList());
    return progress(subject.label(), subject.identity() + " " + names);
  }

  private PassProgress progress(String folder, String what) {
    return new PassProgress(
        unfinished().resolve(folder),
        String.join("\n", what, request.images().identity(), request.pattern()));
  }

  /** Linear CKA of all models that show what leaves their blocks. */
  private boolean betweenModels() {
    int batch = (int) Math.min(request.images().batch(), request.images().count());
    if (batch < LinearCka.LEAST_BATCH) {
      file.leaveOut(
          LinearCka.NAME, "it takes batches of %d images or more".formatted(LinearCka.LEAST_BATCH));
      return true;
    }
    String what = batch + " " + request.subjects().stream().map(Subject::identity).toList();
    if (file.has(LinearCka.NAME, what)) {
      return true;
    }
    Images images = request.images().inBatchesOf(batch);
    listener.begins(LinearCka.NAME, images.count());
    try (OpenedModels models =
        OpenedModels.open(request.subjects(), images, true, request.attention())) {
      List<Inside> shown =
          models.insides().stream().filter(inside -> inside.withoutBlocks().isEmpty()).toList();
      if (shown.isEmpty()) {
        file.leaveOut(LinearCka.NAME, "no model shows what leaves its blocks");
        return true;
      }
      return compare(models, shown, images, what);
    }
  }

  private boolean compare(OpenedModels models, List<Inside> shown, Images images, String what) {
    Sums sums = new Sums(models.tf().withSubScope("measures"));
    LinearCka.build(models.tf().withSubScope("cka"), shown, images.batch(), sums);
    sums.finish();
    ModelPass pass =
        new ModelPass(models, sums, images, progress(".cka", what), request.unreadable());
    Optional<Long> seen = pass.run(stop::isRequested, listener::done);
    seen.ifPresent(
        count -> {
          JsonArray labels = new JsonArray();
          shown.forEach(inside -> labels.add(inside.subject().label()));
          JsonObject result = LinearCka.read(shown, models.session(), sums);
          result.add("models", labels);
          result.addProperty("batch", images.batch());
          result.addProperty("images", count);
          file.put(LinearCka.NAME, what, result);
        });
    return seen.isPresent();
  }

  private boolean landscape(Subject subject) {
    Landscape landscape =
        new Landscape(request.landscape(), request.unreadable(), stop, listener::done);
    JsonObject before = file.find(subject, Landscape.NAME).orElseGet(landscape::start);
    if (landscape.isComplete(before)) {
      return true;
    }
    if (subject.trained().isEmpty()) {
      file.leaveOut(
          subject, Landscape.NAME, "no run of fdistill trained it with a head, so it has no loss");
      return true;
    }
    Images images = request.images();
    long work = request.landscape().work(images.source().size());
    listener.begins(subject.label() + ": " + Landscape.NAME, work);
    try {
      return landscape.complete(
          subject.trained().get(),
          images,
          landscape.isOfTheseOptions(before) ? before : landscape.start(),
          result -> file.put(subject, Landscape.NAME, result));
    } catch (UserError e) {
      String reason = e.getMessage().lines().findFirst().orElse("");
      file.leaveOut(subject, Landscape.NAME, reason);
      return true;
    }
  }
}
