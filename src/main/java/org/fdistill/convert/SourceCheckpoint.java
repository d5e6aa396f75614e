package org.fdistill.convert;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.fdistill.config.UserError;
import org.fdistill.weights.StoredTensor;
import org.fdistill.weights.WeightArchive;

/**
 * What a checkpoint offers.
 *
 * @param format of the file
 * @param tensors by their names without wrappers; each tensor itself keeps the file's name
 * @param published what the files beside it say
 */
record SourceCheckpoint(String format, Map<String, StoredTensor> tensors, Published published) {
  /** What torch.compile, FSDP, activation checkpointing and PEFT put into the names of modules. */
  private static final Pattern WRAPPER =
      Pattern.compile(
          "(?<=^|[./])"
              + "(_orig_mod|_fsdp_wrapped_module|_fpw_module|_checkpoint_wrapped_module|base_layer)"
              + "\\.");

  /**
   * Takes the wrappers out of an archive's names.
   *
   * @throws UserError where two names are the same without them
   */
  static SourceCheckpoint of(WeightArchive archive, Published published) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    archive
        .tensors()
        .forEach(
            (name, tensor) -> {
              StoredTensor other = tensors.put(unwrapped(name), tensor);
              if (other != null) {
                throw UserError.input(
                    "Two of its tensors are the same but for wrappers: %s and %s.\nExpected one of them: save the state dict of the network alone."
                        .formatted(other.name(), name));
              }
            });
    return new SourceCheckpoint(archive.format(), tensors, published);
  }

  static String unwrapped(String name) {
    return WRAPPER.matcher(name).replaceAll("");
  }

  /** Whether it is one of OpenAI's, which published no other TorchScript. */
  boolean isScripted() {
    return format.contains("TorchScript");
  }
}
