package org.fdistill.task.distill;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.InputPipeline;
import org.fdistill.data.View;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.RunConfig;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;

/**
 * What PHI-S needs to know of the teachers' features: a pass over some training images before the
 * first step. What it finds is in checkpoints, so that a run that goes on passes it over. Works by
 * names.
 *
 * @param images in an order of their own
 * @param batches of the pass
 * @param moments of each teacher that is standardised so
 */
record TargetStatistics(InputPipeline images, long batches, List<FeatureMoments> moments) {
  private static final String DATA = "target_statistics";

  /**
   * Adds the pass to a graph; nothing where no term needs it.
   *
   * @param scope at the root of the names, of training
   * @param run whose training images are seen
   * @param examples these images, as training has them; opened where they are needed
   * @param count how many of them, at least
   * @param view of a training image
   * @param learners that share the pass
   * @param teachers the features of a batch
   */
  static List<TargetStatistics> build(
      LayerScope scope,
      RunConfig run,
      Supplier<ExampleSource> examples,
      int count,
      View view,
      List<Learner> learners,
      Function<Batch, List<Endpoints>> teachers) {
    if (learners.stream().noneMatch(TargetStatistics::isNeeded)) {
      return List.of();
    }
    int size = run.getTrainData().getBatchSize() / run.getOptimizer().getAccumulation();
    InputPipeline images =
        InputPipeline.build(
            scope.tf(),
            DATA,
            run.getTrainData(),
            examples.get(),
            view,
            InputPipeline.Options.training(run.getSeed(), size));
    List<Endpoints> features = teachers.apply(images.batch());
    List<FeatureMoments> moments = new ArrayList<>();
    for (Learner learner : learners) {
      List<TeacherTerm> terms = learner.objective().terms();
      for (int i = 0; i < terms.size(); i++) {
        if (terms.get(i).normalizer() instanceof PhiStandardizer) {
          LayerScope own = learner.scope(scope);
          moments.add(FeatureMoments.build(own, terms.get(i), features.get(i)));
        }
      }
    }
    long batches = ((long) count + size - 1) / size;
    return List.of(new TargetStatistics(images, batches, List.copyOf(moments)));
  }

  private static boolean isNeeded(Learner learner) {
    return learner.objective().terms().stream()
        .anyMatch(term -> term.normalizer() instanceof PhiStandardizer);
  }

  /** Makes the pass where the session's variables do not hold what it finds. */
  void prepare(Session session, Consumer<String> tell) {
    if (moments.stream().allMatch(m -> m.isEstimated(session))) {
      return;
    }
    tell.accept(
        "Taking the statistics of teachers' tokens over %d batches of training images ..."
            .formatted(batches));
    List<CovarianceSum> sums = moments.stream().map(FeatureMoments::sum).toList();
    // What cannot be read is left out without a word: twice as many places end the search.
    images.start(session, 0, 2 * batches * images.options().batch());
    try {
      for (long i = 0; i < batches; i++) {
        add(session, sums);
      }
    } catch (TFOutOfRangeException endOfData) {
      if (sums.get(0).isEmpty()) {
        images.checkReadable(session, 0);
        throw UserError.input("None of the images that PHI_S looks at could be read.");
      }
    }
    for (int m = 0; m < sums.size(); m++) {
      moments.get(m).assign(session, sums.get(m));
    }
  }

  private void add(Session session, List<CovarianceSum> sums) {
    Session.Runner runner = session.runner();
    moments.forEach(m -> runner.fetch(m.sums()).fetch(m.products()).fetch(m.rows()));
    try (Result result = runner.run()) {
      for (int m = 0; m < sums.size(); m++) {
        sums.get(m).add(result, 3 * m);
      }
    }
  }
}
