package org.fdistill.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.DeviceSpec;
import org.tensorflow.ExecutionEnvironment;
import org.tensorflow.Graph;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;

/**
 * Names of a graph's ops. TensorFlow Java's own scopes read every op of the graph whenever a scope
 * is opened, which takes most of the time of building a network of many layers; these look up one
 * name. The names that they give are the same.
 */
public final class GraphScope implements Scope {
  private final Graph graph;
  private final Names names;
  private final String path;
  private final String name;
  private final List<Operation> dependencies;
  private final DeviceSpec device;
  private final boolean init;

  /** Names that were asked for in one graph, each with how many times. */
  private static final class Names {
    private final Graph graph;
    private final Map<String, Integer> taken = new HashMap<>();

    Names(Graph graph) {
      this.graph = graph;
    }

    /** The name itself, or with the first suffix that no scope and no op of the graph has. */
    String unique(String name) {
      String candidate = name;
      while (isTaken(candidate)) {
        candidate = name + "_" + taken.merge(name, 1, Integer::sum);
      }
      taken.put(candidate, 0);
      return candidate;
    }

    private boolean isTaken(String name) {
      boolean known = taken.containsKey(name);
      if (!known && graph.operation(name) != null) {
        taken.put(name, 0);
        return true;
      }
      return known;
    }
  }

  /** What {@link Ops#create} asks for a scope. */
  private record Environment(Graph graph, Scope baseScope) implements ExecutionEnvironment {
    @Override
    public OperationBuilder opBuilder(String type, String name, Scope scope) {
      return graph.opBuilder(type, name, scope);
    }

    @Override
    public void attachFunction(ConcreteFunction function) {
      graph.attachFunction(function);
    }

    @Override
    public void checkInput(Operation input) {
      graph.checkInput(input);
    }

    @Override
    public Types environmentType() {
      return graph.environmentType();
    }

    @Override
    public boolean isInitializer(Operation op) {
      return graph.isInitializer(op);
    }
  }

  private GraphScope(
      Graph graph,
      Names names,
      String path,
      String name,
      List<Operation> dependencies,
      DeviceSpec device,
      boolean init) {
    this.graph = graph;
    this.names = names;
    this.path = path;
    this.name = name;
    this.dependencies = List.copyOf(dependencies);
    this.device = device;
    this.init = init;
  }

  /** The ops of a graph, at the root of its names. One call serves all who build into it. */
  public static Ops ops(Graph graph) {
    DeviceSpec anywhere = DeviceSpec.newBuilder().build();
    Scope root = new GraphScope(graph, new Names(graph), "", null, List.of(), anywhere, false);
    return Ops.create(new Environment(graph, root));
  }

  @Override
  public ExecutionEnvironment env() {
    return graph;
  }

  @Override
  public Scope withSubScope(String childName) {
    String child = names.unique(path + checked(name == null ? childName : name));
    return new GraphScope(graph, names, child + "/", null, dependencies, device, init);
  }

  @Override
  public Scope withName(String opName) {
    return new GraphScope(graph, names, path, checked(opName), dependencies, device, init);
  }

  @Override
  public Scope withNameAsSubScope(String defaultName) {
    return withSubScope(defaultName);
  }

  @Override
  public Scope withDevice(DeviceSpec newDevice) {
    return new GraphScope(graph, names, path, name, dependencies, newDevice, init);
  }

  @Override
  public Scope withInitScope() {
    return new GraphScope(graph, names, path, name, List.of(), device, true);
  }

  @Override
  public Scope withControlDependencyOps(Iterable<Operation> controls) {
    List<Operation> operations = new ArrayList<>();
    controls.forEach(operations::add);
    return new GraphScope(graph, names, path, name, operations, device, init);
  }

  @Override
  public String makeOpName(String defaultName) {
    return names.unique(path + checked(name == null ? defaultName : name));
  }

  @Override
  public String makeUnique(String id) {
    return names.unique(path + checked(id)).substring(path.length());
  }

  @Override
  public void refreshNames() {
    // Names are looked up in the graph when they are asked for.
  }

  @Override
  public OperationBuilder apply(OperationBuilder builder) {
    builder.setDevice(device.toString());
    for (Operation dependency : dependencies) {
      if (init || !graph.isInitializer(dependency)) {
        builder.addControlInput(dependency);
      }
    }
    return builder;
  }

  @Override
  public String getDeviceString() {
    return device.toString();
  }

  @Override
  public boolean isInit() {
    return init;
  }

  private static String checked(String name) {
    if (!Scope.isValidOpName(name)) {
      throw new IllegalArgumentException("not a name of an op: " + name);
    }
    return name;
  }
}
