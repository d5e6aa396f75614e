package org.fdistill.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The maps inside of a network that a head for each pixel takes, from early to late and before any
 * final norm: of a network of several scales (Swin) every stage's, of one of a single scale (ViT)
 * those of four blocks. Letters: B batch, G grid side, C channels.
 */
public final class DenseMaps {
  /**
   * The blocks of BEiT's recipe (3, 5, 7, 11 of 12; 7, 11, 15, 23 of 24), in sixths of the depth.
   */
  private static final int[] SIXTHS = {2, 3, 4, 6};

  private DenseMaps() {}

  /**
   * The maps of a network, by names that sort in their order: {@code stage_0}, or {@code block_03}
   * as in the names of parameters.
   *
   * @return [B, G, G, C] each
   */
  public static Map<String, Operand<TFloat32>> of(Ops tf, Endpoints endpoints) {
    Map<String, Operand<TFloat32>> maps = new LinkedHashMap<>();
    if (endpoints.stages().size() > 1) {
      endpoints.stages().forEach(stage -> maps.put("stage_" + maps.size(), stage.map(tf)));
    } else {
      for (int block : blocks(endpoints.blocks().size())) {
        maps.put(String.format(Locale.ROOT, "block_%02d", block), endpoints.blockMap(tf, block));
      }
    }
    return maps;
  }

  /** The four blocks, from 0, of a network of that depth; some twice where it has fewer. */
  public static List<Integer> blocks(int depth) {
    return IntStream.of(SIXTHS)
        .map(sixths -> Math.max(0, Math.round(sixths * depth / 6f) - 1))
        .boxed()
        .toList();
  }
}
