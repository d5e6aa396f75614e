/**
 * Features of a frozen teacher on disk. {@link org.fdistill.cache.FeatureCache} is what a run asks
 * for: one teacher, one data set, K views of each image, drawn once and for all ({@link
 * org.fdistill.data.FixedViews}). {@link org.fdistill.cache.CacheWriting} runs the teacher and
 * writes; {@code FeatureCache.examples} gives the run's examples with the features of the view
 * whose turn it is, read and decoded in the graph.
 *
 * <pre>{@code
 * FeatureCache cache = new FeatureCache(config, teacher, 0, Precision.FLOAT32, data, Split.TRAIN);
 * new CacheWriting(cache, settings, stop::isRequested, progress).write(cache.openExamples());
 * ExampleSource examples = FeatureCache.examples(cache.openExamples(), List.of(cache));
 * View view = View.all(ImageView.training(data), cache.view());
 * Endpoints features = cache.features(tf, batch); // of a pipeline of these examples and this view
 * }</pre>
 *
 * <p>A cache is a folder PATH/TEACHER/train or PATH/TEACHER/validation:
 *
 * <ul>
 *   <li>identity.txtpb: what the features follow from ({@code cache.proto}). A run that differs is
 *       refused, field by field.
 *   <li>features-00012-of-00100.tfrecord: a tf.Example for each view. All are equally long, so that
 *       a record's number says where it starts. A file gets its name when it is whole.
 *   <li>index.jsonl: a line for each whole file: its size, its CRC-32C, and which records it lacks.
 *   <li>unreadable-images.txt: images that are left out.
 * </ul>
 *
 * <p>A record names its cache, example and view, and TensorFlow checks its CRC, so that a damaged
 * or foreign record is never taken; it is found where it is read, a file that is missing or too
 * short at the start.
 *
 * <p>Limits: the teacher sees crops and flips, and no change of colours. A float32 cache holds the
 * bits that the teacher gave when it was written; in another place of its batch the same image may
 * get features that differ in the last bits, as sums are then taken in another order.
 */
package org.fdistill.cache;
