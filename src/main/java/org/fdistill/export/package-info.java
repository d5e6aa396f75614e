/**
 * From a checkpoint to a SavedModel that TensorFlow Serving, TensorFlow Java and Python load.
 *
 * <p>{@link org.fdistill.export.SavedModelExporter} builds a graph for inference from the same
 * parameter names as in training ({@link org.fdistill.export.ExportedNetwork}), fills it from the
 * checkpoint, writes it, loads it back and compares all outputs before it gives the folder its
 * version number. {@link org.fdistill.checkpoint.CheckpointChoice} finds the checkpoint that a user
 * means. What is computed beside the backbone's features is the task's {@link
 * org.fdistill.model.head.Head}.
 *
 * <p>Limits: weights are variables in a bundle, so they may pass 2 GB, but the graph itself may
 * not; exports are float32, whatever precision the run computed in.
 */
package org.fdistill.export;
