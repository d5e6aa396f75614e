package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.Npz;
import org.fdistill.testing.SafetensorsFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ImportTeacherCommandTest {
  private static final Path DINO = golden("dino-backbone-p8/dino_vitbase8_pretrain.pth");
  private static final Path EXPECTED = golden("dino-backbone-p8/expected.npz");

  @TempDir Path folder;

  private static Path golden(String path) {
    return Golden.resource("golden/import/" + path);
  }

  @Test
  void aCheckpointBecomesATeacherThatIsCheckedAndReported() throws IOException {
    CommandRun run =
        CommandRun.done(
            importing("dino", DINO, "--set=model.vit.heads=3", "--check-against=" + EXPECTED));
    Path model = out().resolve("1");
    assertThat(run.out().strip()).isEqualTo(model.toString());
    assertThat(run.err()).contains("DINO", "Checked tokens", "import_report.txt");
    assertThat(Files.readString(model.resolve("assets.extra/import_report.txt")))
        .contains("blocks.1.attn.qkv.weight", "student/blocks/01/attn/qkv/kernel", "transposed");
    assertThat(Files.readString(model.resolve("assets.extra/model_card.md")))
        .contains("dino_vitbase8_pretrain.pth", "Apache-2.0");
    assertThat(CommandRun.done("inspect", out().toString()).out())
        .contains("serving_default", "tokens", "Apache-2.0", "prefix_tokens: 1");
  }

  @Test
  void aHubFolderNeedsNoWord() {
    CommandRun run = CommandRun.done(importing("auto", golden("clip-hf/clip-vit-base-patch16")));
    assertThat(run.err()).contains("CLIP", "left out");
  }

  @ParameterizedTest
  @CsvSource({
    "dino-full/dino_deitsmall16_pretrain_full_checkpoint.pth, dino:",
    "clip-openai/ViT-B-16.pt, clip:",
    "moco-v3/vit-s-300ep.pth.tar, moco_v3:",
    "mae-training/checkpoint-799.pth, mae:",
    "ibot-teacher/checkpoint_teacher.pth, ibot:",
    "dinov2-hub-registers/dinov2_vitb14_reg4_pretrain.pth, dinov2:",
    "beit-v2-pretrained/beitv2_base_patch16_224_pt1k.pth, beit_v2:",
    "fd-vit-distilled/fd_clip_vit_base_300ep.pth, fd:",
    "fd-swin-distilled/fd_esvit_swin_base_300ep.pth, fd_swin:",
    "esvit/checkpoint_best.pth, esvit:",
    "swin-official/swin_base_patch4_window7_224.pth, swin:",
    "swin-v2-hf/swinv2-base-patch4-window8-256, swin_v2:",
    "siglip-timm/vit_base_patch16_siglip_224.webli, siglip:"
  })
  void inspectGuessesTheArchitecture(String path, String guess) {
    assertThat(CommandRun.done("inspect", golden(path).toString()).out())
        .containsPattern("architecture  " + guess)
        .containsPattern("tensor +shape +type");
  }

  @Test
  void theListNamesEveryFamily() {
    assertThat(CommandRun.done("import-teacher", "--list").out())
        .contains("dinov2_vitg14_reg", "clip_vitl14_336", "openclip_vith14", "moco_v3_vits16")
        .contains("swin_v2_base_w12to24_384", "esvit_swin_base_w14", "fd_vitl14", "CC-BY-NC");
  }

  @Test
  void namesThatFitSeveralArchitecturesAreNotGuessed() {
    fails(3, List.of("dino", "deit", "--arch"), importing("auto", DINO));
    fails(
        2,
        List.of("no such architecture", "Did you mean 'dino_vitb16'"),
        importing("dino_vitb6", DINO));
    fails(3, List.of("no dino_vitb16", "width 24", "width 768"), importing("dino_vitb16", DINO));
    fails(3, List.of("model.vit.heads", "--set"), importing("dino", DINO));
  }

  @Test
  void aConvolutionalStemIsRefused() {
    fails(
        3,
        List.of("convolutional stem", "vit-conv-s-300ep.pth.tar"),
        importing("moco_v3", golden("moco-v3-conv-stem/vit-conv-s-300ep.pth.tar")));
  }

  @Test
  void anotherNetworksAnswersAreNoticed() {
    Path other = golden("dino-backbone-p16/expected.npz");
    fails(
        3,
        List.of("64 x 64", "32 x 32"),
        importing("dino", DINO, "--set=model.vit.heads=3", "--check-against=" + other));
    fails(
        3,
        List.of("tokens differ", "model.vit.heads"),
        importing("dino", DINO, "--set=model.vit.heads=2", "--check-against=" + EXPECTED));
  }

  @Test
  void aFailedComparisonAtAnotherSizeNamesTheWaysToResample() throws IOException {
    Map<String, NpyArray> golden = Npz.read(golden("dinov2-hf/expected.npz"));
    SafetensorsFile answers = new SafetensorsFile();
    add(answers, "images", golden.get("images_resized"));
    add(answers, "tokens", golden.get("tokens_resized"));
    Path file = folder.resolve("answers.safetensors");
    answers.write(file);
    Path checkpoint = golden("dinov2-hf/dinov2-vitb14");
    String against = "--check-against=" + file;
    fails(
        3,
        List.of(
            "tokens differ",
            "resampled by bicubic-offset",
            "try --resample bicubic or bicubic-antialias"),
        importing("auto", checkpoint, "--image-size=70", against));
    fails(
        2,
        List.of("--resample bilinear: no such way", "bicubic-offset"),
        importing("auto", checkpoint, "--resample=bilinear"));
    CommandRun run =
        CommandRun.done(
            importing("auto", checkpoint, "--image-size=70", against, "--resample=bicubic"));
    assertThat(run.err()).contains("Checked tokens", "from 4 x 4 to 5 x 5 positions, bicubic\n");
  }

  private static void add(SafetensorsFile file, String name, NpyArray array) {
    boolean pixels = name.equals("images");
    int size = pixels ? array.bytes().length : array.doubles().length;
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = pixels ? array.bytes()[i] & 0xff : (float) array.doubles()[i];
    }
    file.add(name, () -> values, array.shape());
  }

  @Test
  void aNetworkWhoseNamesProveNothingIsSaidToBeUnproven() throws IOException {
    String[] heads = {"--set=model.vit.heads=3"};
    CommandRun run = CommandRun.done(importing("dino", DINO, heads));
    assertThat(run.err())
        .containsOnlyOnce("proves what kind of network")
        .contains("--check-against");
    Path report = Path.of(run.out().strip()).resolve("assets.extra/import_report.txt");
    assertThat(report).content().contains("proves what kind of network", "--check-against");
    CommandRun checked =
        CommandRun.done(importing("dino", DINO, heads[0], "--check-against=" + EXPECTED));
    assertThat(checked.err()).doesNotContain("proves what kind of network");
    report = Path.of(checked.out().strip()).resolve("assets.extra/import_report.txt");
    assertThat(report).content().contains("Checked tokens: at most ").doesNotContain("proves");
    CommandRun hub =
        CommandRun.done(importing("auto", golden("vit-hf-model/vit-base-patch16-224")));
    assertThat(hub.err()).doesNotContain("proves what kind of network");
  }

  @Test
  void theNetworkThatWasTakenOfSeveralIsSaid() {
    Path full = golden("dino-full/dino_deitsmall16_pretrain_full_checkpoint.pth");
    CommandRun run = CommandRun.done(importing("dino", full, "--set=model.vit.heads=2"));
    assertThat(run.err())
        .contains("Taken: teacher/backbone.", "with --key: student/module.backbone.");
  }

  @Test
  void namesDoNotSteerTheTerminal() throws IOException {
    SafetensorsFile file = tiny(1);
    add(file, "blocks.0.norm2.bias", 8);
    add(file, "head.\u001b[2J", 8);
    add(file, "head.\rodd", 8);
    Path checkpoint = folder.resolve("steering.safetensors");
    file.write(checkpoint);
    CommandRun run = CommandRun.done(importing("dino", checkpoint, "--set=model.vit.heads=2"));
    Path report = Path.of(run.out().strip()).resolve("assets.extra/import_report.txt");
    assertThat(report).content().contains("head.\\x1b[2J", "head.\\x0dodd");
    for (String text :
        List.of(
            run.err(),
            Files.readString(report),
            CommandRun.done("inspect", checkpoint.toString()).out())) {
      assertThat(text.chars().filter(c -> c < ' ' && c != '\n')).isEmpty();
    }
    add(file, "blocks.0.\u001b]0;odd", 8);
    Path odd = folder.resolve("odd-steering.safetensors");
    file.write(odd);
    CommandRun failed = CommandRun.of(importing("dino", odd, "--set=model.vit.heads=2"));
    assertThat(failed.err()).contains("+ blocks.0.\\x1b]0;odd [8]: not known");
  }

  @Test
  void everythingThatIsMissingUnexpectedOrMisshapenIsListed() throws IOException {
    SafetensorsFile file = tiny(1);
    file.add("blocks.0.attn.rope.freqs", () -> new float[4], 4);
    file.add("blocks.0.mlp.fc2.bias", () -> new float[3], 3);
    Path checkpoint = folder.resolve("odd.safetensors");
    file.write(checkpoint);
    fails(
        3,
        List.of(
            "- student/blocks/00/norm2/offset",
            "+ blocks.0.attn.rope.freqs [4]: not known",
            "! student/blocks/00/mlp/fc2/bias: found blocks.0.mlp.fc2.bias [3]"),
        importing("dino", checkpoint, "--set=model.vit.heads=2"));
  }

  @Test
  void aClassifierOfTwoPoolsIsLeftOutAndSaidSo() throws IOException {
    SafetensorsFile file = tiny(1);
    add(file, "blocks.0.norm2.bias", 8);
    add(file, "head.weight", 3, 16);
    add(file, "head.bias", 3);
    Path checkpoint = folder.resolve("linear.safetensors");
    file.write(checkpoint);
    CommandRun run = CommandRun.done(importing("dino", checkpoint, "--set=model.vit.heads=2"));
    assertThat(run.err())
        .contains("left out: 2 (a classifier of the class token and the mean of all patches)");
  }

  @Test
  void aNetworkWithoutATableOfPositionsIsRefused() throws IOException {
    SafetensorsFile file = new SafetensorsFile();
    add(file, "patch_embed.proj.weight", 8, 3, 8, 8);
    add(file, "blocks.0.norm1.weight", 8);
    add(file, "blocks.0.attn.qkv.weight", 24, 8);
    Path checkpoint = folder.resolve("rotary.safetensors");
    file.write(checkpoint);
    fails(
        3,
        List.of("No tensor holds the positions", "rotary"),
        importing("dino", checkpoint, "--set=model.vit.heads=2"));
  }

  @Test
  void weightsThatAreNotNumbersAreRefused() throws IOException {
    Path checkpoint = folder.resolve("nan.safetensors");
    SafetensorsFile file = tiny(Float.NaN);
    file.add("blocks.0.norm2.bias", () -> new float[8], 8);
    file.write(checkpoint);
    fails(
        3,
        List.of("not finite", "norm.weight [8]: 1 of 8"),
        importing("dino", checkpoint, "--set=model.vit.heads=2"));
  }

  @Test
  void numbersThatAreNoWeightsAreRefused() throws IOException {
    Path source = folder.resolve("float.safetensors");
    SafetensorsFile file = tiny(1);
    file.add("blocks.0.norm2.bias", () -> new float[8], 8);
    file.write(source);
    // The type of one tensor alone is changed: float32 and int32 take as many bytes.
    String bytes = new String(Files.readAllBytes(source), StandardCharsets.ISO_8859_1);
    int at = bytes.indexOf("F32", bytes.indexOf("blocks.0.norm2.bias"));
    String changed = bytes.substring(0, at) + "I32" + bytes.substring(at + 3);
    Path checkpoint = folder.resolve("int.safetensors");
    Files.write(checkpoint, changed.getBytes(StandardCharsets.ISO_8859_1));
    fails(
        3,
        List.of("student/blocks/00/norm2/offset", "int32", "floating-point"),
        importing("dino", checkpoint, "--set=model.vit.heads=2"));
  }

  @ParameterizedTest
  @CsvSource({
    "os-system.pth, posix.system",
    "popen.pth, Popen",
    "eval.pth, eval",
    "objects.npz, objects"
  })
  void aFileThatAsksForMoreThanTensorsIsRefused(String name, String reason) {
    fails(3, List.of(name, reason), importing("dino", Golden.resource("archives/" + name)));
  }

  @ParameterizedTest
  @MethodSource("hostileSafetensors")
  void aHostileFileIsAnErrorAndLeavesNothing(String what, byte[] bytes, String reason)
      throws IOException {
    Path checkpoint = Files.write(folder.resolve(what + ".safetensors"), bytes);
    fails(3, List.of(what + ".safetensors", reason), importing("dino", checkpoint));
  }

  static Stream<Arguments> hostileSafetensors() {
    String name = "patch_embed.proj.weight";
    String whole = tensor(name, "F32", "2", 0, 8);
    return Stream.of(
        Arguments.of("header-of-2^60", safetensors(1L << 60, "{}", 0), "header"),
        Arguments.of(
            "shape-of-2^40", safetensors(tensor(name, "F32", "1099511627776", 0, 8), 8), name),
        Arguments.of("truncated", safetensors(whole, 4), "take 8 bytes, but 4 follow"),
        Arguments.of(
            "overlapping", safetensors(whole + "," + tensor("b", "F32", "2", 4, 12), 12), "b"),
        Arguments.of("no-network", safetensors(tensor(name, "I64", "1", 0, 8), 8), name));
  }

  private static String tensor(String name, String type, String shape, int from, int to) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
        .formatted(name, type, shape, from, to);
  }

  private static byte[] safetensors(String tensors, int data) {
    String header = "{" + tensors + "}";
    return safetensors(header.length(), header, data);
  }

  private static byte[] safetensors(long length, String header, int data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(text)
        .array();
  }

  /** A ViT of one block, but for one bias; {@code last} is a value of its final norm. */
  private static SafetensorsFile tiny(float last) {
    SafetensorsFile file = new SafetensorsFile();
    add(file, "patch_embed.proj.weight", 8, 3, 8, 8);
    add(file, "patch_embed.proj.bias", 8);
    add(file, "cls_token", 1, 1, 8);
    add(file, "pos_embed", 1, 5, 8);
    for (String norm : List.of("blocks.0.norm1", "blocks.0.norm2")) {
      add(file, norm + ".weight", 8);
    }
    add(file, "blocks.0.norm1.bias", 8);
    add(file, "blocks.0.attn.qkv.weight", 24, 8);
    add(file, "blocks.0.attn.qkv.bias", 24);
    add(file, "blocks.0.attn.proj.weight", 8, 8);
    add(file, "blocks.0.attn.proj.bias", 8);
    add(file, "blocks.0.mlp.fc1.weight", 32, 8);
    add(file, "blocks.0.mlp.fc1.bias", 32);
    add(file, "blocks.0.mlp.fc2.weight", 8, 32);
    add(file, "blocks.0.mlp.fc2.bias", 8);
    add(file, "norm.bias", 8);
    file.add("norm.weight", () -> new float[] {1, 1, 1, 1, 1, 1, 1, last}, 8);
    return file;
  }

  private static void add(SafetensorsFile file, String name, long... shape) {
    int count = (int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    file.add(name, () -> DeterministicValues.uniform(name, count, 0, 0.5f), shape);
  }

  private Path out() {
    return folder.resolve("models/teacher");
  }

  private String[] importing(String arch, Path checkpoint, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "import-teacher",
                "--arch=" + arch,
                "--checkpoint=" + checkpoint,
                "--out=" + out()));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  /** It must fail, and leave nothing behind. */
  private void fails(int code, List<String> parts, String[] words) {
    CommandRun.fails(code, parts, words);
    assertThat(out()).doesNotExist();
    try (Stream<Path> left =
        Files.exists(out().getParent()) ? Files.list(out().getParent()) : Stream.empty()) {
      assertThat(left).isEmpty();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
