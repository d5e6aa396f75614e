/**
 * What a run will cost, before it runs. {@link org.fdistill.plan.Planner} builds the graph that
 * training would run, on images of noise, and reads {@link org.fdistill.plan.RunPlan} off it: steps
 * and images, trained numbers, floating point operations, and memory. Where the teacher's
 * SavedModel is missing, a network of the architecture that the config describes stands in for it.
 * Nothing is run and no weights are allocated, so that a network of any size can be planned on a
 * small machine.
 *
 * <p>Memory of a step is that of its tensors, each from the op that makes it to the last that reads
 * it, with ops in the order in which they become ready. Measured on a CPU, the memory that a
 * process takes for more images grows 1.14 times as fast (ViT, 6 blocks of width 384, batch 4 to
 * 16, float32 and bfloat16 alike), as kernels take working space of their own; TensorFlow and Java
 * themselves come on top.
 *
 * <p>{@link org.fdistill.plan.Scaling} predicts from a rate and from the links between them what
 * several workers do that share each batch. It is a model: nothing of it was measured.
 *
 * <p>Limits: only products and convolutions count as operations, as is usual. The operations of a
 * teacher with products in functions that cannot be put in the place of their calls, such as the
 * branches of a condition, are not known, and the working memory of these is not counted. Under
 * whole-step XLA the compiler orders and fuses ops by itself.
 */
package org.fdistill.plan;
