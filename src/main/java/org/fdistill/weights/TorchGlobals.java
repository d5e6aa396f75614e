package org.fdistill.weights;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.fdistill.weights.pickle.Constructor;
import org.fdistill.weights.pickle.CopyLimit;
import org.fdistill.weights.pickle.Globals;
import org.fdistill.weights.pickle.MalformedPickleException;
import org.fdistill.weights.pickle.NumpyClasses;
import org.fdistill.weights.pickle.PickledObject;
import org.fdistill.weights.pickle.PlainClasses;
import org.fdistill.weights.pickle.RefusedPickleException;
import org.fdistill.weights.pickle.Tuple;

/** All that a pickle of PyTorch's may name. */
final class TorchGlobals implements Globals {
  /** The prefix of the classes that a TorchScript archive defines itself. */
  private static final String SCRIPTED = "__torch__.";

  private static final Pattern DTYPE =
      Pattern.compile("q?u?int\\d+|b?float\\d+\\w*|complex\\d+|bool");

  private static final Pattern QUANTISED = Pattern.compile("QU?Int.*Storage");

  /** A {@code torch.dtype}, read or not. */
  private record Dtype(String name) {
    @Override
    public String toString() {
      return "torch." + name;
    }
  }

  /** A class that an archive of TorchScript defines: of objects, or an enum of plain values. */
  private record ScriptedClass(String name) implements Constructor {
    @Override
    public Object call(Tuple arguments) {
      return new PickledObject(name);
    }

    /** An enum's member is written as its class, called with the bare value. */
    @Override
    public Object reduce(Object arguments) {
      return arguments instanceof Tuple ? Constructor.super.reduce(arguments) : arguments;
    }
  }

  private final Function<Tuple, TorchStorage> storages;
  private final boolean scripted;
  private final Map<String, Object> known = new HashMap<>();

  /**
   * The globals of one pickle.
   *
   * @param limit counts what is copied while it is read
   * @param scripted whether it is a TorchScript archive's
   * @param storages finds the storage of (storage, type, key, device, elements, ...)
   */
  TorchGlobals(CopyLimit limit, boolean scripted, Function<Tuple, TorchStorage> storages) {
    this.storages = storages;
    this.scripted = scripted;
    known.putAll(PlainClasses.all(limit));
    known.putAll(NumpyClasses.all());
    addTensors();
    addValues();
    if (scripted) {
      addScripted();
    }
  }

  private void addTensors() {
    Constructor tensor = TorchTensor::of;
    Constructor first = arguments -> arguments.get(0, TorchTensor.class);
    known.put("torch._utils._rebuild_tensor", tensor);
    known.put("torch._utils._rebuild_tensor_v2", tensor);
    known.put("torch._utils._rebuild_tensor_v3", (Constructor) TorchGlobals::typedTensor);
    known.put("torch._utils._rebuild_parameter", first);
    known.put("torch._utils._rebuild_parameter_with_state", first);
    known.put("torch._tensor._rebuild_from_type_v2", (Constructor) this::withAttributes);
  }

  private static TorchTensor typedTensor(Tuple arguments) {
    Dtype type = arguments.get(6, Dtype.class);
    ElementType elementType = ElementType.ofTorchDtype(type.name());
    if (elementType == null) {
      throw new RefusedPickleException("it holds a tensor of " + type);
    }
    return TorchTensor.of(arguments, elementType);
  }

  /** A tensor with attributes of its own: (function, class, its arguments, attributes). */
  private Object withAttributes(Tuple arguments) {
    Constructor function = arguments.get(0, Constructor.class);
    if (function == known.get("torch._tensor._rebuild_from_type_v2")) {
      throw new MalformedPickleException("a tensor's attributes are nested");
    }
    return function.call(arguments.get(2, Tuple.class));
  }

  private void addValues() {
    Constructor first = arguments -> arguments.get(0);
    known.put("torch.Size", first);
    known.put("torch.torch_version.TorchVersion", first);
    known.put("torch.device", (Constructor) TorchGlobals::device);
    // Named, never called.
    known.put("torch.Tensor", "torch.Tensor");
    known.put("torch.nn.parameter.Parameter", "torch.nn.parameter.Parameter");
    known.put("torch.storage.UntypedStorage", new TorchStorage.Type("UntypedStorage", null));
    known.put("torch.UntypedStorage", new TorchStorage.Type("UntypedStorage", null));
  }

  private static String device(Tuple arguments) {
    String type = arguments.get(0, String.class);
    return arguments.size() > 1 ? type + ":" + arguments.getLong(1) : type;
  }

  /** The typed lists of TorchScript. */
  private void addScripted() {
    Constructor first = arguments -> arguments.get(0);
    for (String list : List.of("int", "double", "bool", "tensor")) {
      known.put("torch.jit._pickle.build_" + list + "list", first);
    }
    known.put("torch.jit._pickle.restore_type_tag", first);
  }

  @Override
  public Object find(String module, String name) {
    String full = module + "." + name;
    Object value = known.get(full);
    if (value != null) {
      return value;
    }
    if (module.equals("torch") || module.equals("torch.cuda")) {
      ElementType elementType = ElementType.ofTorchStorage(name);
      if (elementType != null) {
        return new TorchStorage.Type(name, elementType);
      }
    }
    if (module.equals("torch") && DTYPE.matcher(name).matches()) {
      return new Dtype(name);
    }
    if (scripted && full.startsWith(SCRIPTED) && !full.startsWith(SCRIPTED + "torch.classes.")) {
      return new ScriptedClass(full);
    }
    throw new RefusedPickleException(reason(full));
  }

  private static String reason(String full) {
    boolean ofTorch = full.startsWith("torch.");
    String name = full.substring(full.lastIndexOf('.') + 1);
    if (ofTorch && name.startsWith("Complex")) {
      return "it holds complex numbers (%s)".formatted(full);
    } else if (ofTorch && name.contains("sparse")) {
      return "it holds a sparse tensor (%s)".formatted(full);
    } else if (ofTorch && (name.equals("_rebuild_qtensor") || QUANTISED.matcher(name).matches())) {
      return "it holds a quantised tensor (%s)".formatted(full);
    }
    return ("it asks for %s; nothing that a file asks for is run here, and weights need no more"
            + " than tensors and plain containers")
        .formatted(full);
  }

  @Override
  public Object persistent(Object id) {
    if (id instanceof Tuple fields && fields.size() > 0 && "storage".equals(fields.get(0))) {
      return storages.apply(fields);
    }
    throw new RefusedPickleException("it refers to something beside the pickle that is no storage");
  }
}
