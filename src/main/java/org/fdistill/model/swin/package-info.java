/**
 * Swin transformers: {@link org.fdistill.model.swin.SwinTransformer} runs stages of blocks that
 * attend inside windows, and halves the map between them. {@code SwinVersion} is what the two
 * versions do differently: {@code SwinBlocks} (pre-norm, tables of positions) and {@code
 * SwinV2Blocks} (cosine attention, norms at the end of branches, positions by a small network).
 *
 * <p>Parameters are named as in {@code student/layers/2/blocks/07/attn/qkv/kernel}; the step to the
 * next stage belongs to the stage before it, {@code student/layers/0/downsample}, as in the
 * authors' code. Outputs and every gradient are compared with PyTorch. "The reference" is the code
 * of Feature Distillation, github.com/SwinTransformer/Feature-Distillation.
 *
 * <p>Limits: the side of the image is fixed, and the map of each stage must divide into windows or
 * be no larger than one; maps are never padded.
 */
package org.fdistill.model.swin;
