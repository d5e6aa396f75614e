package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fdistill.graph.FrozenModels.handle;
import static org.fdistill.graph.FrozenModels.variable;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

class FrozenValuesTest {
  private static final String SWIN_V2 =
      "swin_v2 { image_size: 32 patch_size: 4 width: 16 depths: [1, 1] heads: [2, 2] window: 4 }";
  private static final String SWIN =
      "swin { image_size: 32 patch_size: 4 width: 16 depths: [2, 1] heads: [2, 2] window: 4 }";
  private static final Shape IMAGES = Shape.of(2, 32, 32, 3);
  private static final Shape ROWS = Shape.of(3, 4);

  private static final Set<String> PLAIN =
      Set.of("Const", "VarHandleOp", "ReadVariableOp", "Identity", "Reshape", "ExpandDims");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {SWIN_V2, SWIN})
  void whatIsComputedOnceHasTheBitsOfWhatIsComputedInEachStep(String architecture) {
    FrozenProgram program = FrozenModels.tokens(architecture, folder, IMAGES);
    assertSameBits(program);
    FrozenProgram half = program.inBfloat16();
    assertSameBits(half);
  }

  private static void assertSameBits(FrozenProgram program) {
    FrozenProgram held = held(program);
    assertThat(steps(held)).hasSizeLessThan(steps(program).size());
    assertThat(FrozenModels.answer(held, IMAGES))
        .isEqualTo(FrozenModels.answer(program, IMAGES))
        .doesNotContain(Float.NaN);
  }

  /** Its network, gather, sigmoid and all the rest of it. */
  @Test
  void nothingOfAPositionBiasIsComputedInAStep() {
    FrozenProgram program = FrozenModels.tokens(SWIN_V2, folder, IMAGES);
    assertThat(computedOfVariables(program)).contains("MatMul", "Sigmoid", "GatherV2");
    assertThat(computedOfVariables(held(program))).isEmpty();
  }

  @Test
  void variablesThatOnlyHeldValuesFollowFromAreGivenBack() {
    FrozenProgram held =
        held(
            program(
                (tf, x) -> {
                  Operand<TFloat32> both = variable(tf, "both", 4);
                  Operand<TFloat32> scale = tf.math.rsqrt(tf.math.square(variable(tf, "own", 4)));
                  Operand<TFloat32> shift = tf.math.square(both);
                  return tf.math.add(
                      tf.math.mul(x, scale), tf.math.add(tf.math.add(x, both), shift));
                }));
    assertThat(held.graph().getNodeList())
        .filteredOn(node -> node.getOp().equals("DestroyResourceOp"))
        .singleElement()
        .returns("own", node -> node.getInput(0));
  }

  /** 4 numbers make 4 of one kind and 64 of another, of which the model's 8 leave room for one. */
  @Test
  void whatIsLargerThanTheWeightsIsComputedInEachStep() {
    FrozenProgram held =
        held(
            program(
                (tf, x) -> {
                  Operand<TFloat32> v = variable(tf, "v", 4);
                  Operand<TFloat32> many =
                      tf.broadcastTo(tf.math.square(v), tf.constant(new int[] {16, 1, 4}));
                  return tf.math.add(tf.math.add(x, tf.math.rsqrt(v)), many);
                }));
    assertThat(computedOfVariables(held)).containsExactlyInAnyOrder("Square", "BroadcastTo");
  }

  /** As in an update of running statistics, which no step of inference should hold, but may. */
  @Test
  void whatFollowsFromAVariableThatTheStepWritesIsNotFrozen() {
    FrozenProgram program =
        program(
            (tf, x) -> {
              VarHandleOp handle = handle(tf, "v", 4);
              Operand<TFloat32> v = tf.readVariableOp(handle, TFloat32.class);
              Ops after = tf.withControlDependencies(tf.assignAddVariableOp(handle, v));
              return after.math.add(x, after.math.square(v));
            });
    assertThat(FrozenValues.hold("held", program)).isEmpty();
  }

  @Test
  void singleNumbersAndWeightsAsTheyAreStay() {
    FrozenProgram program =
        program(
            (tf, x) ->
                tf.math.mul(
                    tf.math.add(x, tf.reshape(variable(tf, "v", 2, 2), tf.array(4))),
                    tf.math.exp(variable(tf, "temperature"))));
    assertThat(FrozenValues.hold("held", program)).isEmpty();
  }

  private static FrozenProgram program(FrozenModels.Formula formula) {
    return FrozenModels.program(ROWS, formula);
  }

  private static FrozenProgram held(FrozenProgram program) {
    return FrozenValues.hold("held", program).orElseThrow();
  }

  private static Set<String> steps(FrozenProgram program) {
    return program.parts().needed(List.of(Subgraph.nodeOf(program.output())));
  }

  /** The types of the ops that each step computes of variables alone. */
  private static List<String> computedOfVariables(FrozenProgram program) {
    FrozenTensors tensors = FrozenTensors.of(program.graph(), program.input(), program.output());
    Subgraph parts = program.parts();
    return steps(program).stream()
        .filter(tensors::isFrozen)
        .filter(
            name ->
                parts.needed(List.of(name)).stream()
                    .anyMatch(n -> parts.node(n).getOp().equals("VarHandleOp")))
        .map(parts::node)
        .map(NodeDef::getOp)
        .filter(op -> !PLAIN.contains(op))
        .toList();
  }
}
