/**
 * The one training loop, for every task. {@link org.fdistill.train.Trainer} reads top to bottom: a
 * {@link org.fdistill.train.TrainingRun} describes a run, {@code run} opens its parts, {@code loop}
 * steps, decides, goes back, reports, validates and checkpoints until the run is done.
 *
 * <p>{@link org.fdistill.train.TrainingProgram} is what runs: a graph with pipelines, loss,
 * gradients and update, built once, rewritten, imported into a fresh graph and from then on used by
 * name, one {@code Session.run} a micro-batch. A step is a pure function of the variables, the data
 * position and three fed values (seed, micro-step, optimiser scalars), so a resumed run gives the
 * same bits as one that was never stopped. What follows a step is decided from one small vector
 * ({@code Decision}), so that several processes can agree on it.
 *
 * <p>Limits: one process and one device; nothing here prints, a {@link
 * org.fdistill.train.ProgressListener} hears what happens.
 */
package org.fdistill.train;
