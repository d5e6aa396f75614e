/**
 * Vision transformers: the student of Feature Distillation, and the ViTs of DINO, DINOv2, DINOv3,
 * DeiT, CLIP, SigLIP, MAE, MoCo v3 and EVA-02, as students and as frozen teachers. {@link
 * org.fdistill.model.vit.VisionTransformer} embeds patches, adds class token, registers and
 * positions, and runs its blocks; what each option means is said in {@code model.proto}.
 *
 * <pre>{@code
 * VitConfig.newBuilder() // DINOv2's ViT-B/14 with registers
 *     .setImageSize(518).setPatchSize(14).setRegisterTokens(4).setAbsolutePosition(true)
 *     .setRelativePositionShared(false).setQkvBias(QkvBias.FULL_BIAS).setLayerScale(1e-5f);
 * }</pre>
 *
 * <p>Parameters are named as in {@code student/blocks/07/attn/qkv/kernel}, with kernels [in, out],
 * columns of queries, keys and values by head, and a SwiGLU's gate before its value. Fixed
 * positions, sine-cosine and rotary ones, are constants of the graph and no parameters. Outputs and
 * every gradient are compared with PyTorch for each option, and what is compared with, in turn,
 * with timm and transformers. "The reference" is the code of Feature Distillation,
 * github.com/SwinTransformer/ Feature-Distillation.
 *
 * <p>A ViT can be built on a part of the patches ({@link org.fdistill.nn.VisibleTokens}): the
 * others are left out before the embedding's product, and no later step knows of them; positions of
 * every kind are those of the places that are left. {@link org.fdistill.model.vit.TokenDecoder}
 * completes what it gives.
 *
 * <p>Limits: the side of the image is set when the network is built, and a table of positions fits
 * that grid alone. Registers have no relative positions. MAE's patch embedding starts with a bias
 * of zero, where its own code leaves PyTorch's default. There is no attention pooling (SigLIP's
 * head) and no projection after the final norm (CLIP's).
 */
package org.fdistill.model.vit;
