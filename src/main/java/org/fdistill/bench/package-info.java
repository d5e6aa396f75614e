/**
 * How fast a run's step is, and where its time goes. {@link org.fdistill.bench.Benchmark} takes the
 * graph that training would run, times its steps between large matrix products in the same process,
 * precision and threads, traces steps whose ops run one after another, times each of the step's
 * products alone and a stream through memory, and runs the input pipeline alone; {@link
 * org.fdistill.bench.BenchReport} holds the figures, {@link org.fdistill.bench.Passes} among them:
 * the account of what each op of the traced step passes over. {@link
 * org.fdistill.bench.WorkersBenchmark} does so among several processes: with and without the
 * exchange of gradients, and the exchange alone. {@link org.fdistill.bench.RandomTeacher} stands in
 * for a teacher whose weights do not matter.
 *
 * <p>Limits: only products and convolutions count as work, as is usual; parts of a step (teacher,
 * student, update) are told apart by the names of their nodes, so that they are missing where XLA
 * compiles the whole step.
 */
package org.fdistill.bench;
