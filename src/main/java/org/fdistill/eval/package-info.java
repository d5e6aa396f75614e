/**
 * Metrics on plain numbers: they count what the graph has computed and know no TensorFlow.
 *
 * <p>{@link org.fdistill.eval.TopK} and {@link org.fdistill.eval.WeightedMean} run over batches;
 * {@link org.fdistill.eval.NeighbourVote} turns the nearest neighbours of one example into a class.
 * Finding the neighbours is the caller's work.
 */
package org.fdistill.eval;
