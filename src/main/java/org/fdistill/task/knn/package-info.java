/**
 * How well features separate classes without any training: {@link
 * org.fdistill.task.knn.NearestNeighbours} classifies validation images by the labels of the
 * training images with the most similar features, of a student, an export or a teacher ({@link
 * org.fdistill.task.knn.FeatureNetwork}).
 *
 * <pre>{@code
 * NearestNeighbours knn = new NearestNeighbours(train, validation, 20_000, List.of(20), settings);
 * double top1 = knn.evaluate(List.of(FeatureNetwork.of(teacher)), seed).get(0).top1();
 * }</pre>
 *
 * <p>Limits: the features of all training images that are compared with must fit into memory twice
 * over, C floats each for every network.
 */
package org.fdistill.task.knn;
