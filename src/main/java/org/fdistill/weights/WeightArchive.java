package org.fdistill.weights;

import java.util.Map;

/** A file of named tensors, open for reading. Nothing in it is ever executed. */
public interface WeightArchive extends AutoCloseable {
  /** What kind of file it is, such as {@code safetensors}, for people. */
  String format();

  /**
   * Its tensors in the order of the file. A name is the path to the tensor: keys of nested
   * containers joined by {@code /}, such as {@code model/blocks.0.attn.qkv.weight}; attributes of
   * the modules of a TorchScript archive are joined by dots, as in a state dict.
   */
  Map<String, StoredTensor> tensors();

  /** What else it says: strings and numbers by their path, for people. */
  Map<String, String> attributes();

  @Override
  void close();
}
