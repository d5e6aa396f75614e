package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.fdistill.resample.Bicubic;
import org.fdistill.testing.Golden;
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

  @ParameterizedTest
  @MethodSource("cases")
  void tokensAgreeWithTheImplementationThatTheCheckpointIsFrom(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    Path model = golden.write(folder, "", 0);
    Map<String, String> outputs = new TreeMap<>();
    Stream.of("tokens", "pooled", "logits")
        .filter(output -> golden.has(output) && !heldBack(golden, output))
        .forEach(output -> outputs.put(output, output));
    List<String> wrong = new ArrayList<>();
    golden.compare(model, "images", outputs, wrong);
    assertThat(wrong).isEmpty();
  }

  /** DINOv2's own code gave the tokens: an offset in the scale, or antialiasing with registers. */
  @ParameterizedTest
  @ValueSource(strings = {"dinov2-hub", "dinov2-hub-registers"})
  void positionsAreResampledAsThePublishedCodeDoes(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    Path model = golden.write(folder, "", golden.number("image_size_resized"));
    List<String> wrong = new ArrayList<>();
    golden.compare(model, "images_resized", "tokens", "tokens_resized", wrong);
    assertThat(wrong).isEmpty();
  }

  /** Transformers gave the tokens: to a size, antialiased with registers, never with the offset. */
  @ParameterizedTest
  @CsvSource({"dinov2-hf, bicubic", "dinov2-hf-registers, bicubic-antialias"})
  void positionsAreResampledAsTheUserAsks(String name, String way) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    int side = golden.number("image_size_resized");
    List<String> wrong = new ArrayList<>();
    for (Bicubic asked : Bicubic.WAYS) {
      Path model = golden.write(folder.resolve(asked.toString()), "", side, Optional.of(asked));
      List<String> rows = new ArrayList<>();
      golden.compare(model, "images_resized", "tokens", "tokens_resized", rows);
      if (rows.isEmpty() != asked.toString().equals(way)) {
        wrong.add(asked + ": " + rows);
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Without a word it is the teacher, as in the published code. */
  @ParameterizedTest
  @ValueSource(strings = {"dino-full", "esvit"})
  void aKeyChoosesAnotherNetworkOfTheCheckpoint(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    Path model = golden.write(folder, "student", 0);
    List<String> wrong = new ArrayList<>();
    golden.compare(model, "images_student", "tokens", "tokens_student", wrong);
    assertThat(wrong).isEmpty();
  }

  /** SigLIP's pooling head is left out, and DeiT's two classifiers of a distilled network. */
  private static boolean heldBack(GoldenCase golden, String output) {
    boolean pooling = golden.family().equals("siglip");
    boolean distilled = golden.number("prefix_tokens") == 2;
    return output.equals("pooled") ? pooling : output.equals("logits") && distilled;
  }
}
