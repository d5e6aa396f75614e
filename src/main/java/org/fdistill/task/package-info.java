/**
 * What is learned, apart from how training proceeds. A {@link org.fdistill.task.Task} owns all that
 * depends on it: the view that is taken of an example, loss, metrics and further updates, the sums
 * of a validation and what becomes of them, the criterion, the network and what its export gives,
 * the parameter groups, the config's checks and its part of the model card. Steps, clocks and
 * checkpoints are the trainer's. {@link org.fdistill.task.Tasks} alone knows which tasks there are.
 *
 * <pre>{@code
 * Task task = Tasks.of(run);
 * task.open(); // a teacher
 * Task.TrainingOutputs outputs = task.training(scope, batch); // loss and metrics, scalars
 * ... gradients of outputs.loss() by variables.trainable(), an update ...
 * task.restoreFrozen(session); // the teacher's weights
 * }</pre>
 *
 * <p>Tasks so far: {@link org.fdistill.task.distill}, {@link org.fdistill.task.classify} with the
 * linear probe, and {@link org.fdistill.task.segment}. {@link org.fdistill.task.knn} evaluates
 * without training.
 *
 * <p>Limits: one scalar loss, whose gradient by a batch is the mean of those by its parts.
 */
package org.fdistill.task;
