/**
 * From gradients to new parameters. {@link org.fdistill.optim.GlobalNormClipping} measures and
 * limits them, {@link org.fdistill.optim.GradientSums} adds them up over micro-batches, an {@link
 * org.fdistill.optim.Optimizer} applies them, and {@link org.fdistill.optim.ParameterRules} says
 * which parameters decay and how fast each learns.
 *
 * <p>Everything that depends on the step (learning rate, bias correction, decay) is computed in
 * double precision on the JVM and fed as one small vector: there is no step counter in the graph,
 * and nothing that the graph optimiser could fold.
 *
 * <p>"The reference" is the code of Feature Distillation, github.com/SwinTransformer/
 * Feature-Distillation.
 *
 * <p>Limits: float32 resource variables and dense gradients only; the optimiser runs in the process
 * that holds the variables.
 */
package org.fdistill.optim;
