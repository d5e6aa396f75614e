/**
 * What is inside of models: the diagnostics of Feature Distillation (arXiv 2205.14141, Figures 1 to
 * 9) of our checkpoints and exports, and of any SavedModel of images whose attention can be found.
 *
 * <p>{@link org.fdistill.diagnose.Subjects#open} makes a model of a folder, {@link
 * org.fdistill.diagnose.Diagnosis} measures several. A model's graph is inlined and searched for
 * its attention and for what leaves its blocks, whoever wrote it; sums over images stay in the
 * graph, so that memory does not grow with the images.
 *
 * <p>Results are one object, {@code diagnostics.json}, written anew after each step:
 *
 * <pre>{@code
 * format             1
 * data               identity, images (seen by every model), of (images in the set)
 * attention_pattern  of --attention; empty where attention was found
 * models[]           label       name in plots
 *                    origin      folder of the checkpoint or SavedModel
 *                    identity    digest of its files
 *                    image_size  S, pixels
 *                    layers[]    name (node that gives the attention), heads, grid (G, patches along
 *                                a side), window (w, the same of a window; G where attention is
 *                                global), patch (pixels from patch to patch), prefix_tokens, width
 *                    measures    by name, see below; each with images, the number that was seen
 *                    left_out    reason by name of a measure that cannot be had
 * cka                of all models that show their blocks, see below
 * left_out           reason by name of a measure between models
 * }</pre>
 *
 * <p>Measures; arrays have an entry a layer, first layer first:
 *
 * <pre>{@code
 * attention_distance  unit, plain[layer][head], renormalised[layer][head] (pixels),
 *                     deviation_over_heads[layer], range_over_heads[layer] (of plain)
 * head_similarity     column[layer], row[layer], flattened[layer] (0 to 1)
 * attention_maps      r2_relative[layer], r2_column[layer], maps[layer][query][key]
 *                     (w² by w², patches row by row)
 * feature_rank        effective[layer], numerical[layer], width[layer]
 * landscape           distances[point], origin (values of the weights as they are), directions[]:
 *                     seed, and loss[point], top1[point], ... as the task's validation names them;
 *                     most_images. Of models that a run of ours trained with a head
 * cka                 models[] (labels), layers[model] (how many), values[layer][layer], layers of
 *                     the models one after the other; batch, images, identity
 * }</pre>
 *
 * <p>{@code org.fdistill.plot} draws them.
 *
 * <p>Limits: attention over something else than a square grid of patches (and prefix tokens) is
 * left out, and so are padded windows. A model that needs other inputs than images is refused.
 */
package org.fdistill.diagnose;
