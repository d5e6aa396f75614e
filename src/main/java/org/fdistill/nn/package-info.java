/**
 * Layers, as small records that hold sizes and initialisers; {@code apply} builds one into a {@link
 * org.fdistill.graph.LayerScope}, whose path becomes the start of the parameters' names:
 *
 * <pre>{@code
 * Operand<TFloat32> y = new LayerNorm(768, 1e-6f).apply(scope.at("norm1"), x);
 * Operand<TFloating> z = Dense.of(768, 3072, initializer).apply(scope.at("fc1"), y);
 * }</pre>
 *
 * Products return the precision of the policy, norms return float32. Activations travel as rows [B
 * N, C]: reshaping costs nothing, and a product of two matrices is what the kernels do best.
 * Nothing here knows a model, a loss or a session. Layers whose gradient is written out (attention,
 * norms, activations, orders of rows) carry the formula beside the code; some of them run as {@link
 * org.fdistill.graph.CompiledLoop}s too, by the same formula.
 *
 * <p>"The reference" is the code of Feature Distillation, github.com/SwinTransformer/
 * Feature-Distillation.
 */
package org.fdistill.nn;
