package org.fdistill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.VitConfig;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;

class WeightMatchingTest {
  private static final Shape TABLE_2 = Shape.of(12, 2);
  private static final Shape TABLE_3 = Shape.of(28, 2);

  private final Map<String, Shape> source = new TreeMap<>();
  private final Map<String, Shape> network = new TreeMap<>();
  private final VitConfig.Builder vit =
      VitConfig.newBuilder().setImageSize(24).setPatchSize(8).setAbsolutePosition(true);

  private void both(String name, Shape shape) {
    source.put(name, shape);
    network.put(name, shape);
  }

  private WeightMatching match() {
    BackboneConfig model = BackboneConfig.newBuilder().setVit(vit).build();
    return new WeightMatching(new NetworkParameters("student", model, network), source);
  }

  /** How each parameter is filled: how, source and note. */
  private static Map<String, String> origins(WeightMatching matching) {
    assertThat(matching.problems()).isEmpty();
    return matching.origins().stream()
        .collect(
            Collectors.toMap(
                ParameterOrigin::parameter, o -> o.how() + " " + o.source() + " " + o.note()));
  }

  @Test
  void equalNamesAndShapesAreLoadedAndSlotsAreNot() {
    both("student/norm/scale", Shape.of(4));
    source.put("student/norm/scale/adam_m", Shape.of(4));
    source.put("projector/kernel", Shape.of(4, 8));
    network.put("projector/kernel", Shape.of(4, 8));
    WeightMatching matching = match();
    assertThat(origins(matching))
        .containsEntry("student/norm/scale", "LOADED student/norm/scale ")
        .containsEntry("projector/kernel", "KEPT  not part of student");
    assertThat(matching.leftOut())
        .containsOnlyKeys("student/norm/scale/adam_m", "projector/kernel");
  }

  @Test
  void tablesOfAnotherGridAreResampled() {
    source.put("student/pos_embed", Shape.of(1, 5, 4));
    network.put("student/pos_embed", Shape.of(1, 10, 4));
    source.put("student/rel_pos_bias/table", TABLE_2);
    network.put("student/rel_pos_bias/table", TABLE_3);
    source.put("student/layers/0/blocks/00/attn/rel_pos_bias/table", Shape.of(169, 2));
    network.put("student/layers/0/blocks/00/attn/rel_pos_bias/table", Shape.of(529, 2));
    assertThat(origins(match()).values())
        .containsExactlyInAnyOrder(
            "RESAMPLED student/pos_embed from 2 x 2 to 3 x 3 positions, bicubic",
            "RESAMPLED student/rel_pos_bias/table from 2 x 2 to 3 x 3 positions, geometric",
            "RESAMPLED student/layers/0/blocks/00/attn/rel_pos_bias/table from 7 x 7 to 12 x 12"
                + " positions, geometric");
  }

  @Test
  void aTableOfOtherHeadsWidthOrPrefixIsAProblem() {
    source.put("student/pos_embed", Shape.of(1, 4, 4));
    network.put("student/pos_embed", Shape.of(1, 10, 4));
    source.put("student/rel_pos_bias/table", Shape.of(12, 3));
    network.put("student/rel_pos_bias/table", TABLE_3);
    source.put("student/blocks/00/attn/rel_pos_bias/table", Shape.of(9, 2));
    network.put("student/blocks/00/attn/rel_pos_bias/table", TABLE_3);
    assertThat(match().problems())
        .containsExactly(
            "! student/blocks/00/attn/rel_pos_bias/table: found [9, 2], expected [28, 2]",
            "! student/pos_embed: found [1, 4, 4], expected [1, 10, 4]",
            "! student/rel_pos_bias/table: found [12, 3], expected [28, 2]");
  }

  @Test
  void oneSharedTableFillsThoseOfAllBlocks() {
    source.put("student/rel_pos_bias/table", TABLE_2);
    network.put("student/blocks/00/attn/rel_pos_bias/table", TABLE_2);
    network.put("student/blocks/01/attn/rel_pos_bias/table", TABLE_3);
    assertThat(origins(match()))
        .containsEntry(
            "student/blocks/00/attn/rel_pos_bias/table", "COPIED student/rel_pos_bias/table ")
        .containsEntry(
            "student/blocks/01/attn/rel_pos_bias/table",
            "COPIED student/rel_pos_bias/table from 2 x 2 to 3 x 3 positions, geometric");
  }

  @Test
  void aSharedTableThatTheNetworkKeepsIsNotCopiedAsWell() {
    both("student/rel_pos_bias/table", TABLE_2);
    network.put("student/blocks/00/attn/rel_pos_bias/table", TABLE_2);
    assertThat(match().problems())
        .containsExactly("- student/blocks/00/attn/rel_pos_bias/table: missing");
  }

  @Test
  void computedPositionsAndAPooledNormLeaveTheSourcesBehind() {
    vit.setAbsolutePositionKind(VitConfig.PositionKind.SIN_COS_MAE);
    source.put("student/pos_embed", Shape.of(1, 10, 4));
    source.put("student/norm/scale", Shape.of(4));
    network.put("student/fc_norm/scale", Shape.of(4));
    WeightMatching matching = match();
    assertThat(origins(matching).get("student/fc_norm/scale")).startsWith("KEPT");
    assertThat(matching.leftOut())
        .containsEntry("student/pos_embed", "the network computes its positions")
        .containsEntry("student/norm/scale", "the network's norm is on the pooled tokens");
  }

  @Test
  void rotaryPositionsNeedNoTable() {
    vit.setAbsolutePosition(false).setRotaryPosition(VitConfig.RotaryPosition.DINOV3);
    source.put("student/pos_embed", Shape.of(1, 10, 4));
    assertThat(match().leftOut())
        .containsEntry("student/pos_embed", "the network computes its positions");
  }

  @Test
  void aPooledNormIsTakenFromANetworkThatHasOne() {
    both("student/fc_norm/scale", Shape.of(4));
    assertThat(origins(match()).get("student/fc_norm/scale")).startsWith("LOADED");
  }

  @Test
  void whatNoRuleExcusesIsListedInBothDirections() {
    source.put("student/pos_embed", Shape.of(1, 10, 4));
    source.put("student/norm/scale", Shape.of(4));
    network.put("student/fc_norm/offset", Shape.of(4));
    network.put("student/norm/scale", Shape.of(5));
    network.put("student/cls_token", Shape.of(1, 1, 4));
    assertThat(match().problems())
        .containsExactly(
            "- student/cls_token: missing",
            "! student/norm/scale: found [4], expected [5]",
            "+ student/pos_embed: not in the network, [1, 10, 4]");
  }

  @Test
  void aHeadIsTakenIfAllOfItFits() {
    both("head/kernel", Shape.of(4, 10));
    both("head/bias", Shape.of(10));
    assertThat(origins(match()).values()).allMatch(origin -> origin.startsWith("LOADED"));
    network.put("head/kernel", Shape.of(4, 3));
    network.put("head/bias", Shape.of(3));
    assertThat(origins(match()).values())
        .allMatch(origin -> origin.equals("KEPT  the source's head has 10 classes"));
    source.keySet().removeIf(name -> name.startsWith("head"));
    assertThat(origins(match()).values())
        .allMatch(origin -> origin.equals("KEPT  the source has no head"));
  }
}
