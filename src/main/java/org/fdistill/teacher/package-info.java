/**
 * Frozen teachers: any SavedModel of images, with a short description of its tensors.
 *
 * <p>{@link org.fdistill.teacher.Teacher#open} reads the model, merges the {@code teacher.txtpb}
 * beside it under the run's config, checks all that can be checked before training (signature,
 * shapes, tokens, ops that reach outside the graph, files that its restore op reads) and reports
 * its width and token count. {@link org.fdistill.teacher.Teacher#build} imports it into a training
 * graph and gives {@link org.fdistill.model.Endpoints}; {@link
 * org.fdistill.teacher.Teacher#restore} brings the weights in.
 *
 * <p>Limits: images are [batch, height, width, 3]; models with channels first are refused. Its
 * float32 products run in the run's precision, all else in the number format that it was exported
 * in. Drop path in the teacher (Table 5 of Feature Distillation, arXiv 2205.14141, code at
 * github.com/SwinTransformer/Feature-Distillation) is not possible here: an exported graph has
 * none.
 */
package org.fdistill.teacher;
