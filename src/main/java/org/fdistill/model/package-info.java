/**
 * Networks. A {@link org.fdistill.model.Network} is a name, a normalisation and a {@link
 * org.fdistill.model.Backbone}; it turns pixels into named {@link org.fdistill.model.Endpoints}.
 * Objectives, heads and exports choose among them and do not care which network they come from: a
 * teacher gives the same. {@link org.fdistill.model.Backbones} reads a backbone from a config.
 *
 * <pre>{@code
 * Network student = Network.student(run.getModel(), run.getTrainData().getNormalization());
 * Endpoints endpoints = student.build(scope, batch.get(Field.IMAGE));
 * Operand<TFloat32> map = endpoints.featureMap(tf); // [B, G, G, C]
 * }</pre>
 *
 * <p>A new backbone is a class in a package of its own here, a message in {@code model.proto} and a
 * line in {@code Backbones}. Limits: square images of one size, which is set when the network is
 * built.
 */
package org.fdistill.model;
