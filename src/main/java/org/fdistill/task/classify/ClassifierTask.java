package org.fdistill.task.classify;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.ModelChecks;
import org.fdistill.config.Problems;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.View;
import org.fdistill.eval.Criterion;
import org.fdistill.eval.Sums;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.model.Network;
import org.fdistill.model.head.ClassifierHead;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.NoiseSource;
import org.fdistill.proto.Pooling;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.ExampleMeans;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** What tasks share whose examples have one label each: all but how they train. */
abstract class ClassifierTask implements Task {
  private final RunConfig run;
  private final String name;
  private final ClassifierHead head;

  /**
   * Reads the config alone.
   *
   * @param name of the task's field in the config
   */
  ClassifierTask(RunConfig run, String name, ClassifierHead head) {
    this.run = run;
    this.name = name;
    this.head = head;
  }

  /** Checks that the number of classes is given, and that the network has what is pooled. */
  final void check(boolean hasClasses, Problems problems) {
    problems.unless(hasClasses, name + ".classes", "is not set; say how many there are");
    String pooling = name + ".pooling";
    Optional<String> noClassToken = ModelChecks.noClassToken(run.getModel());
    problems.unless(
        noClassToken.isEmpty() || head.pooling() != Pooling.CLASS_TOKEN_POOLING,
        pooling,
        "is CLASS_TOKEN_POOLING, but " + noClassToken.orElse(""));
    boolean mean = head.pooling() == Pooling.MEAN;
    ModelChecks.finalNorm(run.getModel(), mean, pooling + " MEAN", problems);
  }

  /** The config of the run. */
  final RunConfig run() {
    return run;
  }

  @Override
  public final ClassifierHead head() {
    return head;
  }

  @Override
  public final Network network() {
    return Tasks.network(run);
  }

  @Override
  public final View validationView(DataConfig data) {
    return View.all(ImageView.evaluation(data), View.label());
  }

  @Override
  public final List<ExampleCheck> checks() {
    return List.of(new LabelCheck(head.classes(), name + ".classes"));
  }

  @Override
  public final Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    Endpoints seen = Tasks.evaluated(run).build(scope, batch.get(Field.IMAGE));
    return ClassScores.sums(scope.tf(), head.logits(scope, seen), batch);
  }

  @Override
  public final Map<String, Double> values(Sums sums) {
    return ExampleMeans.values(sums);
  }

  @Override
  public final Criterion criterion() {
    return new Criterion(ClassScores.TOP_1, true);
  }

  @Override
  public final NoiseSource noiseSource() {
    return NoiseSource.newBuilder().setClasses(head.classes()).build();
  }
}
