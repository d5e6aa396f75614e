/**
 * Position tables for another grid, as plain arithmetic: what a network has learned about positions
 * on a grid of G by G patches, for a grid of another side.
 *
 * <p>{@link org.fdistill.resample.RelativePositionTable} resizes tables of relative position biases
 * by BEiT's geometric interpolation (beit in github.com/microsoft/unilm); {@link
 * org.fdistill.resample.AbsolutePositionTable} resizes tables of absolute positions by {@link
 * org.fdistill.resample.Resampling} as PyTorch has it. A table whose grid has the wanted side
 * already comes back bit by bit.
 *
 * <p>Both are linear in the table and treat rows and columns of the grid alike, so that one matrix
 * of weights for one axis is all that differs between them. Sums are in double.
 *
 * <p>Limits: grids are square. Kernels of patch embeddings are not resized.
 */
package org.fdistill.resample;
