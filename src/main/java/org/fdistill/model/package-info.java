/**
 * Networks. A {@link org.fdistill.model.Backbone} turns images into named {@link
 * org.fdistill.model.Endpoints}; objectives, heads and exports choose among them and do not care
 * which backbone they come from. {@link org.fdistill.model.Backbones} reads one from a config.
 *
 * <pre>{@code
 * Backbone backbone = Backbones.of(run.getModel());
 * Endpoints endpoints = backbone.build(scope.at(Backbones.SCOPE), images);
 * Operand<TFloat32> map = endpoints.featureMap(tf); // [B, G, G, C]
 * }</pre>
 *
 * <p>A new backbone is a class in a package of its own here, a message in {@code model.proto} and a
 * line in {@code Backbones}. Limits: square images of one size, which is set when the network is
 * built.
 */
package org.fdistill.model;
