package org.fdistill.convert;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A part of names that newer versions of a library spell differently. Transformers 5 renames the
 * modules of most vision models ({@code state_dict()} gives the new names, {@code save_pretrained}
 * still writes the old ones; github.com/huggingface/transformers, conversion_mapping.py).
 *
 * @param newer a regular expression
 * @param published what it is replaced by
 */
record Spelling(Pattern newer, String published) {
  /** Queries, keys and values of transformers 5 but for Swin. */
  private static final List<Spelling> ATTENTION =
      List.of(
          of("\\battention\\.q_proj\\.", "attention.attention.query."),
          of("\\battention\\.k_proj\\.", "attention.attention.key."),
          of("\\battention\\.v_proj\\.", "attention.attention.value."),
          of("\\battention\\.o_proj\\.", "attention.output.dense."));

  /** Transformers 5's ViT, DeiT, ViTMAE and BEiT. */
  static final List<Spelling> TRANSFORMERS_VIT =
      joined(
          List.of(
              of("(^|(?<!encoder)\\.)layers\\.(\\d+)\\.", "$1encoder.layer.$2."),
              of("\\bmlp\\.fc1\\.", "intermediate.dense."),
              of("\\bmlp\\.fc2\\.", "output.dense."),
              of(
                  "(encoder\\.layer\\.\\d+)\\.relative_position_bias\\.",
                  "$1.attention.attention.relative_position_bias."),
              of("\\bshared_position_bias\\.", "encoder.relative_position_bias.")),
          ATTENTION);

  /** Transformers 5's DINOv2, with and without registers. */
  static final List<Spelling> TRANSFORMERS_DINOV2 =
      joined(List.of(of("\\bmlp\\.down_proj\\.", "mlp.weights_out.")), ATTENTION);

  /** Transformers 5's Swin. */
  static final List<Spelling> TRANSFORMERS_SWIN =
      List.of(
          of("\\battention\\.q_proj\\.", "attention.self.query."),
          of("\\battention\\.k_proj\\.", "attention.self.key."),
          of("\\battention\\.v_proj\\.", "attention.self.value."),
          of("\\battention\\.o_proj\\.", "attention.output.dense."),
          of("\\battention\\.relative_position_bias\\.", "attention.self."),
          of("\\bmlp\\.fc1\\.", "intermediate.dense."),
          of("\\bmlp\\.fc2\\.", "output.dense."));

  private static Spelling of(String newer, String published) {
    return new Spelling(Pattern.compile(newer), published);
  }

  private static List<Spelling> joined(List<Spelling> first, List<Spelling> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  String apply(String name) {
    return newer.matcher(name).replaceFirst(published);
  }
}
