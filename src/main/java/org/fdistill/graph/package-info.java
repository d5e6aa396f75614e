/**
 * What a graph is built of, below layers and models.
 *
 * <p>{@link org.fdistill.graph.Variables} is the one list of a graph's variables: layers ask it for
 * parameters, the optimiser for slots, checkpoint and export for everything. A {@link
 * org.fdistill.graph.LayerScope} is where a layer is built: names, variables, {@link
 * org.fdistill.graph.Precision} and the {@link org.fdistill.graph.Seeds} of its random draws.
 * {@link org.fdistill.graph.ImportedModel} brings an output of a SavedModel into the graph, apart
 * from everything else in it, and refuses what would end the process: {@link
 * org.fdistill.graph.GraphLimits} and {@link org.fdistill.graph.BundleIndex}. What follows from its
 * weights alone is computed once ({@link org.fdistill.graph.FrozenValues}). {@link
 * org.fdistill.graph.Subgraph} is the one reader of a GraphDef's inputs.
 *
 * <pre>{@code
 * Variables variables = new Variables(tf, runSeed);
 * LayerScope scope =
 *     LayerScope.training(tf, variables, Precision.FLOAT32, new Seeds(runSeed, microStep));
 * Operand<TFloat32> scale = scope.at("norm").parameter("scale", Initializers.ones(), width);
 * }</pre>
 *
 * <p>{@link org.fdistill.graph.FusedGradient} gives a group of ops a gradient by formula, and
 * {@link org.fdistill.graph.CompiledLoop} makes a few passes over memory of element-wise ops and of
 * sums along the last axis. {@link org.fdistill.graph.FlopCounter} counts a finished graph's
 * products, and {@link org.fdistill.graph.rewrite} changes how it runs.
 *
 * <p>Limits: variables are float32 resource variables of static shape; seeds must be fed, since
 * TensorFlow folds draws from constant ones; no gradient goes through control flow.
 */
package org.fdistill.graph;
