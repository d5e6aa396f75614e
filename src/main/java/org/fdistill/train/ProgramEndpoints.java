package org.fdistill.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.data.Field;

/**
 * The names by which a training program is run. A rewrite may change anything in the graph but
 * these. Letters: B micro-batch, P parameters, K optimiser scalars.
 *
 * @param feeds what each run is fed
 * @param step the training step
 * @param parameters names of all parameters of network and task, those that stay frozen included
 * @param statistics names of variables that describe the run's data
 * @param initialize target that gives every variable its first value; needs the seed
 * @param adoptAverages target that sets what is trained to the averages that are kept of it
 * @param share target that gives every variable of {@code files} the value that it has in the first
 *     of several processes; all run it together
 * @param variablesFinite [V], whether each variable of {@code files} is finite, in the order of
 *     their names
 * @param files save and restore
 */
public record ProgramEndpoints(
    Feeds feeds,
    Step step,
    List<String> parameters,
    List<String> statistics,
    String initialize,
    String adoptAverages,
    String share,
    String variablesFinite,
    VariableFiles files) {
  /** Elements of all parameters that are trained. */
  public long parameterCount() {
    return step.parameters().stream().mapToLong(name -> files.shapes().get(name).size()).sum();
  }

  /**
   * Names of the placeholders that every run of the graph feeds.
   *
   * @param seed scalar int64, the run's seed
   * @param microStep scalar int64, micro-batches before this one
   * @param hyperparameters [K] float32, the optimiser's scalars of this step
   */
  public record Feeds(String seed, String microStep, String hyperparameters) {}

  /**
   * What several processes vote on in each step: whether to stop, and whether to write a
   * checkpoint.
   *
   * @param own [2], fed
   * @param all [2], above 0 where some process wants it
   */
  public record Votes(String own, String all) {}

  /**
   * One training step: with accumulation {@code begin} runs for the first micro-batch, {@code add}
   * for those between, {@code update} for the last; without, {@code update} alone.
   *
   * @param loss scalar
   * @param gradientNorm scalar, before clipping; with {@code update} only
   * @param gradientHalfSquares [P], half the sum of squares of each gradient; with {@code update}
   *     only
   * @param metrics scalars by name
   * @param gradientNorms of each of several students, by metric; with {@code update} only
   * @param inputs what goes into the loss and no parameter can change, by name for people
   * @param inputsFinite [inputs], 1 where all numbers of an input are finite; null without inputs
   * @param votes on what follows; empty where one process trains alone
   * @param fields of the batch that the process looks at, each [B]
   * @param dataWait scalar, seconds until the last of the processes had its batch
   * @param begin target; null without accumulation
   * @param add target; null without accumulation
   * @param update target
   * @param parameters names of the P trainable parameters
   */
  public record Step(
      String loss,
      String gradientNorm,
      String gradientHalfSquares,
      Map<String, String> metrics,
      Map<String, String> gradientNorms,
      List<String> inputs,
      String inputsFinite,
      Optional<Votes> votes,
      Map<Field<?>, String> fields,
      String dataWait,
      String begin,
      String add,
      String update,
      List<String> parameters) {
    /** Everything that the device computes and an {@code update} run fetches; no batch data. */
    public List<String> computed() {
      List<String> names = new ArrayList<>(List.of(loss, gradientNorm, gradientHalfSquares));
      names.addAll(metrics.values());
      names.addAll(gradientNorms.values());
      if (inputsFinite != null) {
        names.add(inputsFinite);
      }
      votes.ifPresent(v -> names.add(v.all()));
      return names;
    }
  }
}
