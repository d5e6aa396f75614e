package org.fdistill.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.fdistill.cache.CacheSize;
import org.fdistill.optim.RuleTable;

/**
 * What a run will cost.
 *
 * @param length steps and images
 * @param data the training examples
 * @param parameters trained numbers by part: student, projector, head
 * @param gradientBytes of each parameter's gradient, in the order in which the backward pass
 *     finishes them
 * @param rules how the parameters are treated
 * @param teacher the frozen network; empty where the task has none
 * @param caches what the run keeps on disk of its teachers
 * @param work floating point operations
 * @param memory bytes on the device
 */
public record RunPlan(
    Length length,
    TrainingSet data,
    Map<String, Long> parameters,
    List<Long> gradientBytes,
    RuleTable rules,
    Optional<TeacherCost> teacher,
    List<CacheSize> caches,
    Work work,
    Memory memory) {

  /** Takes a copy. */
  public RunPlan {
    caches = List.copyOf(caches);
  }

  /** Images that go through the teachers once, for what is kept on disk. */
  public long cachedImages() {
    return caches.stream().mapToLong(CacheSize::records).sum();
  }

  /**
   * Hours of writing what is kept on disk, where the teachers do as many operations a second as the
   * run whose teachers are in every step. A teacher of several takes its part of the images alone.
   *
   * @param rate images a second of that run
   */
  public OptionalDouble cachingHours(double rate) {
    OptionalDouble all = work.total();
    long teachers = caches.stream().map(CacheSize::teacher).distinct().count();
    return all.isPresent() && teachers > 0
        ? OptionalDouble.of(
            cachedImages()
                / (double) teachers
                * work.teacher().getAsDouble()
                / all.getAsDouble()
                / rate
                / 3600)
        : OptionalDouble.empty();
  }

  /** Elements of all trained parameters together. */
  public long trainable() {
    return parameters.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Operations of the whole run: multiplications and additions. Empty where a part is unknown. */
  public OptionalDouble runFlops() {
    OptionalDouble image = work.total();
    return length.images().isPresent() && image.isPresent()
        ? OptionalDouble.of(image.getAsDouble() * length.images().getAsLong())
        : OptionalDouble.empty();
  }

  /**
   * Hours of all training steps.
   *
   * @param rate images a second
   */
  public OptionalDouble hours(double rate) {
    return length.images().isPresent()
        ? OptionalDouble.of(length.images().getAsLong() / rate / 3600)
        : OptionalDouble.empty();
  }

  /**
   * The teacher.
   *
   * @param standIn whether a random network takes its place, since its SavedModel is missing
   * @param parameters numbers in its variables and large constants
   */
  public record TeacherCost(boolean standIn, long parameters) {}

  /**
   * Multiplications and additions of all products and convolutions, for one image.
   *
   * @param forward of the student with what is on top of it
   * @param backward its gradients
   * @param teacher its forward pass; 0 without one, empty where its graph does not tell
   */
  public record Work(double forward, double backward, OptionalDouble teacher) {
    /** All together. */
    public OptionalDouble total() {
      return teacher.isPresent()
          ? OptionalDouble.of(forward + backward + teacher.getAsDouble())
          : OptionalDouble.empty();
    }
  }

  /**
   * Bytes on the device.
   *
   * @param weights of network and task
   * @param moments of the optimiser, averages and running statistics
   * @param gradientSums under accumulation
   * @param teacher its weights
   * @param batches of images, those that wait ready included
   * @param step the most that the tensors of one micro-batch's step take at one time: activations,
   *     gradients, and what is computed between them
   * @param activations of these, what the forward pass leaves for the backward pass
   * @param gradients of these, one for each trained number
   * @param teacherWork the most that the tensors of the teacher's forward pass take at one time
   */
  public record Memory(
      long weights,
      long moments,
      long gradientSums,
      long teacher,
      long batches,
      long step,
      long activations,
      long gradients,
      long teacherWork) {
    /** All that is there at one time. */
    public long total() {
      return weights + moments + gradientSums + teacher + batches + step;
    }
  }

  /**
   * How long the run is.
   *
   * @param batch images of one step
   * @param microBatch images that go through at one time
   * @param stepsPerEpoch whole batches; empty where the number of examples is not known
   * @param totalSteps empty where it depends on the number of examples
   * @param warmupSteps empty likewise
   */
  public record Length(
      int batch,
      int microBatch,
      OptionalLong stepsPerEpoch,
      OptionalLong totalSteps,
      OptionalLong warmupSteps) {
    /** Images that are seen, each as often as it is seen. */
    public OptionalLong images() {
      return totalSteps.isPresent()
          ? OptionalLong.of(totalSteps.getAsLong() * batch)
          : OptionalLong.empty();
    }

    /** How often each example is seen. */
    public OptionalDouble epochs() {
      return totalSteps.isPresent() && stepsPerEpoch.isPresent()
          ? OptionalDouble.of(totalSteps.getAsLong() / (double) stepsPerEpoch.getAsLong())
          : OptionalDouble.empty();
    }
  }
}
