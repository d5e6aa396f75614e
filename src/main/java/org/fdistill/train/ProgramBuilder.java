package org.fdistill.train;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.InputPipeline;
import org.fdistill.graph.FiniteFlags;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Replicas;
import org.fdistill.graph.Seeds;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.graph.rewrite.ShapedRewrite;
import org.fdistill.optim.Gradient;
import org.fdistill.optim.GradientSums;
import org.fdistill.optim.Optimizer;
import org.fdistill.optim.ParameterGroup;
import org.fdistill.optim.RuleTable;
import org.fdistill.optim.WeightAverages;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** Builds the graph of a run: pipelines, task, gradients, optimiser, files. */
final class ProgramBuilder {
  static final String TRAIN_DATA = "train_data";

  /**
   * A graph with what the JVM needs to run it.
   *
   * @param graph its definition, with known shapes folded in
   * @param endpoints its names
   * @param optimizer computes what is fed
   * @param rules how the parameters are treated
   * @param trainData starts the training batches
   * @param validation of a batch; empty without validation data
   */
  record Built(
      GraphDef graph,
      ProgramEndpoints endpoints,
      Optimizer optimizer,
      RuleTable rules,
      InputPipeline trainData,
      Optional<ValidationGraph> validation) {}

  private final RunConfig config;
  private final Task task;
  private final Graph graph;
  private final Replicas replicas;
  private final Ops tf;
  private final Placeholder<TInt64> seed;
  private final Placeholder<TInt64> microStep;
  private final Variables variables;

  private ProgramBuilder(RunConfig config, Task task, Graph graph, Replicas replicas) {
    this.config = config;
    this.task = task;
    this.graph = graph;
    this.replicas = replicas;
    tf = GraphScope.ops(graph);
    seed = scalar("run_seed");
    microStep = scalar("micro_step");
    variables = new Variables(tf, seed);
  }

  static Built build(RunConfig config, Task task, Replicas replicas) {
    try (Graph graph = new Graph()) {
      return new ProgramBuilder(config, task, graph, replicas).build();
    }
  }

  private Built build() {
    InputPipeline trainData = trainData();
    Task.TrainingOutputs outputs = task.training(trainingScope(), trainData.batch());
    List<Variable> parameters = variables.trainable();
    Map<Variable, ParameterGroup> groups =
        new LinkedHashMap<>(task.parameterRules().assign(parameters));
    groups.values().removeIf(group -> !group.isTrained());
    WeightAverages averages = averages(groups.keySet());
    List<Gradient> gradients = Gradients.of(graph, outputs.loss(), List.copyOf(groups.keySet()));
    Optimizer optimizer = Optimizer.of(config.getOptimizer(), groups);
    int scalars = optimizer.hyperparameters(0, share -> 0).length;
    Placeholder<TFloat32> hyperparameters =
        tf.withName("hyperparameters")
            .placeholder(TFloat32.class, Placeholder.shape(Shape.of(scalars)));
    Update update = new Update(gradients, optimizer, hyperparameters, averages, outputs.updates());
    ProgramEndpoints.Step step = step(trainData, outputs, update);
    Optional<ValidationGraph> validation =
        config.hasValidationData()
            ? Optional.of(
                ValidationGraph.build(tf, averages.evaluated(variables), config, task, replicas))
            : Optional.empty();
    ProgramEndpoints endpoints = endpoints(update, step, parameters);
    return new Built(
        ShapedRewrite.apply(graph),
        endpoints,
        optimizer,
        task.parameterRules().table(parameters),
        trainData,
        validation);
  }

  /**
   * What moves the variables.
   *
   * @param gradients of what is trained
   * @param hyperparameters [K], fed
   * @param averages of what is trained
   * @param further updates with every micro-batch
   */
  private record Update(
      List<Gradient> gradients,
      Optimizer optimizer,
      Placeholder<TFloat32> hyperparameters,
      WeightAverages averages,
      List<Op> further) {}

  /**
   * Of what is trained and of the state that the task's layers keep; of nothing where none is asked
   * for.
   */
  private WeightAverages averages(Collection<Variable> trained) {
    List<Variable> moving =
        variables.all().stream()
            .filter(v -> v.trainable() ? trained.contains(v) : !isStatistic(v))
            .toList();
    boolean wanted = config.getOptimizer().getEmaDecay() > 0;
    return new WeightAverages(variables, wanted ? moving : List.of());
  }

  private boolean isStatistic(Variable variable) {
    return variables.statistics().contains(variable.name());
  }

  private Placeholder<TInt64> scalar(String name) {
    return tf.withName(name).placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
  }

  private InputPipeline trainData() {
    DataConfig examples = config.getTrainData();
    int parts = config.getOptimizer().getAccumulation() * replicas.count();
    int microBatch = examples.getBatchSize() / parts;
    return InputPipeline.build(
        tf,
        TRAIN_DATA,
        examples,
        task.trainingExamples(ExampleSource.open(examples)),
        task.trainingView(examples),
        InputPipeline.Options.training(config.getSeed(), microBatch)
            .of(replicas.count(), replicas.index()));
  }

  private LayerScope trainingScope() {
    LayerScope scope =
        LayerScope.training(
            tf.withSubScope("train"),
            variables,
            Precision.of(config.getRuntime()),
            new Seeds(seed, microStep),
            replicas);
    return SessionSettings.compilesLoops(config.getRuntime()) ? scope.compilingLoops() : scope;
  }

  private ProgramEndpoints.Step step(
      InputPipeline data, Task.TrainingOutputs outputs, Update update) {
    Ops in = tf.withSubScope("step");
    GradientSums sums =
        config.getOptimizer().getAccumulation() > 1
            ? GradientSums.build(in.withSubScope("sums"), variables, update.gradients())
            : null;
    StudentClipping clipped = clipped(in, sums == null ? update.gradients() : sums.totals());
    List<Op> updates = updates(in, update, clipped.gradients());
    StepScalars scalars =
        StepScalars.over(in.withSubScope("scalars"), replicas, outputs, data.waited());
    return new ProgramEndpoints.Step(
        endpoint(in, "loss", scalars.loss()),
        endpoint(in, "gradient_norm", clipped.norm()),
        endpoint(in, "gradient_half_squares", clipped.halfSquares()),
        endpoints(in.withSubScope("metrics"), scalars.metrics()),
        endpoints(in.withSubScope("gradient_norms"), clipped.norms()),
        List.copyOf(outputs.inputs().keySet()),
        inputsFinite(in, outputs.inputs()),
        scalars
            .votes()
            .map(v -> new ProgramEndpoints.Votes(name(v.own()), endpoint(in, "votes", v.all()))),
        ObservedFields.endpoints(in.withSubScope("fields"), data.batch(), task.checks()),
        endpoint(in, "data_wait", scalars.waited()),
        sums == null ? null : target(in, "begin", with(sums.begin(), update.further())),
        sums == null ? null : target(in, "add", with(sums.add(), update.further())),
        target(in, "update", updates),
        clipped.gradients().stream().map(g -> g.variable().name()).toList());
  }

  /** The means over all processes, within the limit of their norm. */
  private StudentClipping clipped(Ops in, List<Gradient> own) {
    List<Gradient> means =
        GradientExchange.means(
            in.withSubScope("exchange"), replicas, own, config.getCluster().getBucketBytes());
    return StudentClipping.apply(
        in.withSubScope("clip"),
        task.furtherStudents(),
        means,
        config.getOptimizer().getAccumulation(),
        config.getOptimizer().getClipNorm());
  }

  /** All that the last micro-batch of a step changes. */
  private List<Op> updates(Ops in, Update update, List<Gradient> gradients) {
    List<Op> moved =
        with(
            update
                .optimizer()
                .update(
                    in.withSubScope("optimizer"), variables, gradients, update.hyperparameters()),
            update.further());
    List<Op> averaged =
        update
            .averages()
            .update(in.withSubScope("averages"), moved, config.getOptimizer().getEmaDecay());
    return with(moved, averaged);
  }

  private String inputsFinite(Ops in, Map<String, Operand<TFloat32>> inputs) {
    if (inputs.isEmpty()) {
      return null;
    }
    Operand<TFloat32> flags = FiniteFlags.of(in.withSubScope("inputs"), inputs.values());
    return endpoint(in, "inputs_finite", replicas.mean(in, flags));
  }

  private static List<Op> with(List<Op> ops, List<Op> more) {
    return Stream.concat(ops.stream(), more.stream()).toList();
  }

  private ProgramEndpoints endpoints(
      Update update, ProgramEndpoints.Step step, List<Variable> parameters) {
    List<Variable> saved =
        update
            .averages()
            .named(variables.all().stream().filter(v -> !GradientSums.isSum(v)).toList());
    return new ProgramEndpoints(
        new ProgramEndpoints.Feeds(name(seed), name(microStep), name(update.hyperparameters())),
        step,
        parameters.stream().map(Variable::name).toList(),
        List.copyOf(variables.statistics()),
        target(tf, "initialize_variables", variables.initializations()),
        target(tf, "adopt_averages", update.averages().adopt(tf)),
        target(tf, "share_variables", shared(saved)),
        variablesFinite(saved),
        VariableFiles.build(tf.withSubScope("files"), saved));
  }

  /** What gives all replicas the values of the first. */
  private List<Op> shared(List<Variable> saved) {
    Ops in = tf.withSubScope("share");
    return replicas.areMany() ? saved.stream().map(v -> replicas.share(in, v)).toList() : List.of();
  }

  /** One flag for each variable, by name. */
  private String variablesFinite(Collection<Variable> saved) {
    Ops in = tf.withSubScope("finite");
    List<Operand<TBool>> flags =
        saved.stream()
            .sorted(Comparator.comparing(Variable::name))
            .<Operand<TBool>>map(v -> all(in, in.math.isFinite(v.value()), v.shape()))
            .toList();
    return endpoint(in, "variables", in.stack(flags));
  }

  private static Operand<TBool> all(Ops tf, Operand<TBool> flags, Shape shape) {
    int[] axes = IntStream.range(0, shape.numDimensions()).toArray();
    return tf.reduceAll(flags, tf.constant(axes));
  }

  private static Map<String, String> endpoints(Ops tf, Map<String, Operand<TFloat32>> values) {
    Map<String, String> names = new LinkedHashMap<>();
    values.forEach((name, value) -> names.put(name, endpoint(tf, name, value)));
    return names;
  }

  private static <T extends TType> String endpoint(Ops tf, String name, Operand<T> value) {
    return name(tf.withName(name).identity(value));
  }

  private static String target(Ops tf, String name, Collection<Op> ops) {
    return name(tf.withName(name).withControlDependencies(ops).noOp());
  }

  private static String name(Op op) {
    return op.op().name();
  }
}
