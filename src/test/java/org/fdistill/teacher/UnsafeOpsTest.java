package org.fdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.OpDef;

class UnsafeOpsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ReadFile",
        "WriteFile",
        "MatchingFiles",
        "SaveV2",
        "RestoreV2",
        "MergeV2Checkpoints",
        "ShardedFilename",
        "InitializeTableFromTextFileV2",
        "ImmutableConst",
        "PrintV2",
        "DumpTensor",
        "DebugIdentityV3",
        "WholeFileReaderV2",
        "ReaderReadV2",
        "TextLineDataset",
        "TFRecordDatasetV2",
        "SqlDataset",
        "LoadDataset",
        "IteratorGetNext",
        "CreateSummaryFileWriter",
        "WriteScalarSummary",
        "DecodeProtoV2",
        "EncodeProto"
      })
  void opsThatTouchFiles(String type) {
    assertThat(UnsafeOps.touched(type)).get().asString().contains("files");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PyFunc", "PyFuncStateless", "EagerPyFunc", "Abort", "XlaCustomCallV2"})
  void opsThatTouchProcesses(String type) {
    assertThat(UnsafeOps.touched(type)).contains("processes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RpcCall", "RemoteCall", "_Send", "CollectiveReduceV2", "NcclAllReduce"})
  void opsThatTouchTheNetwork(String type) {
    assertThat(UnsafeOps.touched(type)).contains("the network");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MatMul",
        "Conv2D",
        "FusedBatchNormV3",
        "StatefulPartitionedCall",
        "While",
        "If",
        "Assert",
        "VarHandleOp",
        "ReadVariableOp",
        "HashTableV2",
        "LookupTableFindV2",
        "DecodeJpeg",
        "Einsum",
        "XlaCallModule",
        "MapDefun",
        "TensorListReserve",
        "ResizeBicubic",
        "AssignVariableOp"
      })
  void opsOfVisionModelsAreSafe(String type) {
    assertThat(UnsafeOps.touched(type)).isEmpty();
  }

  @Test
  void everyOpThatNamesAFileIsCovered() {
    List<String> naming =
        TensorFlow.registeredOpList().getOpList().stream()
            .filter(UnsafeOpsTest::namesAFile)
            .map(OpDef::getName)
            .toList();
    assertThat(naming).contains("ReadFile", "RestoreSlice");
    assertThat(naming).filteredOn(n -> UnsafeOps.touched(n).isEmpty()).isEmpty();
  }

  /** Restoring weights is the saver's work; anything else there is as suspect as elsewhere. */
  @Test
  void aSaverMayRestoreAndNothingElse() {
    assertThat(UnsafeOps.amongRestoring(List.of("RestoreV2", "AssignVariableOp", "ReadFile")))
        .containsExactly("ReadFile (touches files)");
    assertThat(UnsafeOps.among(List.of("RestoreV2"))).hasSize(1);
  }

  private static boolean namesAFile(OpDef op) {
    return op.getInputArgList().stream().anyMatch(input -> isFile(input.getName()))
        || op.getAttrList().stream().anyMatch(attribute -> isFile(attribute.getName()));
  }

  private static boolean isFile(String name) {
    return name.contains("filename")
        || name.contains("file_name")
        || name.endsWith("file")
        || name.contains("file_pattern")
        || name.contains("file_path")
        || name.contains("directory")
        || name.contains("descriptor_source")
        || name.endsWith("_path")
        || name.endsWith("logdir");
  }
}
