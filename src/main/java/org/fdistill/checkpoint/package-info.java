/**
 * Checkpoints that survive a crash. A checkpoint is a folder {@code step-N} with TensorFlow's
 * bundle (prefix {@code variables}; Python reads it with {@code tf.train.load_checkpoint}) and a
 * {@code manifest.json}. It is written under another name, forced to the disk and renamed, so that
 * a folder of that name is whole unless the disk itself loses data; the manifest's checksums, of
 * the other files and of its own fields, tell.
 *
 * <p>{@link org.fdistill.checkpoint.CheckpointStore} writes, finds and prunes the checkpoints of a
 * run. {@link org.fdistill.checkpoint.CheckpointChoice} finds the one that a user means, for
 * readers of a run that may be going on. {@link org.fdistill.checkpoint.Manifest} says where
 * training stood, with which config and on which data, so that a run goes on only as what it was.
 * {@link org.fdistill.eval.Criterion} ranks validated checkpoints, for both.
 *
 * <p>{@link org.fdistill.checkpoint.VariableFiles} holds the save and restore ops of a graph;
 * {@link org.fdistill.checkpoint.BundleReader} reads single tensors without a graph. {@link
 * org.fdistill.checkpoint.SavedWeights} are weights on the disk, a checkpoint's or an export's.
 * {@link org.fdistill.checkpoint.InitialWeights} loads those from which another run starts: matched
 * by name, position tables resized, and all that does not fit refused with the whole list; the
 * {@link org.fdistill.checkpoint.LoadReport} tells what became of each parameter.
 *
 * <p>"The reference" is the code of Feature Distillation, github.com/SwinTransformer/
 * Feature-Distillation.
 *
 * <p>Limits: one process writes, whose lock on the run's folder the caller holds; variables are
 * float32; manifests of format 1, which had no checksum, are refused.
 */
package org.fdistill.checkpoint;
