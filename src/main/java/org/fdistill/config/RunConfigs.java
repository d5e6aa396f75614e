package org.fdistill.config;

import com.google.protobuf.TextFormatParseInfoTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;

/** Loads, checks and writes run configs. */
public final class RunConfigs {
  private RunConfigs() {}

  /**
   * Reads a run config, applies overrides, spells out every default and checks all values but those
   * of its task.
   *
   * @param file text protobuf of {@link RunConfig}
   * @param overrides {@code path.to.field=value}, in the order of the command line
   * @throws UserError naming the field, its place and what was expected
   */
  public static RunConfig load(Path file, List<String> overrides) {
    return load(file, overrides, (config, problems) -> {});
  }

  /**
   * As {@link #load(Path, List)}, with the checks of its task.
   *
   * @param task is given the config and notes what is wrong with its task
   */
  public static RunConfig load(
      Path file, List<String> overrides, BiConsumer<RunConfig, Problems> task) {
    return parse(TextProtos.readText(file), file.toString(), overrides, task);
  }

  /**
   * As {@link #load(Path, List)}, from text.
   *
   * @param source the text's name in messages
   */
  public static RunConfig parse(String text, String source, List<String> overrides) {
    return parse(text, source, overrides, (config, problems) -> {});
  }

  /**
   * As {@link #load(Path, List, BiConsumer)}, from text.
   *
   * @param source the text's name in messages
   */
  public static RunConfig parse(
      String text,
      String source,
      List<String> overrides,
      BiConsumer<RunConfig, Problems> task) {
    RunConfig.Builder builder = RunConfig.newBuilder();
    TextFormatParseInfoTree places = TextProtos.merge(text, source, builder);
    Set<String> overridden = Overrides.apply(builder, overrides);
    RunConfig config = Effective.of(builder.build());
    Origin origin = new Origin(source, RunConfig.getDescriptor(), places, overridden);
    Problems problems = new Problems(origin);
    check(config, problems);
    task.accept(config, problems);
    problems.report();
    return config;
  }

  /** A teacher's config with every default spelt out; for after the merge with teacher.txtpb. */
  public static TeacherConfig effective(TeacherConfig teacher) {
    return Effective.of(teacher);
  }

  /** Writes a config so that {@link #load} gives the same one again, in one piece. */
  public static void write(Path file, RunConfig config) throws IOException {
    TextProtos.write(file, config, "The run " + config.getName() + " as resolved.");
  }

  /**
   * Overrides fields of a config that is being made.
   *
   * @param overrides {@code path.to.field=value}
   * @throws UserError naming an unknown field or a wrong value
   */
  public static void override(RunConfig.Builder config, List<String> overrides) {
    Overrides.apply(config, overrides);
  }

  /**
   * Checks the description of a network that is in no config.
   *
   * @param source what describes it, for messages
   * @throws UserError of kind usage
   */
  public static void check(BackboneConfig model, String source) {
    Problems problems =
        new Problems(
            new Origin(
                source,
                RunConfig.getDescriptor(),
                TextFormatParseInfoTree.builder().build(),
                Set.of()));
    ModelChecks.check(model, problems);
    problems.report();
  }

  private static void check(RunConfig config, Problems problems) {
    problems.unless(
        config.getName().matches("[A-Za-z0-9_][A-Za-z0-9_.-]*"),
        "name",
        String.format(
            "must be set, of letters, digits and _ . -, such as name: \"clip-b-100ep\"; found \"%s\"",
            config.getName()));
    ModelChecks.check(config.getModel(), problems);
    TrainingChecks.check(config, problems);
    problems.unless(config.hasTrainData(), "train_data", "is not set; training needs examples");
    if (config.hasTrainData()) {
      trainData(config, problems);
    }
    if (config.hasValidationData()) {
      validationData(config, problems);
    }
  }

  private static void trainData(RunConfig config, Problems problems) {
    DataConfig data = config.getTrainData();
    DataChecks.check(data, "train_data", problems);
    imageSize(config, data, "train_data", problems);
    int accumulation = config.getOptimizer().getAccumulation();
    problems.unless(
        accumulation < 1 || data.getBatchSize() % accumulation == 0,
        "train_data.batch_size",
        String.format(
            "must be a multiple of optimizer.accumulation (%d), found %d",
            accumulation, data.getBatchSize()));
  }

  private static void validationData(RunConfig config, Problems problems) {
    DataConfig data = config.getValidationData();
    DataChecks.check(data, "validation_data", problems);
    imageSize(config, data, "validation_data", problems);
    problems.unless(
        !data.hasAugment(),
        "validation_data.augment",
        "is set, but held-out images are not augmented; remove it");
  }

  private static void imageSize(RunConfig config, DataConfig data, String path, Problems problems) {
    int model = ModelChecks.imageSize(config.getModel());
    String source = ModelChecks.imageSizePath(config.getModel()).orElse("");
    problems.unless(
        source.isEmpty() || data.getImageSize() == model,
        path + ".image_size",
        String.format("must be the model's (%s %d), found %d", source, model, data.getImageSize()));
  }
}
