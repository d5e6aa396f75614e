package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.fdistill.convert.TeacherImport.Request;
import org.fdistill.export.SavedModelWriter.Inspection;
import org.fdistill.resample.Resampling;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checkpoints in the files' real layouts, with the tokens that timm, transformers, open_clip or the
 * published code gave for them.
 */
class ImportGoldenTest {
  @TempDir Path folder;

  /** Every case that has tokens: the folders under golden/import. */
  static List<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(Golden.resource("golden/import"))) {
      return folders
          .filter(f -> Files.exists(f.resolve("expected.npz")))
          .map(f -> f.getFileName().toString())
          .filter(name -> !name.startsWith("full"))
          .sorted()
          .toList();
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("cases")
  void tokensAgreeWithTheImplementationThatTheCheckpointIsFrom(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    assertThat(differences(golden, golden.answers(golden.request(), "images"))).isEmpty();
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("cases")
  void savedModelsGiveTheSameTokens(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    try (TeacherImport teacher = TeacherImport.open(golden.request())) {
      Path model = teacher.write(folder.resolve("model"), Inspection.NONE).path();
      assertThat(differences(golden, golden.exported(model, "images"))).isEmpty();
    }
  }

  private static List<String> differences(GoldenCase golden, Map<String, NpyArray> answers) {
    return Stream.of("tokens", "pooled", "logits")
        .filter(output -> golden.has(output) && !heldBack(golden, output))
        .flatMap(output -> golden.differences(answers.get(output), output).stream())
        .toList();
  }

  /** DINOv2's own code gave the tokens: an offset in the scale, or antialiasing with registers. */
  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"dinov2-hub", "dinov2-hub-registers"})
  void positionsAreResampledAsThePublishedCodeDoes(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    assertThat(resizedDifferences(golden, Optional.empty())).isEmpty();
  }

  /** Rotary positions are those of the image's own grid. */
  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"dinov3-hf", "dinov3-hf-plus"})
  void rotaryPositionsFollowTheGrid(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    assertThat(resizedDifferences(golden, Optional.empty())).isEmpty();
  }

  /** Transformers and timm gave the tokens: to a size, never with the offset. */
  @Tag("slow")
  @ParameterizedTest
  @CsvSource({
    "dinov2-hf, bicubic",
    "dinov2-hf-registers, bicubic-antialias",
    "eva02-timm, bicubic-antialias"
  })
  void positionsAreResampledAsTheUserAsks(String name, String way) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    List<String> wrong = new ArrayList<>();
    for (Resampling asked : Resampling.WAYS) {
      List<String> rows = resizedDifferences(golden, Optional.of(asked));
      if (rows.isEmpty() != asked.toString().equals(way)) {
        wrong.add(asked + ": " + rows);
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static List<String> resizedDifferences(GoldenCase golden, Optional<Resampling> way) {
    Request request = golden.request("", golden.number("image_size_resized"), way);
    NpyArray tokens = golden.answers(request, "images_resized").get("tokens");
    return golden.differences(tokens, "tokens_resized");
  }

  /** Without a word it is the teacher, as in the published code. */
  @ParameterizedTest
  @ValueSource(strings = {"dino-full", "esvit"})
  void aKeyChoosesAnotherNetworkOfTheCheckpoint(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    Request request = golden.request("student", 0, Optional.empty());
    NpyArray tokens = golden.answers(request, "images_student").get("tokens");
    assertThat(golden.differences(tokens, "tokens_student")).isEmpty();
  }

  /** SigLIP's pooling head is left out, and DeiT's two classifiers of a distilled network. */
  private static boolean heldBack(GoldenCase golden, String output) {
    boolean pooling = golden.family().equals("siglip");
    boolean distilled = golden.number("prefix_tokens") == 2;
    return output.equals("pooled") ? pooling : output.equals("logits") && distilled;
  }
}
