/**
 * Feature Distillation (arXiv 2205.14141), from one teacher or several.
 *
 * <p>{@link org.fdistill.task.distill.FeatureDistillation} is the task. {@code Teachers} are opened
 * once; a {@code FeatureSource} gives the features of one for a batch, from the teacher's graph or,
 * with {@code StoredTeachers}, from a {@link org.fdistill.cache.FeatureCache}. A {@code
 * StudentObjective} is all that a student learns: a {@code TeacherTerm} for each teacher, joined by
 * a {@code Weighting}. In a term the {@code Alignment} says which tokens meet, the {@code
 * TargetNormalizer} makes targets of the teacher's, a projector brings the student's to the
 * teacher's width, and {@code SmoothL1} compares both. One teacher is the case of a list of length
 * one. Patches of another grid are resampled to the student's before they are normalised. What a
 * normaliser knows of the run's data are variables {@code targets/NAME/...}: running statistics
 * move with every micro-batch, {@code TargetStatistics} takes those of PHI-S before the first step.
 *
 * <p>MOMA (arXiv 2302.02089) is the same task with less to see: a mask leaves the student a part of
 * the patches, and its tokens meet those of the teacher at the same places. Where all places are
 * compared, a {@link org.fdistill.model.vit.TokenDecoder} completes the student's tokens first; its
 * parameters are {@code decoder}. At ratio 0 the graph is that of Feature Distillation.
 *
 * <p>Of several students each is a {@code Learner}, whose variables stand below its name; draws and
 * first values in there are those of a run of its own, so that it becomes the same student.
 *
 * <p>The paper's words and ours: its projector g is the parameters {@code projector} ({@code
 * decoder} in the reference, the code at github.com/SwinTransformer/Feature-Distillation), of
 * further teachers {@code projector_NAME}; its whitening the target normalisation {@code WHITEN}.
 * Every teacher sees the same augmented view as the student, under its own normalisation, unless a
 * {@code StudentInput} takes something from the student. Tokens are compared patch with patch, and
 * class token with class token where both have one; registers are left out. A teacher with drop
 * path (Table 5 of the paper) is a {@code RebuiltTeacher}, whose network is built from the config
 * beside its weights: a SavedModel's graph has no drop path.
 */
package org.fdistill.task.distill;
