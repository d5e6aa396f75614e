package org.fdistill.data;

/** What a seed is for: each purpose has its own 64-bit seed, made from the run's. */
enum Purpose {
  /** Order of the examples in an epoch. */
  ORDER(1),
  /** Crop and flip. */
  AUGMENT(2),
  /** Pixels of noise. */
  NOISE(3),
  /** RandAugment. */
  RAND_AUGMENT(4),
  /** Colour jitter. */
  JITTER(5),
  /** Rectangles of random erasing. */
  ERASING(6),
  /** How a batch is mixed. */
  MIXUP(7),
  /** Patches that a student does not see. */
  PATCH_MASK(8),
  /** Colour jitter of the student's image alone. */
  STUDENT_JITTER(9),
  /** Whether the student's image is grey. */
  GREY(10),
  /** Blur of the student's image. */
  BLUR(11),
  /** Whether the student's image is solarised. */
  SOLARIZE(12),
  /** Order of the blocks in an epoch. */
  BLOCK_ORDER(13),
  /** Order of the examples that wait in the shuffle buffer. */
  BLOCK_MIX(14);

  private final long stream;

  Purpose(long stream) {
    this.stream = stream;
  }

  /** The seed, by the finaliser of SplitMix64. */
  long seed(long runSeed) {
    long z = runSeed + stream * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
