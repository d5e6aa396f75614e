/**
 * Rewrites of a finished graph: functions from one {@link org.tensorflow.proto.GraphDef} to the
 * next, each with the reason for its being in its Javadoc. They change how a step runs, never what
 * it computes, and keep the names of everything that is fed, fetched or run.
 *
 * <ul>
 *   <li>{@link org.fdistill.graph.rewrite.StaticShapes}: known shapes become constants
 *   <li>{@link org.fdistill.graph.rewrite.ProductsOfFewRows}: products in the op that is the faster
 *       one for their shape
 *   <li>{@link org.fdistill.graph.rewrite.BiasedProducts}: products that are faster apart from
 *       their bias
 *   <li>{@link org.fdistill.graph.rewrite.BiasGradients}: sums over rows as products
 *   <li>{@link org.fdistill.graph.rewrite.ShapedRewrite}: these four, for every graph of full
 *       batches
 *   <li>{@link org.fdistill.graph.rewrite.OrderedSums}: sums of several tensors in one order
 *   <li>{@link org.fdistill.graph.rewrite.BatchProducts}: batch products that oneDNN takes
 *   <li>{@link org.fdistill.graph.rewrite.UncompiledInput}: functions of data sets that XLA leaves
 *   <li>{@link org.fdistill.graph.rewrite.StandardRewrite}: the three before, for every graph that
 *       runs op by op
 *   <li>{@link org.fdistill.graph.rewrite.WholeStep}: one function that XLA must compile
 * </ul>
 */
package org.fdistill.graph.rewrite;
