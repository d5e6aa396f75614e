/**
 * Files of weights that other tools write: safetensors, PyTorch and NumPy.
 *
 * <p>{@link org.fdistill.weights.WeightArchives#open} recognises a file by its content and gives a
 * {@link org.fdistill.weights.WeightArchive}: named tensors, each a {@link
 * org.fdistill.weights.StoredTensor} whose numbers are read as float32 when asked for, and what
 * else the file says.
 *
 * <pre>{@code
 * try (WeightArchive archive = WeightArchives.open(Path.of("dino_vitbase16_pretrain.pth"))) {
 *   float[] kernel = archive.tensors().get("patch_embed.proj.weight").floats();
 * }
 * }</pre>
 *
 * <p>The formats: safetensors; the zip files of {@code torch.save} since PyTorch 1.6 and its older
 * pickles; TorchScript archives; npz, stored or deflated; and the JSON index of a checkpoint in
 * several files. TensorFlow's own files, tar archives, HDF5 and files that are no weights at all
 * get an error that says what they are.
 *
 * <p>Files are not trusted. Nothing in them is run; sizes and offsets are checked against the file
 * before memory is taken for them; large tensors are mapped a window at a time, so that a file may
 * be larger than memory. Checksums are checked only where data are compressed. Numbers that no
 * {@link org.fdistill.weights.ElementType} describes (float8, text) are listed among the
 * attributes; complex, quantised and sparse tensors of PyTorch's are refused.
 */
package org.fdistill.weights;
