/**
 * Feature Distillation (arXiv 2205.14141): {@link org.fdistill.task.distill.FeatureDistillation}
 * opens the teacher, checks that student and teacher fit, and puts student, projector and teacher
 * into the graph.
 *
 * <p>The paper's words and ours: its projector g is the parameters {@code projector} ({@code
 * decoder} in the reference, the code at github.com/SwinTransformer/Feature-Distillation), its
 * whitening the target normalisation {@code WHITEN}. The teacher sees the same augmented view as
 * the student, under its own normalisation. Tokens are compared patch with patch, and class token
 * with class token where both have one; registers are left out.
 *
 * <p>Limits: one teacher; its drop path (Table 5 of the paper) cannot be had from a SavedModel.
 */
package org.fdistill.task.distill;
