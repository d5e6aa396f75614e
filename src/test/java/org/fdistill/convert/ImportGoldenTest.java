package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.fdistill.convert.TeacherImport.Request;
import org.fdistill.export.SavedModelWriter.Inspection;
import org.fdistill.resample.Resampling;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checkpoints in the files' real layouts, with the tokens that timm, transformers or open_clip gave
 * for them. What was found of each family is written to {@code target/import-errors.md}, as rows of
 * the table in {@code docs/imports.md}.
 */
class ImportGoldenTest {
  private static final String RESIZED = "tokens_resized";
  private static final ImportTable FOUND = new ImportTable();

  @TempDir Path folder;

  @AfterAll
  static void keepWhatWasFound() throws IOException {
    FOUND.write(Path.of("target/import-errors.md"));
  }

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
    check(golden, golden.answers(golden.request(), "images"));
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("cases")
  void savedModelsGiveTheSameTokens(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    try (TeacherImport teacher = TeacherImport.open(golden.request())) {
      Path model = teacher.write(folder.resolve("model"), Inspection.NONE).path();
      check(golden, golden.exported(model, "images"));
    }
  }

  private static void check(GoldenCase golden, Map<String, NpyArray> answers) {
    for (String output : golden.compared()) {
      if (!output.contains("_")) {
        check(golden, answers.get(output), output);
      }
    }
  }

  private static void check(GoldenCase golden, NpyArray answer, String expected) {
    double error = golden.error(answer, expected);
    FOUND.add(golden, expected, error);
    assertThat(error).as(expected).isLessThanOrEqualTo(golden.bound(expected));
  }

  /** DINOv2's own code gave the tokens: an offset in the scale, or antialiasing with registers. */
  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"dinov2-hub", "dinov2-hub-registers"})
  void positionsAreResampledAsThePublishedCodeDoes(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    check(golden, resized(golden, Optional.empty()), RESIZED);
  }

  /** Rotary positions are those of the image's own grid. */
  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"dinov3-hf", "dinov3-hf-plus"})
  void rotaryPositionsFollowTheGrid(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    check(golden, resized(golden, Optional.empty()), RESIZED);
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
    for (Resampling asked : Resampling.WAYS) {
      NpyArray tokens = resized(golden, Optional.of(asked));
      if (asked.toString().equals(way)) {
        check(golden, tokens, RESIZED);
      } else {
        assertThat(golden.error(tokens, RESIZED)).isGreaterThan(golden.bound(RESIZED));
      }
    }
  }

  private static NpyArray resized(GoldenCase golden, Optional<Resampling> way) {
    Request request = golden.request("", golden.number("image_size_resized"), way);
    return golden.answers(request, "images_resized").get("tokens");
  }

  /** Without a word it is the teacher, as in the published code. */
  @ParameterizedTest
  @ValueSource(strings = {"dino-full", "esvit"})
  void aKeyChoosesAnotherNetworkOfTheCheckpoint(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    Request request = golden.request("student", 0, Optional.empty());
    NpyArray tokens = golden.answers(request, "images_student").get("tokens");
    check(golden, tokens, "tokens_student");
  }
}
