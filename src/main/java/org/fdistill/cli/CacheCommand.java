package org.fdistill.cli;

import java.nio.file.Path;
import java.util.List;
import org.fdistill.cache.CacheSize;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;

/**
 * {@code fdistill cache}: computes the features of a run's teachers once and keeps them on disk.
 */
final class CacheCommand implements Command {
  private static final ArgumentSpec CONFIG =
      new ArgumentSpec("CONFIG", "A run config with distill.cache.path.");
  private static final OptionSpec VERIFY =
      OptionSpec.flag(
          "verify", "Reads all files first and writes those again that are not as they were.");

  @Override
  public String name() {
    return "cache";
  }

  @Override
  public String summary() {
    return "computes the teachers' features once and keeps them on disk";
  }

  @Override
  public String description() {
    return "Runs the teachers of a run on the views that distill.cache asks for, of the training"
        + " and the validation images, and writes their features to distill.cache.path."
        + " train then reads them, and has no teacher in memory; it also writes what is"
        + " missing itself.\n"
        + "The size is told and compared with the room on the disk before anything is"
        + " written (plan tells it as well). Ctrl-C, a kill or a full disk leave whole"
        + " files; the same command goes on from there and comes to the same bytes. Images"
        + " that cannot be read are named in unreadable-images.txt and left out of the run's"
        + " steps as without a cache.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(CONFIG);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(VERIFY, OptionSpec.SET);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "cache configs/distill/clip_b_100ep.txtpb --set distill.cache.path=/data/features",
        "cache configs/distill/clip_b_100ep.txtpb --set distill.cache.path=/data/features"
            + " --verify");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    RunConfig config = Tasks.load(options.path(CONFIG), options.all(OptionSpec.SET));
    CacheRun run = new CacheRun(config, console);
    if (run.isEmpty()) {
      String what =
          Tasks.of(config).teachers().isEmpty()
              ? "%s has no teacher, whose features could be kept: its task is not distill."
              : """
              %s keeps no features: distill.cache.path is not set.
              Add cache { path: "DIR" } to distill, or --set distill.cache.path=DIR.\
              """;
      throw UserError.usage(what.formatted(options.path(CONFIG)));
    }
    console.print(CacheRun.table(run.sizes()));
    if (options.has(VERIFY)) {
      run.verify();
    }
    run.writeMissing(false);
    for (CacheSize size : run.sizes()) {
      Path folder = size.folder();
      console.print("features    " + folder);
    }
    console.note(
        "Next: fdistill train "
            + ShellWord.of(options.path(CONFIG))
            + " with the same distill.cache");
  }
}
