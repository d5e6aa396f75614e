/**
 * From published checkpoints to this project's networks, without Python. {@link
 * org.fdistill.convert.TeacherImport} opens a checkpoint, finds out what it is, and writes it as a
 * SavedModel; {@link org.fdistill.convert.Architectures} lists what there is; {@link
 * org.fdistill.convert.StoredAnswers} compares a model with what another implementation answered.
 *
 * <pre>{@code
 * Request request = new Request(Path.of("ViT-B-16.pt"), "auto", "", 0, Optional.empty(), List.of(), "");
 * try (TeacherImport teacher = TeacherImport.open(request)) {
 *   teacher.write(Path.of("savedmodels/clip_vitb16"), Inspection.NONE);
 * }
 * }</pre>
 *
 * <p>Inside, a {@code Dialect} is one way of naming tensors: rules that say for each name which of
 * our parameters it becomes and how it lies, or why it is not needed. A {@code Family} is what one
 * project published: its dialects, its normalisation and epsilon, its sizes. Everything else is
 * read off the shapes. The network's graph then says which parameters it needs, and both lists must
 * agree in both directions. Transformers 5 spells some names in another way ({@code Spelling}). A
 * new family is an entry in {@code VitFamilies}, {@code RotaryFamilies} or {@code SwinFamilies}; a
 * new way of naming an entry in {@code VitDialects}, {@code RotaryDialects} or {@code
 * SwinDialects}.
 *
 * <p>Limits: square images and patches; no convolutional stems, no norms of queries and keys, of
 * rotary positions those of DINOv3 and EVA-02 alone. Heads that pool by attention and a distilled
 * DeiT's two classifiers are left out.
 */
package org.fdistill.convert;
