/**
 * Checkpoints that survive a crash. A checkpoint is a folder {@code step-N} with TensorFlow's
 * bundle (prefix {@code variables}; Python reads it with {@code tf.train.load_checkpoint}) and a
 * {@code manifest.json}. It is written under another name, forced to the disk and renamed, so that
 * a folder of that name is whole unless the disk itself loses data; the manifest's checksums tell.
 *
 * <p>{@link org.fdistill.checkpoint.CheckpointStore} writes, finds and prunes the checkpoints of a
 * run; {@link org.fdistill.checkpoint.VariableFiles} holds the save and restore ops of a graph;
 * {@link org.fdistill.checkpoint.BundleReader} reads single tensors without a graph. {@link
 * org.fdistill.checkpoint.CheckpointChoice} finds the checkpoint that a user means, and {@link
 * org.fdistill.checkpoint.SavedWeights} the weights of a run, a checkpoint or an export. {@link
 * org.fdistill.checkpoint.InitialWeights} are those from which another run starts: matched by name,
 * position tables resized, and all that does not fit refused with the whole list; {@link
 * org.fdistill.checkpoint.LoadedWeights} tells what became of each parameter.
 *
 * <p>Limits: one process writes; variables are float32; a store has no lock of its own.
 */
package org.fdistill.checkpoint;
