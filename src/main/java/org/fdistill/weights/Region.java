package org.fdistill.weights;

import java.nio.ByteBuffer;

/** A run of bytes: a part of a file, or what a compressed part inflates to. */
interface Region {
  /** The most bytes that readers of numbers ask for at once; a multiple of every number's size. */
  int WINDOW = 1 << 23;

  /** Its bytes. */
  long length();

  /**
   * Reads some of it. It is fastest where each window starts at the end of the one before.
   *
   * @param from at least 0; from + count is at most the length
   * @return exactly count bytes, little-endian
   * @throws org.fdistill.config.UserError where the file has changed or its data are damaged
   */
  ByteBuffer window(long from, int count);

  /** Frees what the last window left open. */
  default void release() {}
}
