package org.fdistill.model;

import java.util.List;
import java.util.function.UnaryOperator;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.PixelNormalization;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.Normalization;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * A backbone that takes pixels as they come from a file.
 *
 * @param name what the names of its parameters start with, in checkpoint, export and rules
 * @param normalization of the pixels, before the backbone
 * @param backbone from normalised images to tokens
 */
public record Network(String name, PixelNormalization normalization, Backbone backbone) {
  private static final String STUDENT = "student";

  /** The network that a run trains and exports, or that a checkpoint of others is imported as. */
  public static Network student(BackboneConfig model, Normalization normalization) {
    return new Network(STUDENT, PixelNormalization.of(normalization), Backbones.of(model));
  }

  /** The same without its final norm, for a head on the maps inside of it. */
  public Network withoutFinalNorm() {
    return new Network(name, normalization, backbone.withoutFinalNorm());
  }

  /**
   * From pixels to tokens and maps: normalises, then runs the backbone.
   *
   * @param scope at the root of the names
   * @param images [B, S, S, 3], 0 to 255, of any type of numbers; B may be unknown
   */
  public Endpoints build(LayerScope scope, Operand<? extends TNumber> images) {
    return build(scope, images, UnaryOperator.identity());
  }

  /**
   * As {@link #build(LayerScope, Operand)}, of a part of the patches.
   *
   * @param kept as in {@link Backbone#build(LayerScope, Operand, Operand)}
   */
  public Endpoints build(
      LayerScope scope, Operand<? extends TNumber> images, Operand<TInt32> kept) {
    Ops tf = scope.tf();
    return backbone.build(scope.at(name), normalization.apply(tf, pixels(tf, images)), kept);
  }

  /**
   * As {@link #build(LayerScope, Operand)}, with a step between.
   *
   * @param augmentation of the normalised images [B, S, S, 3]
   */
  public Endpoints build(
      LayerScope scope,
      Operand<? extends TNumber> images,
      UnaryOperator<Operand<TFloat32>> augmentation) {
    Ops tf = scope.tf();
    Operand<TFloat32> normalized = normalization.apply(tf, pixels(tf, images));
    return backbone.build(scope.at(name), augmentation.apply(normalized));
  }

  @SuppressWarnings("unchecked") // Guarded by the type test.
  private static Operand<TFloat32> pixels(Ops tf, Operand<? extends TNumber> images) {
    return images.type().equals((Class<?>) TFloat32.class)
        ? (Operand<TFloat32>) images
        : tf.dtypes.cast(images, TFloat32.class);
  }

  /** As {@link Backbone#layers}, of whole names. */
  public List<String> layers() {
    return backbone.layers().stream().map(layer -> name + "/" + layer).toList();
  }

  /** The same network for pixels of another normalisation. */
  public Network seeing(Normalization other) {
    return new Network(name, PixelNormalization.of(other), backbone);
  }

  /** Whether a variable's name is one of this network's. */
  public boolean owns(String variable) {
    return variable.startsWith(name + "/");
  }
}
