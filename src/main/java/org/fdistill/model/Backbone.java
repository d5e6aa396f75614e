package org.fdistill.model;

import java.util.List;
import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** A vision network without a head. */
public interface Backbone {
  /**
   * From normalised images to tokens and maps.
   *
   * @param scope where its parameters' names start
   * @param images [B, S, S, 3], normalised; B may be unknown
   * @return its named outputs
   */
  Endpoints build(LayerScope scope, Operand<TFloat32> images);

  /**
   * The same, of a part of the patches: the others enter no block, and their positions stay empty.
   *
   * @param kept numbers of the patches that stay, row by row of the grid, each once [B, K]
   * @return endpoints that stand for these patches ({@link Endpoints#kept})
   * @throws UnsupportedOperationException where the network attends in windows
   */
  default Endpoints build(LayerScope scope, Operand<TFloat32> images, Operand<TInt32> kept) {
    throw new UnsupportedOperationException("a network of windows needs every patch");
  }

  /** The same without its final norm: its tokens leave as the last block gives them. */
  Backbone withoutFinalNorm();

  /** S: the side of the square input, in pixels. */
  int imageSize();

  /** C: the width of the tokens. */
  int width();

  /** G: the side of the grid of patch tokens. */
  int grid();

  /** Tokens before the patch tokens: class token, then registers. */
  int prefixTokens();

  /**
   * Regular expressions of parameters' names, from the network's scope on: of layer 0, which is all
   * before the first block, to layer L, the last block. What none matches comes after the blocks.
   */
  List<String> layers();

  /** Whether the first of the prefix tokens is a class token. */
  default boolean hasClassToken() {
    return prefixTokens() > 0;
  }
}
