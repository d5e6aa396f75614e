package org.fdistill.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import java.nio.file.Path;
import java.util.Map;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.DistillTask.Targets;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.teacher.Teacher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorShapeProto;

/** An export loads again and answers as its checkpoint does before it is kept. */
class VitOptionsExportTest {
  @TempDir Path folder;

  @Test
  void registersAloneAreNoClassTokenAndTheDescriptionSaysSo() throws Exception {
    Path path =
        exported(
            "class_token: false register_tokens: 2 activation: SWIGLU absolute_position: true"
                + " relative_position_shared: false positioned_tokens: PATCHES");
    SignatureDef signature = signature(path);
    assertThat(signature.getOutputsMap()).doesNotContainKey("cls");
    assertThat(sizes(signature, "tokens")).containsExactly(-1, 18, 16);
    assertThat(sizes(signature, "feature_map")).containsExactly(-1, 4, 4, 16);
    Teacher teacher =
        Teacher.open(TeacherConfig.newBuilder().setPath(path.toString()).build(), TrainedRuns.SIDE);
    assertThat(teacher.prefixTokens()).isEqualTo(2);
    assertThat(teacher.hasClassToken()).isFalse();
  }

  @Test
  void theNormOnTheMeanIsPartOfAnExport() throws Exception {
    Path path = exported("final_norm: ON_POOLED absolute_position: true");
    assertThat(sizes(signature(path), "pooled")).containsExactly(-1, 16);
    try (BundleReader weights = new BundleReader(path.resolve("variables/variables"))) {
      assertThat(weights.shapes().keySet())
          .contains("student/fc_norm/scale", "student/fc_norm/offset")
          .doesNotContain("student/norm/scale");
    }
  }

  @Test
  void fixedPositionsAreInTheGraphAndNoVariable() throws Exception {
    Path path =
        exported("absolute_position: true absolute_position_kind: SIN_COS_MAE pre_norm: true");
    try (BundleReader weights = new BundleReader(path.resolve("variables/variables"))) {
      assertThat(weights.shapes().keySet())
          .contains("student/cls_token", "student/norm_pre/scale")
          .doesNotContain("student/pos_embed");
    }
  }

  @Test
  void rotaryPositionsAreInTheGraphAndNormsAreParameters() throws Exception {
    Path path =
        exported(
            "rotary_position: DINOV3 relative_position_shared: false register_tokens: 2"
                + " mlp_norm: true attention_norm: true final_norm: SEPARATE");
    assertThat(sizes(signature(path), "tokens")).containsExactly(-1, 19, 16);
    try (BundleReader weights = new BundleReader(path.resolve("variables/variables"))) {
      assertThat(weights.shapes().keySet())
          .contains(
              "student/cls_norm/scale",
              "student/norm/scale",
              "student/blocks/00/mlp/norm/scale",
              "student/blocks/00/attn/norm/offset")
          .noneMatch(name -> name.contains("pos"));
    }
  }

  private Path exported(String options) throws TextFormat.ParseException {
    RunConfig.Builder run = TrainedRuns.distilled().toBuilder();
    run.getDistillBuilder().setTargets(Targets.GAP);
    TextFormat.merge(options, run.getModelBuilder().getVitBuilder());
    return SavedModelExporter.export(
            TrainedRuns.write(run.build(), folder.resolve("run"), 1, Map.of()),
            folder.resolve("export"))
        .path();
  }

  private static SignatureDef signature(Path path) {
    return SavedModelFolder.read(path).metaGraph().getSignatureDefOrThrow("serving_default");
  }

  private static long[] sizes(SignatureDef signature, String output) {
    return signature.getOutputsOrThrow(output).getTensorShape().getDimList().stream()
        .mapToLong(TensorShapeProto.Dim::getSize)
        .toArray();
  }
}
