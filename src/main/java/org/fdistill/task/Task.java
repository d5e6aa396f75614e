package org.fdistill.task;

import java.util.Map;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Backbones;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

/**
 * What is learned: inputs, graph, loss and metrics. Steps, clocks and checkpoints are the
 * trainer's. A task is built once for training and once for validation into the same graph, with
 * the same parameters.
 */
public interface Task {
  /**
   * What the training graph of one micro-batch gives.
   *
   * @param loss scalar, to be minimised
   * @param metrics further scalars to report, by name
   */
  record TrainingOutputs(Operand<TFloat32> loss, Map<String, Operand<TFloat32>> metrics) {}

  /**
   * Builds the loss of one micro-batch.
   *
   * @param scope of training: drop path is active
   * @param batch of static size
   */
  TrainingOutputs training(LayerScope scope, Batch batch);

  /**
   * Builds the validation of one batch.
   *
   * @param scope of inference
   * @param batch of unknown size
   * @return means over the batch's examples (scalars), by name; the caller weighs them by size
   */
  Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch);

  /** The validation value by which checkpoints are ranked. */
  String criterion();

  /** Whether a larger {@link #criterion()} is better. */
  boolean largerIsBetter();

  /** What the names of the parameters of the network that is exported start with. */
  default String network() {
    return Backbones.SCOPE;
  }

  /** K: labels must be 0 to K - 1; 0 where the task does not look at labels. */
  default int classes() {
    return 0;
  }

  /**
   * Brings in what is in the graph but neither trained nor in a checkpoint, such as a teacher's
   * weights. Called once for each session, before the first step.
   */
  void restoreFrozen(Session session);
}
