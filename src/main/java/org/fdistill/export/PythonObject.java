package org.fdistill.export;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fdistill.graph.Variable;
import org.tensorflow.Operand;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.FunctionSpec;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedBareConcreteFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedConcreteFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedUserObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedVariable;
import org.tensorflow.proto.Struct.DictValue;
import org.tensorflow.proto.Struct.ListValue;
import org.tensorflow.proto.Struct.NamedTupleValue;
import org.tensorflow.proto.Struct.NoneValue;
import org.tensorflow.proto.Struct.PairValue;
import org.tensorflow.proto.Struct.StructuredValue;
import org.tensorflow.proto.Struct.TensorSpecProto;
import org.tensorflow.proto.Struct.TupleValue;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject.ObjectReference;
import org.tensorflow.proto.VersionDef;

/**
 * What {@code tf.saved_model.load} of Python makes of an export: an object that can be called as
 * {@code serving_default}, with the other signatures on pixels as methods, {@code signatures}, and
 * lists of variables: TensorFlow's interface of reusable SavedModels. The variables are read from
 * the bundle by their names.
 */
final class PythonObject {
  private final SavedObjectGraph.Builder objects = SavedObjectGraph.newBuilder();
  private final List<FunctionDef> functions = new ArrayList<>();
  private final SavedObject.Builder root = userObject("_generic_user_object");
  private final Map<String, Integer> variables = new LinkedHashMap<>();

  /**
   * Describes the object.
   *
   * @param graph its signatures and variables
   * @param lean what is exported of it
   */
  PythonObject(InferenceGraph graph, GraphDef lean) {
    objects.addNodes(root); // is number 0; its children follow
    Collection<Variable> all = graph.variables().keySet();
    all.forEach(v -> variables.put(v.handle().op().name(), add(variable(v))));
    list("variables", all.stream());
    list("trainable_variables", all.stream().filter(Variable::trainable));
    list("regularization_losses", Stream.of());
    SavedObject.Builder signatures = userObject("signature_map");
    for (ServingSignature signature : graph.signatures()) {
      SignatureFunction function = SignatureFunction.of(signature, lean);
      signatures.addChildren(reference(signature.name(), signature(signature, function)));
      int method = method(signature, function);
      root.addChildren(reference(signature.name(), method));
      if (signature.name().equals(ServingSignature.PIXELS)) {
        root.addChildren(reference("__call__", method));
      }
    }
    root.addChildren(reference("signatures", add(signatures)));
    objects.setNodes(0, root);
  }

  SavedObjectGraph objects() {
    return objects.build();
  }

  /** The functions that the object calls, beside those of the exported graph. */
  List<FunctionDef> functions() {
    return functions;
  }

  private int add(SavedObject.Builder object) {
    objects.addNodes(object);
    return objects.getNodesCount() - 1;
  }

  private static SavedObject.Builder userObject(String kind) {
    VersionDef version = VersionDef.newBuilder().setProducer(1).setMinConsumer(1).build();
    return SavedObject.newBuilder()
        .setUserObject(SavedUserObject.newBuilder().setIdentifier(kind).setVersion(version));
  }

  private static SavedObject.Builder variable(Variable variable) {
    SavedVariable.Builder saved = SavedVariable.newBuilder();
    saved.setName(variable.name()).setTrainable(variable.trainable());
    saved.setDtype(variable.value().asOutput().dataType());
    saved.setShape(ServingSignature.shape(variable.shape()));
    return SavedObject.newBuilder().setVariable(saved);
  }

  private void list(String name, Stream<Variable> members) {
    SavedObject.Builder list = userObject("trackable_list_wrapper");
    members.forEach(
        variable -> {
          String number = Integer.toString(list.getChildrenCount());
          list.addChildren(reference(number, variables.get(variable.handle().op().name())));
        });
    root.addChildren(reference(name, add(list)));
  }

  private static ObjectReference reference(String name, int node) {
    return ObjectReference.newBuilder().setLocalName(name).setNodeId(node).build();
  }

  /** Takes its input by name. */
  private int signature(ServingSignature signature, SignatureFunction function) {
    functions.add(function.definition());
    StructuredValue input = spec(signature.inputName(), signature.input());
    DictValue.Builder named = DictValue.newBuilder().putFields(signature.inputName(), input);
    describe(signature, function, function.name(), List.of(), named.build());
    SavedBareConcreteFunction.Builder bare = SavedBareConcreteFunction.newBuilder();
    bare.setConcreteFunctionName(function.name());
    bare.addArgumentKeywords(signature.inputName()).setAllowedPositionalArguments(1);
    bare.setFunctionSpec(arguments(List.of(), List.of(signature.inputName())));
    return add(SavedObject.newBuilder().setBareConcreteFunction(bare));
  }

  /** Takes its input by place, or by name; images as floats or as bytes. */
  private int method(ServingSignature signature, SignatureFunction function) {
    DataType type = signature.input().asOutput().dataType();
    SavedFunction.Builder method = SavedFunction.newBuilder();
    method.addConcreteFunctions(overload(signature, function, function.caller(), type));
    if (type == DataType.DT_FLOAT) {
      method.addConcreteFunctions(
          overload(signature, function, function.callerOfBytes(), DataType.DT_UINT8));
    }
    method.setFunctionSpec(arguments(List.of(signature.inputName()), List.of()));
    return add(SavedObject.newBuilder().setFunction(method));
  }

  private String overload(
      ServingSignature signature, SignatureFunction function, FunctionDef caller, DataType type) {
    String name = caller.getSignature().getName();
    functions.add(caller);
    StructuredValue input = spec(signature.inputName(), type, signature.input());
    describe(signature, function, name, List.of(input), DictValue.getDefaultInstance());
    return name;
  }

  private void describe(
      ServingSignature signature,
      SignatureFunction function,
      String name,
      List<StructuredValue> byPlace,
      DictValue byName) {
    DictValue.Builder outputs = DictValue.newBuilder();
    signature.outputs().forEach((key, output) -> outputs.putFields(key, spec(key, output)));
    SavedConcreteFunction.Builder concrete = SavedConcreteFunction.newBuilder();
    function.variables().forEach(handle -> concrete.addBoundInputs(variables.get(handle)));
    concrete.setCanonicalizedInputSignature(
        tuple(List.of(tuple(byPlace), StructuredValue.newBuilder().setDictValue(byName).build())));
    concrete.setOutputSignature(StructuredValue.newBuilder().setDictValue(outputs));
    objects.putConcreteFunctions(name, concrete.build());
  }

  /** The arguments of a Python function, as its inspection would give them. */
  private static FunctionSpec arguments(List<String> byPlace, List<String> byName) {
    StructuredValue none =
        StructuredValue.newBuilder().setNoneValue(NoneValue.getDefaultInstance()).build();
    NamedTupleValue.Builder all = NamedTupleValue.newBuilder().setName("FullArgSpec");
    all.addValues(pair("args", names(byPlace)));
    all.addValues(pair("varargs", none));
    all.addValues(pair("varkw", none));
    all.addValues(pair("defaults", none));
    all.addValues(pair("kwonlyargs", names(byName)));
    all.addValues(pair("kwonlydefaults", none));
    DictValue empty = DictValue.getDefaultInstance();
    all.addValues(pair("annotations", StructuredValue.newBuilder().setDictValue(empty).build()));
    return FunctionSpec.newBuilder()
        .setFullargspec(StructuredValue.newBuilder().setNamedTupleValue(all))
        .setInputSignature(none)
        .build();
  }

  private static PairValue pair(String key, StructuredValue value) {
    return PairValue.newBuilder().setKey(key).setValue(value).build();
  }

  private static StructuredValue names(List<String> names) {
    ListValue.Builder list = ListValue.newBuilder();
    names.forEach(name -> list.addValues(StructuredValue.newBuilder().setStringValue(name)));
    return StructuredValue.newBuilder().setListValue(list).build();
  }

  private static StructuredValue tuple(List<StructuredValue> values) {
    return StructuredValue.newBuilder()
        .setTupleValue(TupleValue.newBuilder().addAllValues(values))
        .build();
  }

  private static StructuredValue spec(String name, Operand<?> tensor) {
    return spec(name, tensor.asOutput().dataType(), tensor);
  }

  private static StructuredValue spec(String name, DataType type, Operand<?> tensor) {
    return StructuredValue.newBuilder()
        .setTensorSpecValue(
            TensorSpecProto.newBuilder()
                .setName(name)
                .setDtype(type)
                .setShape(ServingSignature.batches(tensor.shape())))
        .build();
  }
}
