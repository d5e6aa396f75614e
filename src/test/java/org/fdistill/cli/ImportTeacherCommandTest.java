package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.Npz;
import org.fdistill.testing.SafetensorsFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportTeacherCommandTest {
  private static final Path DINO = golden("dino-backbone-p8/dino_vitbase8_pretrain.pth");
  private static final Path EXPECTED = golden("dino-backbone-p8/expected.npz");

  @TempDir Path folder;

  private static Path golden(String path) {
    return Golden.resource("golden/import/" + path);
  }

  private Importing importing() {
    return new Importing(folder);
  }

  @Test
  void aCheckpointBecomesATeacherThatIsCheckedAndReported() throws IOException {
    CommandRun run =
        importing().done("dino", DINO, "--set=model.vit.heads=3", "--check-against=" + EXPECTED);
    Path model = importing().out().resolve("1");
    assertThat(run.out().strip()).isEqualTo(model.toString());
    assertThat(run.err()).contains("DINO", "Checked tokens", "import_report.txt");
    assertThat(Files.readString(model.resolve("assets.extra/import_report.txt")))
        .contains("blocks.1.attn.qkv.weight", "student/blocks/01/attn/qkv/kernel", "transposed");
    assertThat(Files.readString(model.resolve("assets.extra/model_card.md")))
        .contains("dino_vitbase8_pretrain.pth", "Apache-2.0");
    assertThat(CommandRun.done("inspect", importing().out().toString()).out())
        .contains("serving_default", "tokens", "Apache-2.0", "prefix_tokens: 1");
  }

  /** The family's, where nothing is stated beside the weights. */
  @Test
  void theLicenceStandsInReportDescriptionAndCardWithoutAWord() throws IOException {
    CommandRun run =
        importing()
            .done("mae", golden("mae-training/checkpoint-799.pth"), "--set=model.vit.heads=4");
    assertThat(run.err()).contains("CC-BY-NC-4.0", "distilled student");
    assertLicence(Path.of(run.out().strip()), "CC-BY-NC-4.0", "whether a distilled student is");
  }

  @Test
  void theUsersLicenceWins() throws IOException {
    CommandRun run =
        importing().done("dino", DINO, "--set=model.vit.heads=3", "--licence=MIT of our own");
    assertThat(run.err()).contains("MIT of our own").doesNotContain("Apache");
    assertLicence(Path.of(run.out().strip()), "MIT of our own", "asks for its notice");
  }

  private static void assertLicence(Path model, String name, String students) throws IOException {
    assertThat(model.resolve("assets.extra/import_report.txt")).content().contains(name, students);
    assertThat(model.resolve("assets.extra/model_card.md")).content().contains(name, students);
    assertThat(Files.readAllLines(model.resolve("teacher.txtpb")))
        .anyMatch(line -> line.startsWith("licence: \"" + name));
  }

  @Test
  void aHubFolderNeedsNoWord() {
    CommandRun run = importing().done("auto", golden("clip-hf/clip-vit-base-patch16"));
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
    importing().fails(3, List.of("dino", "deit", "--arch"), "auto", DINO);
    importing()
        .fails(
            2, List.of("no such architecture", "Did you mean 'dino_vitb16'"), "dino_vitb6", DINO);
    importing().fails(3, List.of("no dino_vitb16", "width 24", "width 768"), "dino_vitb16", DINO);
    importing().fails(3, List.of("model.vit.heads", "--set"), "dino", DINO);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          dinov2_vitb41 | --tolerance=1        | --arch dinov2_vitb41: no such
          dinov2_vitb41 | --tolerance=1        | Did you mean 'dinov2_vitb14'
          dinov2        | --tolerance=1e-4x    | --tolerance takes a number
          dinov2        | --image-size=0       | --image-size takes a whole number from 1
          dinov2        | --resample=nearest   | --resample nearest: no such way
          """)
  void aMistypedWordIsToldBeforeAnyMissingFile(String arch, String option, String said) {
    String pairs = "--check-against=" + folder.resolve("none.npz");
    importing().fails(2, List.of(said), arch, folder.resolve("none.pth"), pairs, option);
  }

  @Test
  void aFileAsTheModelsFolderIsToldBeforeAnyMissingFile() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.txt"), "mine");
    CommandRun.fails(
        2,
        List.of("mine.txt: this is a file", "another one with --out"),
        "import-teacher",
        "--checkpoint=" + folder.resolve("none.pth"),
        "--out=" + file);
    assertThat(file).content().isEqualTo("mine");
  }

  @Test
  void missingFilesAreToldTogether() {
    Path none = folder.resolve("none.pth");
    String pairs = "--check-against=" + folder.resolve("none.npz");
    importing()
        .fails(3, List.of("none.pth (--ch", "none.npz (--check-", "Rel"), "auto", none, pairs);
    importing().fails(3, List.of("There is no file " + none), "dinov2", none);
    importing().fails(3, List.of("There is no file", "none.npz"), "auto", DINO, pairs);
  }

  @Test
  void aSavedModelNeedsNoImport() {
    importing()
        .fails(
            3,
            List.of("needs no import", "the path of a teacher"),
            "auto",
            Path.of("savedmodels/tiny-teacher"));
  }

  @Test
  void aConvolutionalStemIsRefused() {
    importing()
        .fails(
            3,
            List.of("convolutional stem", "vit-conv-s-300ep.pth.tar"),
            "moco_v3",
            golden("moco-v3-conv-stem/vit-conv-s-300ep.pth.tar"));
  }

  @Test
  void anotherNetworksAnswersAreNoticed() {
    Path other = golden("dino-backbone-p16/expected.npz");
    importing()
        .fails(
            3,
            List.of("64 x 64", "32 x 32"),
            "dino",
            DINO,
            "--set=model.vit.heads=3",
            "--check-against=" + other);
    importing()
        .fails(
            3,
            List.of("tokens differ", "model.vit.heads"),
            "dino",
            DINO,
            "--set=model.vit.heads=2",
            "--check-against=" + EXPECTED);
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
    importing()
        .fails(
            3,
            List.of(
                "tokens differ",
                "resampled by bicubic-offset",
                "try --resample bicubic or bicubic-antialias or bilinear"),
            "auto",
            checkpoint,
            "--image-size=70",
            against);
    importing()
        .fails(
            2,
            List.of("--resample nearest: no such way", "bicubic-offset", "bilinear"),
            "auto",
            checkpoint,
            "--resample=nearest");
    CommandRun run =
        importing().done("auto", checkpoint, "--image-size=70", against, "--resample=bicubic");
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

  @Tag("slow")
  @Test
  void aNetworkWhoseNamesProveNothingIsSaidToBeUnproven() throws IOException {
    String[] heads = {"--set=model.vit.heads=3"};
    CommandRun run = importing().done("dino", DINO, heads);
    assertThat(run.err())
        .containsOnlyOnce("proves what kind of network")
        .contains("--check-against");
    Path report = Path.of(run.out().strip()).resolve("assets.extra/import_report.txt");
    assertThat(report).content().contains("proves what kind of network", "--check-against");
    CommandRun checked = importing().done("dino", DINO, heads[0], "--check-against=" + EXPECTED);
    assertThat(checked.err()).doesNotContain("proves what kind of network");
    report = Path.of(checked.out().strip()).resolve("assets.extra/import_report.txt");
    assertThat(report).content().contains("Checked tokens: at most ").doesNotContain("proves");
    CommandRun hub = importing().done("auto", golden("vit-hf-model/vit-base-patch16-224"));
    assertThat(hub.err()).doesNotContain("proves what kind of network");
  }

  @Test
  void theNetworkThatWasTakenOfSeveralIsSaid() {
    Path full = golden("dino-full/dino_deitsmall16_pretrain_full_checkpoint.pth");
    CommandRun run = importing().done("dino", full, "--set=model.vit.heads=2");
    assertThat(run.err())
        .contains("Taken: teacher/backbone.", "with --key: student/module.backbone.");
  }
}
