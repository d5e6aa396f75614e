package org.fdistill.train;

import java.util.Optional;
import org.fdistill.checkpoint.CheckpointStore;
import org.fdistill.config.RunLength;
import org.fdistill.data.DataIdentity;
import org.fdistill.proto.RunConfig;

/** All that the loop works with; nothing of it is exchanged while it runs. */
record RunParts(
    TrainingProgram program,
    RunLength length,
    DataIdentity data,
    TrainingBatches batches,
    OptimizerStep step,
    Optional<Validation> validation,
    Decision.Rule rule,
    Reporter reporter,
    RunFolder folder,
    RunLog log,
    CheckpointStore store,
    CheckpointClock clock) {
  /** The parts of a run whose program and folder are open. */
  static RunParts of(
      TrainingRun run,
      TrainingProgram program,
      RunFolder folder,
      RunLog log,
      CheckpointStore store) {
    RunConfig config = run.config();
    int batch = config.getTrainData().getBatchSize();
    RunLength length =
        RunLength.of(config.getSchedule(), program.trainData().source().size(), batch);
    TrainingBatches batches =
        new TrainingBatches(
            program.session(),
            program.trainData(),
            config.getTrainData(),
            run.task().checks(),
            folder.file(RunFolder.UNREADABLE_TRAINING));
    return new RunParts(
        program,
        length,
        program.trainData().source().identity(),
        batches,
        OptimizerStep.of(program, batches, length, config),
        validation(run, program, folder),
        Decision.Rule.of(config, length),
        new Reporter(length, config.getLog().getEverySteps(), batch, run.listener(), log),
        folder,
        log,
        store,
        new CheckpointClock(config.getCheckpoint().getEveryMinutes()));
  }

  private static Optional<Validation> validation(
      TrainingRun run, TrainingProgram program, RunFolder folder) {
    return program
        .validation()
        .map(
            graph ->
                new Validation(
                    program.session(),
                    graph,
                    run.task(),
                    run.config().getValidationData(),
                    folder.file(RunFolder.UNREADABLE_VALIDATION),
                    run.workers()));
  }
}
