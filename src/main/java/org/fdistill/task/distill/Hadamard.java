package org.fdistill.task.distill;

import java.util.Optional;

/**
 * Hadamard matrices: entries 1 and -1, rows orthogonal. Sylvester's construction doubles an order;
 * Paley's first gives q + 1 for a prime q of remainder 3 by 4, his second 2 (q + 1) for a prime q
 * of remainder 1 by 4.
 */
final class Hadamard {
  private Hadamard() {}

  /** One of an order; empty where these constructions, of prime q, give none. */
  static Optional<int[][]> of(int order) {
    if (order == 1) {
      return Optional.of(new int[][] {{1}});
    }
    if (order % 2 == 1) {
      return Optional.empty();
    }
    Optional<int[][]> half = of(order / 2);
    if (half.isPresent()) {
      return half.map(Hadamard::doubled);
    }
    if (isPrime(order - 1) && (order - 1) % 4 == 3) {
      return Optional.of(paleyFirst(order - 1));
    }
    int q = order / 2 - 1;
    return isPrime(q) && q % 4 == 1 ? Optional.of(paleySecond(q)) : Optional.empty();
  }

  private static int[][] doubled(int[][] half) {
    int n = half.length;
    int[][] matrix = new int[2 * n][2 * n];
    for (int i = 0; i < 2 * n; i++) {
      for (int j = 0; j < 2 * n; j++) {
        matrix[i][j] = (i >= n && j >= n ? -1 : 1) * half[i % n][j % n];
      }
    }
    return matrix;
  }

  /** I + S, with S skew-symmetric: ones, and Jacobsthal's matrix of q. */
  private static int[][] paleyFirst(int q) {
    int[][] matrix = new int[q + 1][q + 1];
    boolean[] squares = squares(q);
    for (int i = 0; i <= q; i++) {
      for (int j = 0; j <= q; j++) {
        matrix[i][j] = i == j ? 1 : i == 0 ? 1 : j == 0 ? -1 : character(i - j, q, squares);
      }
    }
    return matrix;
  }

  /** A symmetric conference matrix, whose zeros and ones become blocks of two by two. */
  private static int[][] paleySecond(int q) {
    int[][] matrix = new int[2 * (q + 1)][2 * (q + 1)];
    boolean[] squares = squares(q);
    for (int i = 0; i <= q; i++) {
      for (int j = 0; j <= q; j++) {
        int c = i == j ? 0 : i == 0 || j == 0 ? 1 : character(i - j, q, squares);
        matrix[2 * i][2 * j] = c == 0 ? 1 : c;
        matrix[2 * i][2 * j + 1] = c == 0 ? -1 : c;
        matrix[2 * i + 1][2 * j] = c == 0 ? -1 : c;
        matrix[2 * i + 1][2 * j + 1] = c == 0 ? -1 : -c;
      }
    }
    return matrix;
  }

  /** 1 for squares modulo q, -1 for others; the argument is no multiple of q. */
  private static int character(int difference, int q, boolean[] squares) {
    return squares[Math.floorMod(difference, q)] ? 1 : -1;
  }

  private static boolean[] squares(int q) {
    boolean[] squares = new boolean[q];
    for (long i = 1; i < q; i++) {
      squares[(int) (i * i % q)] = true;
    }
    return squares;
  }

  private static boolean isPrime(int n) {
    for (int divisor = 2; (long) divisor * divisor <= n; divisor++) {
      if (n % divisor == 0) {
        return false;
      }
    }
    return n > 1;
  }
}
