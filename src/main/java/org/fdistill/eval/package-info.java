/**
 * Metrics on plain numbers: they work on what the graph has computed and know no TensorFlow.
 *
 * <p>A validation adds up {@link org.fdistill.eval.Sums} over its batches; a task makes values of
 * them, and a {@link org.fdistill.eval.Criterion} says which value ranks checkpoints. {@link
 * org.fdistill.eval.NeighbourVote} turns the nearest neighbours of one example into a class;
 * finding the neighbours is the caller's work.
 */
package org.fdistill.eval;
