package org.fdistill.convert;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A part of names that newer versions of a library spell differently. Transformers 5 renames the
 * modules of most vision models ({@code state_dict()} gives the new names, {@code save_pretrained}
 * still writes the old ones; github.com/huggingface/transformers, conversion_mapping.py).
 *
 * @param newer a regular expression
 * @param published what it is replaced by
 */
record Spelling(Pattern newer, String published) {
  private static final List<Spelling> MLP =
      List.of(of("\\bmlp\\.fc1\\.", "intermediate.dense."), of("\\bmlp\\.fc2\\.", "output.dense."));

  /** Transformers 5's ViT, DeiT, ViTMAE and BEiT. */
  static final List<Spelling> TRANSFORMERS_VIT =
      joined(
          List.of(
              List.of(
                  of("(^|(?<!encoder)\\.)layers\\.(\\d+)\\.", "$1encoder.layer.$2."),
                  of(
                      "(encoder\\.layer\\.\\d+)\\.relative_position_bias\\.",
                      "$1.attention.attention.relative_position_bias."),
                  of("\\bshared_position_bias\\.", "encoder.relative_position_bias.")),
              MLP,
              attention("attention")));

  /** Transformers 5's DINOv2, with and without registers. */
  static final List<Spelling> TRANSFORMERS_DINOV2 =
      joined(
          List.of(
              List.of(of("\\bmlp\\.down_proj\\.", "mlp.weights_out.")), attention("attention")));

  /** Transformers 5's DINOv3. */
  static final List<Spelling> TRANSFORMERS_DINOV3 =
      List.of(of("(^|\\.)model\\.layer\\.(\\d+)\\.", "$1layer.$2."));

  /** EVA-02's own code, which timm renames. */
  static final List<Spelling> EVA02 =
      List.of(
          of("\\battn\\.inner_attn_ln\\.", "attn.norm."),
          of("\\bmlp\\.ffn_ln\\.", "mlp.norm."),
          of("\\bmlp\\.w12\\.", "mlp.fc1."),
          of("\\bmlp\\.w1\\.", "mlp.fc1_g."),
          of("\\bmlp\\.w2\\.", "mlp.fc1_x."),
          of("\\bmlp\\.w3\\.", "mlp.fc2."));

  /** Transformers 5's Swin. */
  static final List<Spelling> TRANSFORMERS_SWIN =
      joined(
          List.of(
              List.of(of("\\battention\\.relative_position_bias\\.", "attention.self.")),
              MLP,
              attention("self")));

  /** Queries, keys, values and what follows them, under the module that had the first three. */
  private static List<Spelling> attention(String inner) {
    return List.of(
        of("\\battention\\.q_proj\\.", "attention." + inner + ".query."),
        of("\\battention\\.k_proj\\.", "attention." + inner + ".key."),
        of("\\battention\\.v_proj\\.", "attention." + inner + ".value."),
        of("\\battention\\.o_proj\\.", "attention.output.dense."));
  }

  private static Spelling of(String newer, String published) {
    return new Spelling(Pattern.compile(newer), published);
  }

  private static List<Spelling> joined(List<List<Spelling>> parts) {
    return parts.stream().flatMap(List::stream).toList();
  }

  String apply(String name) {
    return newer.matcher(name).replaceFirst(published);
  }
}
