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
   * Reads a run config, applies overrides, spells out every default and checks all values.
   *
   * @param file text protobuf of {@link RunConfig}
   * @param overrides {@code path.to.field=value}, in the order of the command line
   * @param task is given the config and notes what is wrong with its task
   * @throws UserError naming the field, its place and what was expected
   */
  public static RunConfig load(
      Path file, List<String> overrides, BiConsumer<RunConfig, Problems> task) {
    return parse(TextProtos.readText(file), file.toString(), overrides, task);
  }

  /**
   * As {@link #load}, from text, for a config that was checked when it was written: without the
   * checks of its task.
   *
   * @param source the text's name in messages
   */
  public static RunConfig parse(String text, String source, List<String> overrides) {
    return parse(text, source, overrides, (config, problems) -> {});
  }

  /**
   * As {@link #load}, from text.
   *
   * @param source the text's name in messages
   */
  public static RunConfig parse(
      String text, String source, List<String> overrides, BiConsumer<RunConfig, Problems> task) {
    RunConfig.Builder builder = RunConfig.newBuilder();
    TextFormatParseInfoTree places = TextProtos.merge(text, source, builder);
    Set<String> overridden = Overrides.apply(builder, overrides);
    RunConfig config = Effective.of(builder.build());
    Origin origin = new Origin(source, RunConfig.getDescriptor(), places, overridden);
    Problems problems = new Problems(origin);
    RangeChecks.check(config, "", problems);
    problems.report(UserError.Kind.USAGE);
    check(config, problems);
    task.accept(config, problems);
    problems.report(UserError.Kind.USAGE);
    return config;
  }

  /** A teacher's description in a run's config, with every default spelt out. */
  public static TeacherConfig teacher(TeacherConfig config) {
    return Effective.of(config);
  }

  /**
   * A teacher's description: a run's config over the file beside the model, field by field. A
   * normalisation counts as one field; what neither says has its default. {@code trust} is the
   * user's to give: in the file it is ignored.
   *
   * @param config from the run, checked
   * @param file text protobuf of {@link TeacherConfig}
   * @throws UserError of kind input, naming a field of the file, its place and what was expected
   */
  public static TeacherConfig teacher(TeacherConfig config, Path file) {
    TeacherConfig.Builder merged = TeacherConfig.newBuilder();
    TextFormatParseInfoTree places =
        TextProtos.merge(TextProtos.readText(file), file.toString(), merged);
    merged.clearTrust();
    if (config.hasNormalization()) {
      merged.clearNormalization();
    }
    TeacherConfig teacher = Effective.of(merged.mergeFrom(config).build());
    Origin origin = new Origin(file.toString(), TeacherConfig.getDescriptor(), places, Set.of());
    Problems problems = new Problems(origin);
    RangeChecks.check(teacher, "", problems);
    problems.report(UserError.Kind.INPUT);
    TeacherChecks.check(teacher, "", problems);
    problems.report(UserError.Kind.INPUT);
    return teacher;
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
   * Checks each value of a config that is no whole run by itself.
   *
   * @param source what it describes, for messages
   * @throws UserError of kind usage
   */
  public static void checkRanges(RunConfig config, String source) {
    Problems problems = withoutPlaces(source);
    RangeChecks.check(config, "", problems);
    problems.report(UserError.Kind.USAGE);
  }

  private static Problems withoutPlaces(String source) {
    return new Problems(
        new Origin(
            source,
            RunConfig.getDescriptor(),
            TextFormatParseInfoTree.builder().build(),
            Set.of()));
  }

  /**
   * Checks the description of a network that is in no config.
   *
   * @param source what describes it, for messages
   * @throws UserError of kind usage
   */
  public static void check(BackboneConfig model, String source) {
    Problems problems = withoutPlaces(source);
    RangeChecks.check(model, "model", problems);
    problems.report(UserError.Kind.USAGE);
    ModelChecks.check(model, problems);
    problems.report(UserError.Kind.USAGE);
  }

  private static void check(RunConfig config, Problems problems) {
    problems.unless(
        config.getName().matches("[A-Za-z0-9_][A-Za-z0-9_.-]*"),
        "name",
        String.format(
            "must be set, of letters, digits and _ . -, such as name: \"clip-b-100ep\"; found"
                + " \"%s\"",
            Shortened.of(config.getName())));
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
        data.getBatchSize() % accumulation == 0,
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
    String source = ModelChecks.imageSizePath(config.getModel()).orElse("");
    int side = ModelChecks.imageSize(config.getModel()).orElse(data.getImageSize());
    problems.unless(
        data.getImageSize() == side,
        path + ".image_size",
        String.format(
            "must be the model's (%s %d) or be left out, found %d",
            source, side, data.getImageSize()));
  }
}
