package org.fdistill.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.fdistill.config.RunConfigs;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures against those of the papers and of formulas. */
class PlannerTest {
  private static final OptionalLong IMAGENET = OptionalLong.of(1_281_167);
  private static final String SMALL =
      """
      name: "small"
      distill { teacher { } }
      model { vit { image_size: 32 patch_size: 8 width: 24 depth: 2 heads: 2 } }
      train_data {
        noise { examples: 100 }
        image_size: 32
        batch_size: 8
      }
      schedule { length { epochs: 10 } warmup { epochs: 1 } }
      """;

  @TempDir Path folder;

  @Test
  @Tag("slow")
  void featureDistillationOfViTBHasTheFiguresOfThePaper() throws IOException {
    RunPlan plan = plan(shipped("distill/dino_b_300ep"), IMAGENET);
    assertThat(plan.length().stepsPerEpoch()).hasValue(625);
    assertThat(plan.length().totalSteps()).hasValue(187_500);
    assertThat(plan.length().warmupSteps()).hasValue(6250);
    assertThat(plan.length().microBatch()).isEqualTo(128);
    assertThat(plan.length().images()).hasValue(187_500L * 2048);
    assertThat(plan.length().epochs()).hasValue(300);
    // 384 million images at 1,000 a second are 106 hours and 40 minutes.
    assertThat(plan.hours(1000).orElseThrow()).isCloseTo(106 + 2 / 3.0, within(1e-9));

    assertThat(plan.trainable()).isEqualTo(86_255_952);
    assertThat(plan.parameters().get("projector")).isEqualTo(768 * 768 + 768);
    // A ViT-B/16 with absolute positions and without a head, as DINO's.
    assertThat(plan.teacher()).hasValue(new RunPlan.TeacherCost(true, 85_798_656));

    double network = vitFlops(12, 768, 197, 16);
    double projector = 2.0 * 197 * 768 * 768;
    assertThat(plan.work().forward()).isEqualTo(network + projector);
    assertThat(plan.work().teacher()).isEqualTo(OptionalDouble.of(network));
    // Each product has two gradients, but images have none.
    double embedding = 2.0 * 196 * 768 * 768;
    assertThat(plan.work().backward()).isEqualTo(2 * (network + projector) - embedding);
    assertThat(plan.work().total().orElseThrow() / 1e9).isCloseTo(140.97, within(0.005));
    assertThat(plan.runFlops().orElseThrow())
        .isEqualTo(plan.work().total().orElseThrow() * 187_500 * 2048);

    RunPlan.Memory memory = plan.memory();
    assertThat(memory.weights()).isEqualTo(4 * 86_255_952L);
    assertThat(memory.moments()).isEqualTo(8 * 86_255_952L);
    assertThat(memory.gradientSums()).isEqualTo(4 * 86_255_952L);
    assertThat(memory.gradients()).isEqualTo(4 * 86_255_952L);
    // Norms, class token and positions stay in float32.
    long inFloat32 = 25 * 2 * 768 + 768 + 197 * 768;
    assertThat(memory.teacher()).isEqualTo(2 * 85_798_656L + 2 * inFloat32);
    assertThat(memory.batches()).isEqualTo(3 * 128 * 3L * 224 * 224);
    assertThat(memory.total())
        .isEqualTo(
            memory.weights()
                + memory.moments()
                + memory.gradientSums()
                + memory.teacher()
                + memory.batches()
                + memory.step());
  }

  /** Only visible tokens cost the student anything; the teacher sees all. */
  @Test
  void aMaskTakesWorkFromTheStudentAlone() throws IOException {
    RunPlan plan = plan(small("distill.mask.ratio=0.5"), OptionalLong.empty());
    RunPlan whole = plan(small(), OptionalLong.empty());
    double embedding = 2.0 * 8 * 3 * 8 * 8 * 24;
    double network = vitFlops(2, 24, 9, 8);
    double projector = 2.0 * 9 * 24 * 24;
    assertThat(plan.work().forward()).isEqualTo(network + projector);
    assertThat(plan.work().backward()).isEqualTo(2 * (network + projector) - embedding);
    assertThat(plan.work().teacher()).isEqualTo(whole.work().teacher());
    assertThat(plan.memory().step()).isLessThan(whole.memory().step());
    assertThat(plan.memory().batches()).isEqualTo(whole.memory().batches());
    RunPlan versions = plan(small("distill.student_image={ blur {} }"), OptionalLong.empty());
    assertThat(versions.memory().batches()).isEqualTo(2 * whole.memory().batches());
  }

  /** Patch embedding, then for each block queries, keys and values, scores, mix, output, MLP. */
  private static double vitFlops(int depth, long width, long tokens, long patch) {
    double embedding = 2.0 * (tokens - 1) * 3 * patch * patch * width;
    double dense = 2.0 * tokens * width * (3 * width + width + 8 * width);
    double attention = 2 * 2.0 * tokens * tokens * width;
    return embedding + depth * (dense + attention);
  }

  @Test
  @Tag("slow")
  void featureDistillationOfViTLHasTheParametersOfThePaper() throws IOException {
    RunPlan plan = plan(shipped("distill/clip_l_300ep"), IMAGENET);
    assertThat(plan.trainable()).isEqualTo(304_005_184);
    double network = vitFlops(24, 1024, 257, 14);
    assertThat(plan.work().teacher()).isEqualTo(OptionalDouble.of(network));
  }

  /** SwinV2-G has 3.0 billion parameters (arXiv 2111.09883, Table 1). */
  @Test
  @Tag("slow")
  void threeBillionParametersArePlanned() throws IOException {
    RunPlan plan = plan(shipped("distill/swinv2_g"), IMAGENET);
    long student = plan.parameters().get("student");
    assertThat(student / 1e9).isCloseTo(3.0, within(0.05));
    assertThat(plan.teacher()).hasValue(new RunPlan.TeacherCost(true, student));
    double teacher = plan.work().teacher().orElseThrow();
    // The student's forward pass has a projector on top, and makes its position biases in each step
    // of 8 images: two layers, 2 to 512 to the heads, for the offsets in windows of 14 and of 7.
    double projector = 2.0 * 49 * 4096 * 4096;
    double ends = 27 * 27 * (2 * 18 + 2 * 34 + 42 * 66) + 13 * 13 * 4 * 130;
    double positions = 2.0 * 512 * ends / 8;
    assertThat(plan.work().forward()).isEqualTo(teacher + projector + positions);
  }

  @Test
  void aStudentsArchitectureStandsInForATeacherThatIsNotDescribed() throws IOException {
    RunPlan plan = plan(small(), OptionalLong.empty());
    Map<String, Long> parts = plan.parameters();
    assertThat(parts).containsOnlyKeys("student", "projector");
    assertThat(plan.teacher().orElseThrow().standIn()).isTrue();
    assertThat(plan.teacher().orElseThrow().parameters()).isEqualTo(parts.get("student"));
    assertThat(plan.length().totalSteps()).hasValue(10 * (100 / 8));
    RunPlan.Memory memory = plan.memory();
    assertThat(memory.weights()).isEqualTo(4 * plan.trainable());
    assertThat(memory.moments()).isEqualTo(8 * plan.trainable());
    assertThat(memory.gradientSums()).isZero();
    assertThat(memory.batches()).isEqualTo(3 * 8 * 3L * 32 * 32);
    assertThat(memory.total())
        .isEqualTo(
            memory.weights()
                + memory.moments()
                + memory.teacher()
                + memory.batches()
                + memory.step());
  }

  @Test
  void aTeacherThatIsThereIsCounted() throws IOException {
    RunPlan plan =
        plan(
            small(
                "distill.teacher.path=savedmodels/tiny-teacher",
                "model.vit.image_size=48",
                "train_data.image_size=48"),
            OptionalLong.empty());
    assertThat(plan.teacher().orElseThrow().standIn()).isFalse();
    // Its 825,674 parameters but the head, which the tokens do not need.
    assertThat(plan.teacher().orElseThrow().parameters()).isEqualTo(825_674 - (128 * 10 + 10));
    assertThat(plan.work().teacher().orElseThrow()).isPositive();
  }

  /** The same network as a graph and as functions. */
  @Test
  void theOperationsOfATeacherMadeOfFunctionsAreThoseOfItsGraph() throws IOException {
    RunPlan functions = plan(small(teacher("tf2-functions")), OptionalLong.empty());
    RunPlan graph = plan(small(teacher("tf1-graph")), OptionalLong.empty());
    assertThat(functions.teacher()).isEqualTo(graph.teacher()).isPresent();
    assertThat(functions.work()).isEqualTo(graph.work());
    assertThat(functions.work().teacher().orElseThrow()).isPositive();
    assertThat(functions.runFlops()).isEqualTo(graph.runFlops()).isPresent();
  }

  @Test
  void whatIsHeldAndCompiledIsNeitherAParameterNorHidesOperations() throws IOException {
    RunPlan plain = plan(small(), OptionalLong.empty());
    RunPlan large =
        plan(
            small(
                "train_data.noise.examples=4096",
                "train_data.batch_size=1024",
                "runtime.precision=BFLOAT16"),
            OptionalLong.empty());
    assertThat(large.teacher()).isEqualTo(plain.teacher());
    assertThat(large.work()).isEqualTo(plain.work());
  }

  private static String teacher(String name) {
    return "distill.teacher.path=" + Golden.resource("teachers/" + name);
  }

  @Test
  void aClassifierHasNoTeacher() throws IOException {
    RunPlan plan = plan(small("classify.classes=7"), OptionalLong.empty());
    assertThat(plan.teacher()).isEmpty();
    assertThat(plan.work().teacher()).isEqualTo(OptionalDouble.of(0));
    assertThat(plan.parameters().get("head")).isEqualTo(24 * 7 + 7);
    assertThat(plan.memory().teacher()).isZero();
    assertThat(plan.memory().teacherWork()).isZero();
  }

  @Test
  void withoutDataOnlyWhatDependsOnItsSizeIsUnknown() throws IOException {
    String missing = "train_data.image_folder.path=" + folder.resolve("nothing");
    RunPlan epochs = plan(small(missing), OptionalLong.empty());
    assertThat(epochs.data().missing()).contains("nothing");
    assertThat(epochs.length().totalSteps()).isEmpty();
    assertThat(epochs.length().images()).isEmpty();
    assertThat(epochs.hours(1)).isEmpty();
    assertThat(epochs.runFlops()).isEmpty();
    assertThat(epochs.work().total()).isPresent();

    RunPlan steps = plan(small(missing, "schedule.length.steps=30"), OptionalLong.empty());
    assertThat(steps.length().totalSteps()).hasValue(30);
    assertThat(steps.length().images()).hasValue(240);
    assertThat(steps.length().warmupSteps()).isEmpty();
    assertThat(steps.length().epochs()).isEmpty();

    RunPlan told = plan(small(missing), OptionalLong.of(17));
    assertThat(told.length().totalSteps()).hasValue(20);
  }

  @Test
  void theMeanSizeOfImageFilesIsFoundInTheData() throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    Files.write(images.resolve("a.jpg"), new byte[1000]);
    Files.write(images.resolve("b.jpg"), new byte[3000]);
    RunPlan plan =
        plan(
            small("train_data.image_folder.path=" + images, "train_data.batch_size=2"),
            OptionalLong.empty());
    assertThat(plan.data())
        .isEqualTo(new TrainingSet(OptionalLong.of(2), OptionalDouble.of(2000), ""));
  }

  @Test
  void tooFewExamplesAreAnError() {
    assertThatThrownBy(() -> plan(small(), OptionalLong.of(7)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("fewer than one batch");
  }

  @Tag("slow")
  @Test
  void activationsGrowWithTheBatchAndWeightsDoNot() throws IOException {
    RunPlan.Memory eight = plan(small(), OptionalLong.empty()).memory();
    RunPlan.Memory sixteen = plan(small("train_data.batch_size=16"), OptionalLong.empty()).memory();
    assertThat(sixteen.weights()).isEqualTo(eight.weights());
    assertThat(sixteen.gradients()).isEqualTo(eight.gradients());
    // What does not grow is small beside it: the bias tables of two blocks and their gathering.
    assertThat(sixteen.activations() / (double) eight.activations()).isBetween(1.9, 2.0);
    RunPlan.Memory parts =
        plan(small("train_data.batch_size=16", "optimizer.accumulation=2"), OptionalLong.empty())
            .memory();
    assertThat(parts.activations()).isEqualTo(eight.activations());
    assertThat(parts.gradientSums()).isEqualTo(parts.weights());
  }

  /** Weights, moments and teacher of 3 billion numbers would take 60 GB. */
  @Test
  void nothingOfTheNetworksSizeIsAllocated() throws IOException {
    long before = peakMemory();
    RunPlan plan =
        plan(
            small("model.vit.width=8192", "model.vit.heads=64", "model.vit.depth=4"),
            OptionalLong.empty());
    assertThat(plan.trainable()).isGreaterThan(3_000_000_000L);
    assertThat(plan.memory().total()).isGreaterThan(60_000_000_000L);
    assertThat(peakMemory() - before).isLessThan(1_000_000_000);
  }

  private static long peakMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private RunPlan plan(RunConfig run, OptionalLong examples) throws IOException {
    return new Planner(run, examples).plan(Files.createTempDirectory(folder, "plan"));
  }

  private static RunConfig shipped(String name) {
    return Tasks.load(Path.of("configs", name + ".txtpb"), List.of());
  }

  private static RunConfig small(String... overrides) {
    return RunConfigs.parse(SMALL, "small", Arrays.asList(overrides));
  }
}
