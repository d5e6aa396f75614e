/**
 * Learning rates as pure functions of the step.
 *
 * <p>{@link org.fdistill.optim.schedule.LearningRateSchedule#rate} is all that a trainer asks for;
 * it feeds the value into the step. {@link org.fdistill.optim.schedule.WarmupCosine} is the
 * schedule of the reference ({@link org.fdistill.optim.schedule.WarmupPoly} that of
 * mmsegmentation), the code of Feature Distillation (github.com/SwinTransformer/
 * Feature-Distillation). Rates have no state, so a resumed run needs nothing but its step, and
 * nothing here knows TensorFlow.
 */
package org.fdistill.optim.schedule;
