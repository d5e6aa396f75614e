/**
 * What is learned, apart from how training proceeds. A {@link org.fdistill.task.Task} builds the
 * loss of a {@link org.fdistill.task.Batch} and the values of its validation into a graph; steps,
 * clocks and checkpoints are the trainer's, which knows nothing of vision. {@link
 * org.fdistill.task.Tasks} reads one from a run's config.
 *
 * <pre>{@code
 * Task task = Tasks.of(run);
 * Task.TrainingOutputs outputs = task.training(scope, batch); // loss and metrics, scalars
 * ... gradients of outputs.loss() by variables.trainable(), an update ...
 * task.restoreFrozen(session); // a teacher's weights
 * }</pre>
 *
 * <p>Tasks so far: {@link org.fdistill.task.distill} and {@link org.fdistill.task.classify}. {@link
 * org.fdistill.task.knn} evaluates without training.
 *
 * <p>Limits: one scalar loss, whose gradient by a batch is the mean of those by its parts.
 */
package org.fdistill.task;
