package org.fdistill.train;

import java.nio.file.Path;
import org.fdistill.cluster.Workers;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;

/**
 * A run as it is described, before anything of it is opened.
 *
 * @param config resolved
 * @param task what is learned
 * @param folder the run's folder; a run that it holds goes on
 * @param listener hears what happens
 * @param rewriter of the built graph
 * @param start called before the first step
 * @param end called after the last step
 * @param stop ends the run early
 * @param workers that train together
 */
public record TrainingRun(
    RunConfig config,
    Task task,
    Path folder,
    ProgressListener listener,
    Rewriter rewriter,
    RunStart start,
    RunEnd end,
    StopRequest stop,
    Workers workers) {}
