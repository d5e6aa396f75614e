package org.fdistill.model.vit;

import org.fdistill.proto.VitConfig.PositionKind;

/**
 * Fixed two-dimensional sine-cosine positions. Half of the channels encode one coordinate of the
 * patch, half the other; in each half, channel i of Q = C/4 holds sin(p ω), channel Q + i cos(p ω),
 * with ω = 10000^(-i/Q). MAE's table (util/pos_embed.py) has the column in the first half, MoCo
 * v3's (vits.py) the row.
 *
 * @param kind whose table
 * @param grid G
 * @param width C, a multiple of 4
 */
record SineCosine(PositionKind kind, int grid, int width) {
  private static final double TEMPERATURE = 10000;

  /** The table by patch, row by row, and channel: G² C values, rounded from double once. */
  float[] table() {
    float[] table = new float[grid * grid * width];
    for (int row = 0; row < grid; row++) {
      for (int column = 0; column < grid; column++) {
        int start = (row * grid + column) * width;
        boolean columnFirst = kind == PositionKind.SIN_COS_MAE;
        encode(columnFirst ? column : row, table, start);
        encode(columnFirst ? row : column, table, start + width / 2);
      }
    }
    return table;
  }

  private void encode(int position, float[] table, int start) {
    int frequencies = width / 4;
    for (int i = 0; i < frequencies; i++) {
      double angle = position * Math.pow(TEMPERATURE, -(double) i / frequencies);
      table[start + i] = (float) Math.sin(angle);
      table[start + frequencies + i] = (float) Math.cos(angle);
    }
  }
}
