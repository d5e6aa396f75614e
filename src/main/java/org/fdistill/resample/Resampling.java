package org.fdistill.resample;

import java.util.List;

/** How values on a square grid become values on another, the same along rows and columns. */
public sealed interface Resampling permits Bicubic, Bilinear {
  /** The ways that published code takes, for users to choose by {@link Object#toString}. */
  List<Resampling> WAYS =
      List.of(
          Bicubic.PLAIN, Bicubic.DINO_V2, Bicubic.ANTIALIASED, Bilinear.CENTRES, Bilinear.CORNERS);

  /** The weights [T, F] of one axis, for grids of sides F and T. */
  double[][] weights(int from, int to);
}
