package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.convert.TeacherImport.Request;
import org.fdistill.export.ModelContent;
import org.fdistill.export.WeightSource;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Network;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.SafetensorsFile;
import org.fdistill.weights.WeightArchive;
import org.fdistill.weights.WeightArchives;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.ndarray.Shape;

/** The same weights under other names become the same model, bit by bit. */
class ImportNamesTest {
  private static final Path DINO =
      Golden.resource("golden/import/dino-backbone-p8/dino_vitbase8_pretrain.pth");

  @TempDir Path folder;

  /** The cases of which transformers 5 gives other names in memory than on the hub. */
  static List<String> transformers() throws IOException {
    try (Stream<Path> folders = Files.list(Golden.resource("golden/import"))) {
      return folders
          .filter(f -> Files.exists(f.resolve("state_dict.pth")))
          .map(f -> f.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("transformers")
  void theNamesOfTransformers5AreReadLikeThoseOfTheHub(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    Path hub = folder.resolve("hub");
    Files.createDirectory(hub);
    Files.copy(golden.folder().resolve("state_dict.pth"), hub.resolve("pytorch_model.bin"));
    for (String file : List.of("config.json", "preprocessor_config.json")) {
      Files.copy(golden.checkpoint().resolve(file), hub.resolve(file));
    }
    assertSame(weights(hub, "auto", ""), weights(golden.checkpoint(), "auto", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "blocks.(\\d+), blocks.$1._orig_mod",
    "blocks.(\\d+), blocks.$1._fsdp_wrapped_module._checkpoint_wrapped_module",
    "(norm\\d?|mlp), $1._fpw_module",
    "^, _orig_mod.module.",
    "^, model/_orig_mod.",
    "(qkv|fc1|proj)\\., $1.base_layer."
  })
  void wrappersInsideNamesAreTakenOut(String part, String wrapped) throws IOException {
    Path renamed = renamed(DINO, name -> name.replaceFirst(part, wrapped));
    assertSame(weights(renamed, "dino", ""), weights(DINO, "dino", ""));
  }

  @Test
  void anUnknownWrapperIsShown() throws IOException {
    Path odd = renamed(DINO, name -> name.replaceFirst("blocks.(\\d+)", "blocks.$1._odd"));
    assertThatThrownBy(() -> weights(odd, "dino", ""))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("blocks.0.norm1.weight and blocks.0.attn.qkv.weight is missing")
        .hasMessageContaining("odd are blocks.0._odd.");
  }

  @Test
  void adaptersMustBeMergedFirst() throws IOException {
    SafetensorsFile file = copy(DINO, name -> name.replaceFirst("qkv\\.", "qkv.base_layer."));
    file.add("blocks.0.attn.qkv.lora_A.default.weight", () -> new float[24], 1, 24);
    Path adapted = folder.resolve("adapted.safetensors");
    file.write(adapted);
    assertThatThrownBy(() -> weights(adapted, "dino", ""))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("+ blocks.0.attn.qkv.lora_A.default.weight [1, 24]: not known");
  }

  @Test
  void namesThatDifferInWrappersAloneAreRefused() throws IOException {
    SafetensorsFile file = copy(DINO, name -> name);
    file.add("_orig_mod.cls_token", () -> new float[24], 1, 1, 24);
    Path twice = folder.resolve("twice.safetensors");
    file.write(twice);
    assertThatThrownBy(() -> weights(twice, "dino", ""))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cls_token and _orig_mod.cls_token");
  }

  /** As timm's load_state_dict, whose training writes both; others' loaders take their own. */
  @ParameterizedTest
  @CsvSource({
    "vit, state_dict, state_dict_ema, '', state_dict_ema",
    "vit, state_dict, state_dict_ema, state_dict, state_dict",
    "vit, model, model_ema, '', model_ema",
    "deit, model, model_ema, '', model",
    "dino, student, teacher, '', teacher"
  })
  void ofSeveralNetworksTheOneOfItsLoaderIsTaken(
      String arch, String first, String second, String key, String taken) throws IOException {
    SafetensorsFile file = new SafetensorsFile();
    try (WeightArchive archive = WeightArchives.open(DINO)) {
      for (String network : List.of(first, second)) {
        archive
            .tensors()
            .forEach(
                (name, tensor) -> {
                  float[] values = tensor.floats();
                  for (int i = 0; network.equals(second) && i < values.length; i++) {
                    values[i] *= 2;
                  }
                  file.add(network + "/" + name, () -> values, tensor.shape());
                });
      }
    }
    Path both = folder.resolve("both.safetensors");
    file.write(both);
    assertSame(weights(both, arch, key), weights(both, arch, taken));
    String other = taken.equals(first) ? second : first;
    try (TeacherImport teacher = TeacherImport.open(request(both, arch, key))) {
      if (key.isEmpty()) {
        assertThat(teacher.report().notes().get(0))
            .contains("Taken: " + taken + ".", "--key: " + other + ".");
      } else {
        assertThat(teacher.report().notes()).isEmpty();
      }
    }
  }

  /** LayerScale called gamma is Eva's in timm, which turns queries and keys by rotary positions. */
  @ParameterizedTest
  @CsvSource({"blocks.0.gamma_1, 24", "norm_pre.weight, 24", "rope.freqs, 24"})
  void leftoversOfAnotherNetworkAreRefused(String name, int size) throws IOException {
    SafetensorsFile file = copy(DINO, n -> n);
    file.add(name, () -> new float[size], size);
    Path other = folder.resolve("other.safetensors");
    file.write(other);
    assertThatThrownBy(() -> weights(other, "vit", ""))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("+ " + name + " [24]: not known");
  }

  private static Request request(Path checkpoint, String arch, String key) {
    List<String> heads = Files.isDirectory(checkpoint) ? List.of() : List.of("model.vit.heads=3");
    return new Request(checkpoint, arch, key, 0, Optional.empty(), heads, "");
  }

  /** Every variable that an import gives its network; none may lack. */
  private static Map<String, float[]> weights(Path checkpoint, String arch, String key) {
    try (TeacherImport teacher = TeacherImport.open(request(checkpoint, arch, key));
        GraphRun run = new GraphRun()) {
      ModelContent content = teacher.content("model");
      LayerScope scope = LayerScope.inference(run.tf(), run.variables(), Precision.FLOAT32);
      Network network = content.network().network();
      int side = network.backbone().imageSize();
      content
          .network()
          .head()
          .outputs(
              scope, network.build(scope, run.input(new float[side * side * 3], 1, side, side, 3)));
      Received received = new Received(run.shapes(), new TreeMap<>());
      content.weights().requireVariables(run.shapes());
      content.weights().load(received);
      assertThat(received.values.keySet()).isEqualTo(received.shapes.keySet());
      return received.values;
    }
  }

  private static void assertSame(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
  }

  /** Keeps what it is given. */
  private record Received(Map<String, Shape> shapes, Map<String, float[]> values)
      implements WeightSource.Receiver {
    @Override
    public void restore(Path prefix) {
      throw new UnsupportedOperationException("a checkpoint to import is no bundle");
    }

    @Override
    public void assign(String variable, float[] value) {
      values.put(variable, value);
    }
  }

  private Path renamed(Path checkpoint, UnaryOperator<String> rename) throws IOException {
    Path renamed = folder.resolve("renamed.safetensors");
    copy(checkpoint, rename).write(renamed);
    return renamed;
  }

  private static SafetensorsFile copy(Path checkpoint, UnaryOperator<String> rename) {
    SafetensorsFile file = new SafetensorsFile();
    try (WeightArchive archive = WeightArchives.open(checkpoint)) {
      archive
          .tensors()
          .forEach(
              (name, tensor) -> {
                float[] values = tensor.floats();
                file.add(rename.apply(name), () -> values, tensor.shape());
              });
    }
    return file;
  }
}
