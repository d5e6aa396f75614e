package org.fdistill.task.distill;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.cache.FeatureCache;
import org.fdistill.cache.FeatureCache.Split;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.View;
import org.fdistill.graph.Precision;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.FeatureCacheConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.teacher.Teacher;

/**
 * What a run keeps of its teachers on disk: a cache for each teacher and each of training and
 * validation; nothing where the config has no cache, or one without a path.
 */
final class StoredTeachers {
  private final RunConfig run;
  private final DistillTask task;
  private final FeatureCacheConfig config;
  private final List<FeatureCache> training = new ArrayList<>();
  private final List<FeatureCache> validation = new ArrayList<>();

  /**
   * Of a run, before its teachers are opened.
   *
   * @param task the run's
   */
  StoredTeachers(RunConfig run, DistillTask task) {
    this.run = run;
    this.task = task;
    config = task.getCache();
  }

  /** Where the features of the next teacher come from. */
  FeatureSource source(Teacher teacher) {
    if (config.getPath().isEmpty()) {
      return FeatureSource.of(teacher);
    }
    FeatureCache cache = cache(teacher, training.size(), trainData(), Split.TRAIN);
    training.add(cache);
    if (run.hasValidationData()) {
      validation.add(cache(teacher, validation.size(), run.getValidationData(), Split.VALIDATION));
    }
    return new CachedFeatures(teacher, cache);
  }

  private FeatureCache cache(Teacher teacher, int number, DataConfig data, Split split) {
    return new FeatureCache(config, teacher, number, Precision.of(run.getRuntime()), data, split);
  }

  /** Training's, in batches as the teacher would see them. */
  private DataConfig trainData() {
    DataConfig data = run.getTrainData();
    int parts = run.getOptimizer().getAccumulation();
    return data.toBuilder().setBatchSize(data.getBatchSize() / parts).build();
  }

  /** All caches, training's first. */
  List<FeatureCache> all() {
    return Stream.concat(training.stream(), validation.stream()).toList();
  }

  /** The training examples with their features. */
  ExampleSource trainingExamples(ExampleSource source) {
    return examples(source, run.getTrainData(), Split.TRAIN, training);
  }

  /** The validation examples with their features. */
  ExampleSource validationExamples(ExampleSource source) {
    return examples(source, run.getValidationData(), Split.VALIDATION, validation);
  }

  private ExampleSource examples(
      ExampleSource source, DataConfig data, Split split, List<FeatureCache> caches) {
    if (!task.hasCache()) {
      return source;
    }
    return caches.isEmpty()
        ? FeatureCache.fixedViews(config, source, data, split)
        : FeatureCache.examples(source, caches);
  }

  /** A view with the features of the example that it is taken of. */
  View with(View view) {
    List<View> views = new ArrayList<>(List.of(view));
    training.forEach(cache -> views.add(cache.view()));
    return View.all(views.toArray(View[]::new));
  }
}
