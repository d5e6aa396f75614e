/**
 * Examples, and the pipeline that turns them into batches inside the graph.
 *
 * <p>{@link org.fdistill.data.ExampleSource#open} finds the examples of a config: TFRecord files, a
 * folder of images, images in tar files, or noise. A {@link org.fdistill.data.View} says which
 * {@link org.fdistill.data.Field}s are taken of each, and {@link
 * org.fdistill.data.InputPipeline#build} adds a tf.data graph that reads, views and batches them;
 * images never enter the JVM.
 *
 * <pre>{@code
 * ExampleSource source = ExampleSource.open(config);
 * InputPipeline input =
 *     InputPipeline.build(
 *         tf, "train_input", config, source, ImageView.training(config), Options.training(seed, batch));
 * ... a graph that uses input.batch().get(Field.IMAGE), uint8 [B, S, S, 3] ...
 * input.checkReadable(session, position);
 * input.start(session, position, end);
 * BadExamples bad = new BadExamples(input, position, runFolder.resolve("bad-examples.txt"), 0.01);
 * ... each step: fetch the positions, then bad.observe(session, positions) ...
 * }</pre>
 *
 * <p>An element depends on the seed and its position alone. The position of the next example is all
 * that a checkpoint needs of the input ({@link org.fdistill.data.BadExamples#nextPosition}).
 *
 * <p>A {@code Traversal} is the way through a source: {@code RecordTraversal} reads one example at
 * a time at random offsets, {@code BlockTraversal} whole blocks of them, which suits network disks
 * and compressed files. What stands at a position is a function of the seed and the position in
 * both.
 *
 * <p>{@link org.fdistill.data.FixedViews} shows every example in a few views alone, whatever the
 * run's seed, so that what a teacher makes of them can be kept.
 *
 * <p>Of several workers each reads its {@link org.fdistill.graph.BatchShare} of every batch, and
 * draws for it what one worker would; where an image is left out, its worker's batches are shifted
 * against the others'.
 *
 * <p>Limits: a worker that reads in blocks reads those of all workers; a truncated JPEG counts as
 * readable where the crop lies above the damage. What cannot be read is skipped without a word:
 * where every file vanishes during a run, the pipeline gives no batch until the end that {@code
 * start} set, so that a caller who must notice starts it over windows of positions. Each source
 * numbers its classes by itself: {@link org.fdistill.data.ClassMatch} brings validation's labels
 * into training's numbers. {@link org.fdistill.data.ImageFolderConversion} packs a folder into
 * TFRecord files; {@link org.fdistill.data.synthetic} makes a set.
 */
package org.fdistill.data;
