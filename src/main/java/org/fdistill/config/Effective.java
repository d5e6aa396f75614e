package org.fdistill.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.OptimizerConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;

/** Makes every default explicit, so that a written config stays true when a default changes. */
final class Effective {
  private Effective() {}

  /**
   * A config with its defaults spelt out. What is optional as a whole (a task, validation data,
   * augmentation, warm-up) stays absent, and a teacher stays as it is, since the description beside
   * its model has a say before the defaults.
   */
  static RunConfig of(RunConfig config) {
    RunConfig.Builder all = config.toBuilder();
    all.getRuntimeBuilder();
    all.getCheckpointBuilder();
    all.getLogBuilder();
    all.getExportBuilder();
    all.getScheduleBuilder();
    all.setOptimizer(optimizer(config.getOptimizer()));
    if (config.hasTrainData()) {
      all.setTrainData(data(config, config.getTrainData()));
    }
    if (config.hasValidationData()) {
      all.setValidationData(data(config, validation(config)));
    }
    spell(all);
    return all.build();
  }

  /** A teacher whose description has been merged in. */
  static TeacherConfig of(TeacherConfig teacher) {
    TeacherConfig.Builder all = teacher.toBuilder();
    all.setNormalization(normalization(teacher.getNormalization()));
    spellScalars(all);
    return all.build();
  }

  private static OptimizerConfig optimizer(OptimizerConfig optimizer) {
    OptimizerConfig.Builder all = optimizer.toBuilder();
    if (optimizer.getAlgorithmCase() == OptimizerConfig.AlgorithmCase.ALGORITHM_NOT_SET) {
      all.getAdamwBuilder();
    }
    if (!optimizer.hasClipNorm()) {
      all.setClipNorm(clipNorm(all.getAlgorithmCase()));
    }
    return all.build();
  }

  /** The clipping that belongs to an algorithm; AdamW's is that of Feature Distillation's code. */
  private static float clipNorm(OptimizerConfig.AlgorithmCase algorithm) {
    return switch (algorithm) {
      case ADAMW -> 3.0f;
      case LARS, ALGORITHM_NOT_SET -> 0;
    };
  }

  private static DataConfig data(RunConfig config, DataConfig data) {
    DataConfig.Builder all = data.toBuilder();
    if (!data.hasImageSize()) {
      ModelChecks.imageSize(config.getModel()).ifPresent(all::setImageSize);
    }
    all.getEvalCropBuilder();
    all.setNormalization(normalization(data.getNormalization()));
    return all.build();
  }

  /** Held-out pixels are normalised as training's, where nothing else is said. */
  private static DataConfig validation(RunConfig config) {
    DataConfig data = config.getValidationData();
    return data.hasNormalization() || !config.getTrainData().hasNormalization()
        ? data
        : data.toBuilder().setNormalization(config.getTrainData().getNormalization()).build();
  }

  private static Normalization normalization(Normalization normalization) {
    Normalization.Builder all = normalization.toBuilder();
    if (all.getMeanCount() == 0) {
      all.addAllMean(ImageNet.MEAN);
    }
    if (all.getStdCount() == 0) {
      all.addAllStd(ImageNet.STD);
    }
    return all.build();
  }

  /** Sets every unset field that has a default, in this message and those in it. */
  private static void spell(Message.Builder builder) {
    spellScalars(builder);
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      boolean message =
          field.getJavaType() == JavaType.MESSAGE
              && field.getMessageType() != TeacherConfig.getDescriptor();
      if (message && field.isRepeated()) {
        for (int i = 0; i < builder.getRepeatedFieldCount(field); i++) {
          spell(builder.getRepeatedFieldBuilder(field, i));
        }
      } else if (message && builder.hasField(field)) {
        spell(builder.getFieldBuilder(field));
      }
    }
  }

  private static void spellScalars(Message.Builder builder) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      if (field.hasDefaultValue() && !builder.hasField(field)) {
        builder.setField(field, field.getDefaultValue());
      }
    }
  }
}
