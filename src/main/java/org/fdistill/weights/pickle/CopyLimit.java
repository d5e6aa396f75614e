package org.fdistill.weights.pickle;

/**
 * Bounds what is copied while a pickle is read. A pickle may name one long list many times, a few
 * bytes each; without a limit its copies would grow with the square of its size.
 */
public final class CopyLimit {
  private static final int COPIES = 4;
  private static final long SMALL = 1 << 12;

  private long left;

  /**
   * A limit in proportion to the pickle.
   *
   * @param pickleBytes at least the bytes of the pickle
   */
  public CopyLimit(long pickleBytes) {
    left = SMALL + COPIES * pickleBytes;
  }

  /**
   * Counts a copy.
   *
   * @param items numbers, characters or bytes
   */
  public void spend(long items) {
    left -= items;
    if (left < 0) {
      throw new RefusedPickleException("its values unfold to far more than the file's own size");
    }
  }
}
