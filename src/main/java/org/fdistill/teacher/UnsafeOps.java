package org.fdistill.teacher;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.fdistill.graph.ImportedModel;

/**
 * Ops that reach outside the graph. A SavedModel is a program: what it holds runs with the rights
 * of this process. Ops that touch files, processes or the network have no place between an image
 * and its features, so a teacher that needs one is refused unless the user trusts it.
 */
final class UnsafeOps {
  private record Kind(String touches, Pattern types) {}

  private static final List<Kind> KINDS =
      List.of(
          // Whole-file and sharded access, checkpoints, vocabulary files, memory-mapped constants.
          kind(
              "files",
              "ReadFile|WriteFile|MatchingFiles|FileSystem.*|Sharded(Filename|Filespec)",
              "(Restore|Save|DTensorRestore|DistributedSave)(V2|Slices?)?|MergeV2Checkpoints",
              "LoadAndRemapMatrix|GenerateVocabRemapping|InitializeTableFromTextFile(V2)?",
              "ImmutableConst|FixedUnigramCandidateSampler|Skipgram|RecordInput",
              ".*Reader(V2)?|Reader[A-Z].*|CalibrationStatisticsSaver",
              // Their descriptor_source is a file's path.
              "DecodeProto(V2)?|EncodeProto"),
          // Pipelines: most can read files, and none belongs into inference.
          kind("files or the network", ".*Dataset.*|.*Iterator.*|.*Snapshot(Chunk|Nested).*"),
          // Console and event files. PrintV2 can print to a file; the debug ops write to URLs.
          kind(
              "files",
              "Print(V2)?|DumpTensor|Debug(Identity|NanCount|NumericSummary).*",
              "(Create|Close|Flush)?Summary(File|Db)?Writer|ImportEvent",
              "Write[A-Za-z]*Summary|StatsAggregatorSetSummaryWriter"),
          kind("processes", ".*PyFunc.*|Abort|XlaCustomCall.*|_?XlaHostCompute.*|WorkerHeartbeat"),
          kind(
              "the network",
              "Rpc.*|RemoteCall|_?(Host)?(Send|Recv)|.*Nccl.*|Collective[A-Z].*|DTensor.*",
              "_?Xla(Send|Recv).*|XlaAllReduce|XlaReduceScatter|CrossReplicaSum|AllToAll",
              "_?.*(TPU|Tpu).*|.*(Infeed|Outfeed).*"));

  private UnsafeOps() {}

  /** What an op touches outside the graph, or nothing. */
  static Optional<String> touched(String type) {
    return KINDS.stream()
        .filter(kind -> kind.types().matcher(type).matches())
        .map(Kind::touches)
        .findFirst();
  }

  /** The unsafe ones among the ops of inference or initialisation, with what they touch. */
  static List<String> among(Collection<String> types) {
    return types.stream()
        .sorted()
        .filter(type -> touched(type).isPresent())
        .map(type -> type + " (touches " + touched(type).orElseThrow() + ")")
        .toList();
  }

  /**
   * The unsafe ones among the ops that restore weights, for which restoring is none; that they read
   * the model's own file is seen to elsewhere.
   */
  static List<String> amongRestoring(Collection<String> types) {
    Set<String> allowed = ImportedModel.restoreTypes();
    return among(types.stream().filter(type -> !allowed.contains(type)).toList());
  }

  private static Kind kind(String touches, String... types) {
    return new Kind(touches, Pattern.compile(String.join("|", types)));
  }
}
