/**
 * Helpers of the tests: what Python wrote under {@code src/test/resources/golden}, read back.
 *
 * <p>{@link org.fdistill.testing.Golden} opens one golden, its arrays and its description; {@link
 * org.fdistill.testing.DeterministicValues} makes the inputs that the goldens leave out; {@link
 * org.fdistill.testing.Npz} reads and writes numpy archives. Scripts and formats are described in
 * {@code src/test/python/README.md}.
 *
 * <p>{@link org.fdistill.testing.GraphRun} builds and runs a small graph, {@link
 * org.fdistill.testing.FiniteDifferences} differentiates a function written out in plain Java, and
 * {@link org.fdistill.testing.JavaChild} starts a JVM of its own, and {@link
 * org.fdistill.testing.LeakCheck} fails every test class that leaves graphs, sessions, tensors or
 * functions open.
 */
package org.fdistill.testing;
