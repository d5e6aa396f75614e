package org.fdistill.diagnose;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;

/**
 * What a run trained: weights that its task can validate.
 *
 * @param config of the run
 * @param weights of a checkpoint or an export
 */
public record Trained(RunConfig config, SavedWeights weights) {
  private static final OneofDescriptor SOURCE = DataConfig.getDescriptor().getOneofs().get(0);

  /** The run's config with other images in validation. */
  RunConfig on(Images images) {
    DataConfig.Builder data =
        config.hasValidationData()
            ? config.getValidationData().toBuilder()
            : config.getTrainData().toBuilder().clearAugment();
    FieldDescriptor source = images.data().getOneofFieldDescriptor(SOURCE);
    data.clearOneof(SOURCE).setField(source, images.data().getField(source));
    return config.toBuilder().setValidationData(data.setBatchSize(images.batch())).build();
  }
}
