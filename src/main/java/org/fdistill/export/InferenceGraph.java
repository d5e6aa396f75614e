package org.fdistill.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.checkpoint.VariableFiles;
import org.fdistill.data.augment.CentreCrop;
import org.fdistill.data.augment.EncodedImage;
import org.fdistill.data.augment.Framing;
import org.fdistill.data.augment.Resize;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.model.DenseMaps;
import org.fdistill.model.Endpoints;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;

/**
 * A clean graph of an exported network: its variables under the names that they had in training,
 * signatures that share them, and a saver. Everything is float32, whatever the run computed in.
 * Letters: B batch, S image side.
 */
final class InferenceGraph implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Ops tf = GraphScope.ops(graph);
  private final Variables variables = new Variables(tf, tf.constant(0L));
  private final ExportedNetwork network;
  private final int side;
  private final List<ServingSignature> signatures;
  private final VariableFiles saver;
  private final Map<Variable, InitialValue> initialValues = new LinkedHashMap<>();

  /**
   * What a variable is before it is restored.
   *
   * @param value zeros
   * @param assignment of the value
   */
  record InitialValue(Operand<TFloat32> value, Op assignment) {}

  InferenceGraph(ExportedNetwork network) {
    this.network = network;
    this.side = network.network().backbone().imageSize();
    this.signatures =
        network.dense() == null
            ? features()
            : new DenseSignatures(tf, variables, network.dense()).all();
    this.saver = VariableFiles.build(tf.withSubScope("save"), variables.all());
    Ops initial = tf.withSubScope("initialize");
    for (Variable variable : variables.all()) {
      Operand<TFloat32> zero =
          initial.zeros(initial.constant(variable.shape().asArray()), TFloat32.class);
      Op assignment = initial.assignVariableOp(variable.handle(), zero);
      initialValues.put(variable, new InitialValue(zero, assignment));
    }
  }

  Graph graph() {
    return graph;
  }

  ExportedNetwork network() {
    return network;
  }

  List<ServingSignature> signatures() {
    return signatures;
  }

  /** Saves, restores and sets the variables. */
  VariableFiles saver() {
    return saver;
  }

  /** The variables, each with what it is before it is restored. */
  Map<Variable, InitialValue> variables() {
    return initialValues;
  }

  /** S: the side of the images, in pixels. */
  int side() {
    return side;
  }

  /** The shape of every variable, by name. */
  Map<String, Shape> shapes() {
    return saver.shapes();
  }

  /** Of a network that gives features: its answers, and the maps inside of it. */
  private List<ServingSignature> features() {
    Ops own = tf.withSubScope(ServingSignature.PIXELS);
    Operand<TFloat32> images =
        own.withName("images")
            .placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, side, side, 3)));
    Operand<TFloat32> checked =
        RequestShape.require(own, images, "images_must_be_%d_high_and_%d_wide", side, side);
    LayerScope scope = inference(own);
    Endpoints endpoints = network.network().build(scope, checked);
    Map<String, Operand<TFloat32>> answers = network.outputs(scope, endpoints);
    return List.of(
        signature(own, ServingSignature.PIXELS, "images", images, answers),
        signature(
            tf.withSubScope(ServingSignature.MAPS),
            ServingSignature.MAPS,
            "images",
            images,
            DenseMaps.of(own, endpoints)),
        files());
  }

  private ServingSignature files() {
    Ops own = tf.withSubScope(ServingSignature.FILES);
    Operand<TString> bytes =
        own.withName("bytes").placeholder(TString.class, Placeholder.shape(Shape.of(-1)));
    Operand<TString> checked = RequestShape.require(own, bytes, "bytes_must_be_one_file_an_image");
    DecodedFiles images =
        DecodedFiles.of(own.withSubScope("decode"), checked, side, this::evaluationView);
    LayerScope scope = inference(own);
    Map<String, Operand<TFloat32>> outputs =
        network.outputs(scope, network.network().build(scope, images.pixels()));
    outputs.replaceAll((name, output) -> images.spoil(own, output));
    outputs.put(ServingSignature.DECODED, images.decoded());
    return signature(own, ServingSignature.FILES, "bytes", bytes, outputs);
  }

  private LayerScope inference(Ops own) {
    return LayerScope.inference(own, variables, Precision.FLOAT32);
  }

  /** From one file to [S, S, 3]; nothing is drawn for it. */
  private Operand<TUint8> evaluationView(Ops body, Operand<TString> file) {
    Framing framing = new CentreCrop(network.evalCrop(), side);
    Resize resize = new Resize(network.evalCrop().getInterpolation(), side);
    return new EncodedImage(file).view(body, framing, body.constant(new long[] {0, 0}), resize);
  }

  static ServingSignature signature(
      Ops own,
      String name,
      String inputName,
      Operand<?> input,
      Map<String, ? extends Operand<? extends TNumber>> values) {
    Map<String, Operand<? extends TNumber>> outputs = new LinkedHashMap<>();
    values.forEach((key, value) -> outputs.put(key, own.withName(key).identity(value)));
    return new ServingSignature(name, inputName, input, outputs);
  }

  /** All of it as it was built, with its saver and signatures. */
  MetaGraphDef whole() {
    MetaGraphDef.Builder meta = MetaGraphDef.newBuilder().setGraphDef(graph.toGraphDef());
    meta.setSaverDef(saver.toProto());
    signatures.forEach(signature -> meta.putSignatureDef(signature.name(), signature.toProto()));
    return meta.build();
  }

  /** The names of the nodes that an export needs. */
  List<String> roots() {
    List<String> roots = new ArrayList<>();
    for (ServingSignature signature : signatures) {
      signature.outputs().values().forEach(output -> roots.add(output.op().name()));
    }
    roots.add(saver.save());
    roots.add(saver.restoreAll());
    initialValues.values().forEach(v -> roots.add(v.assignment().op().name()));
    return roots;
  }

  @Override
  public void close() {
    graph.close();
  }
}
