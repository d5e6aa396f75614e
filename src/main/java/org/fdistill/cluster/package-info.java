/**
 * Several processes that train one network, on TensorFlow's own distributed runtime: {@link
 * org.fdistill.cluster.Cluster} reads {@code TF_CONFIG}, {@link
 * org.fdistill.cluster.ClusterWorkers} starts the process's server, waits for the others and
 * watches them. Tensors go through TensorFlow's collective operations ({@link
 * org.fdistill.graph.Replicas}); there is no protocol of ours.
 *
 * <pre>{@code
 * Optional<Cluster> cluster = Cluster.of(System.getenv(Cluster.VARIABLE));
 * try (Workers workers = cluster.isPresent() ? new ClusterWorkers(...) : Workers.ALONE) {
 *   double[] sums = workers.sum(new double[] {1, mine});
 * }
 * }</pre>
 *
 * <p>Limits: one process a device; a worker that is lost ends all, and a new start goes on from the
 * newest checkpoint. TensorFlow's server cannot be shut down: the process has to end.
 */
package org.fdistill.cluster;
