package org.fdistill.task;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.fdistill.cache.FeatureCache;
import org.fdistill.config.Problems;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.View;
import org.fdistill.eval.ClassTable;
import org.fdistill.eval.Criterion;
import org.fdistill.eval.Sums;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Network;
import org.fdistill.model.head.DenseHead;
import org.fdistill.model.head.Head;
import org.fdistill.optim.ParameterRules;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.NoiseSource;
import org.fdistill.proto.TeacherConfig;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;

/**
 * What is learned, and everything that depends on it: what is taken of an example, the loss, the
 * validation, what is exported. Steps, clocks and checkpoints are the trainer's.
 *
 * <p>Making a task reads its config and nothing else. {@link #open} opens what it needs beside the
 * config; a task is then built once for training and once for validation into the same graph, with
 * the same parameters.
 */
public interface Task {
  /**
   * What the training graph of one micro-batch gives.
   *
   * @param loss scalar, to be minimised
   * @param metrics further scalars to report, by name
   * @param inputs what goes into the loss and no parameter can change, such as a teacher's tokens,
   *     by name; of a step that is not finite, those that are not finite are named
   * @param updates ops that run with every micro-batch, such as those of running statistics
   */
  record TrainingOutputs(
      Operand<TFloat32> loss,
      Map<String, Operand<TFloat32>> metrics,
      Map<String, Operand<TFloat32>> inputs,
      List<Op> updates) {}

  /**
   * Checks the config's values that this task relies on.
   *
   * @param problems receives what is wrong
   */
  void check(Problems problems);

  /**
   * Opens what is needed beside the config, such as a teacher, and checks that it fits.
   *
   * @throws org.fdistill.config.UserError where it is missing or does not fit
   */
  default void open() {}

  /**
   * The training examples with what the task knows of each beforehand.
   *
   * @param source those that the config names
   * @throws org.fdistill.config.UserError where that is not at hand
   */
  default ExampleSource trainingExamples(ExampleSource source) {
    return source;
  }

  /** As {@link #trainingExamples}, of validation. */
  default ExampleSource validationExamples(ExampleSource source) {
    return source;
  }

  /** What is to be on disk before the examples are read; known once the task is open. */
  default List<FeatureCache> caches() {
    return List.of();
  }

  /** What is taken of a training example. */
  View trainingView(DataConfig data);

  /** What is taken of an example in validation. */
  View validationView(DataConfig data);

  /** What each example must keep, in training and validation. */
  default List<ExampleCheck> checks() {
    return List.of();
  }

  /**
   * Builds the loss of one micro-batch.
   *
   * @param scope of training: drop path is active
   * @param batch of {@link #trainingView}, of static size
   */
  TrainingOutputs training(LayerScope scope, Batch batch);

  /**
   * Builds the validation of one batch.
   *
   * @param scope of inference
   * @param batch of {@link #validationView}, of unknown size
   * @return tensors of any static shape that are added up over all batches, by name
   */
  Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch);

  /** The values of a validation, in the order to show, from what was added up. */
  Map<String, Double> values(Sums sums);

  /**
   * The measures of each class, from what was added up; empty where the task has none.
   *
   * @param names of the classes, in their order; empty where unknown
   */
  default Optional<ClassTable> classes(Sums sums, List<String> names) {
    return Optional.empty();
  }

  /**
   * The names of the task's classes.
   *
   * @param ofData the names that the data have, by label; empty where they have none
   */
  default List<String> classNames(List<String> ofData) {
    return ofData;
  }

  /** Which value of a validation ranks checkpoints. */
  Criterion criterion();

  /** What ranks checkpoints for each student, in their order. */
  default List<Criterion> criteria() {
    return List.of(criterion());
  }

  /** The names of {@link Student}s beside the first, which have clipping of their own. */
  default List<String> furtherStudents() {
    return List.of();
  }

  /** The network that is trained and exported. */
  Network network();

  /** What an export gives beside the network's features. */
  default Head head() {
    return Head.NONE;
  }

  /** What an export gives in place of features, for each pixel; empty where it gives features. */
  default Optional<DenseHead> denseHead() {
    return Optional.empty();
  }

  /** Whether an export holds all that the validation needs. */
  default boolean validatesExports() {
    return true;
  }

  /** How the optimiser treats each parameter. */
  default ParameterRules parameterRules() {
    return ParameterRules.weightDecay();
  }

  /** What a model card says of the task. */
  CardEntry card();

  /** The frozen networks that it learns from, as configured; empty where there are none. */
  default List<TeacherConfig> teachers() {
    return List.of();
  }

  /** Noise that can stand in for training examples. */
  default NoiseSource noiseSource() {
    return NoiseSource.getDefaultInstance();
  }

  /**
   * What is said where a run ends because inputs of its loss are not finite.
   *
   * @param inputs names of {@link TrainingOutputs#inputs}
   * @param when such as step 3
   */
  default UserError nonFinite(List<String> inputs, String when) {
    return UserError.input(
        when + ": " + String.join(", ", inputs) + " not finite. Training has no part in this.");
  }

  /** Whose fault a failed run of the graph is, where it is that of what {@link #open} opened. */
  default Optional<UserError> explain(RuntimeException failure) {
    return Optional.empty();
  }

  /**
   * Computes what training needs beside the variables, such as features that stay the same, and
   * says what there is to know. Called when the variables have the values that training starts
   * from, and again where it goes back to them.
   *
   * @param tell is told what takes long
   * @throws UserError where it cannot be had
   */
  default void prepare(Session session, Consumer<String> tell) {}

  /**
   * Brings in what is in the graph but neither trained nor in a checkpoint, such as a teacher's
   * weights. Called once for each session, before the first step.
   */
  default void restoreFrozen(Session session) {}
}
