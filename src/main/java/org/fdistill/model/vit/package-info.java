/**
 * The vision transformer that Feature Distillation trains. {@link
 * org.fdistill.model.vit.VisionTransformer} embeds patches, adds class token and positions, and
 * runs its blocks; what each option means is said in {@code model.proto}.
 *
 * <p>Parameters are named as in {@code student/blocks/07/attn/qkv/kernel}, with kernels [in, out]
 * and columns of queries, keys and values by head. Outputs and every gradient are compared with
 * PyTorch for each position encoding.
 *
 * <p>Limits: the side of the image is fixed; positions are not interpolated to another grid.
 */
package org.fdistill.model.vit;
