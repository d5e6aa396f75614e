package org.fdistill.train;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.fdistill.config.Problems;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.View;
import org.fdistill.eval.Criterion;
import org.fdistill.eval.Sums;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Network;
import org.fdistill.proto.DataConfig;
import org.fdistill.task.CardEntry;
import org.fdistill.task.Task;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

/** Another task with what a test changes. */
abstract class ForwardingTask implements Task {
  private final Task task;

  ForwardingTask(Task task) {
    this.task = task;
  }

  @Override
  public void check(Problems problems) {
    task.check(problems);
  }

  @Override
  public View trainingView(DataConfig data) {
    return task.trainingView(data);
  }

  @Override
  public View validationView(DataConfig data) {
    return task.validationView(data);
  }

  @Override
  public List<ExampleCheck> checks() {
    return task.checks();
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    return task.training(scope, batch);
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    return task.validation(scope, batch);
  }

  @Override
  public Map<String, Double> values(Sums sums) {
    return task.values(sums);
  }

  @Override
  public Criterion criterion() {
    return task.criterion();
  }

  @Override
  public Network network() {
    return task.network();
  }

  @Override
  public CardEntry card() {
    return task.card();
  }

  @Override
  public void prepare(Session session, Consumer<String> tell) {
    task.prepare(session, tell);
  }
}
