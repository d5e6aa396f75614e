package org.fdistill.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorDescription;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A tensor of a traced step.
 *
 * @param type of its elements
 * @param sizes its shape
 * @param address of the memory that it lies in, which tensors may share; 0 where it is not told
 */
record TracedTensor(DataType type, List<Long> sizes, long address) {
  /** A type of numbers as XLA writes it. */
  private record Numbers(String name, int bytes) {}

  private static final Map<DataType, Numbers> NUMBERS =
      Map.ofEntries(
          Map.entry(DataType.DT_BOOL, new Numbers("pred", 1)),
          Map.entry(DataType.DT_UINT8, new Numbers("u8", 1)),
          Map.entry(DataType.DT_INT8, new Numbers("s8", 1)),
          Map.entry(DataType.DT_UINT16, new Numbers("u16", 2)),
          Map.entry(DataType.DT_INT16, new Numbers("s16", 2)),
          Map.entry(DataType.DT_BFLOAT16, new Numbers("bf16", 2)),
          Map.entry(DataType.DT_HALF, new Numbers("f16", 2)),
          Map.entry(DataType.DT_UINT32, new Numbers("u32", 4)),
          Map.entry(DataType.DT_INT32, new Numbers("s32", 4)),
          Map.entry(DataType.DT_FLOAT, new Numbers("f32", 4)),
          Map.entry(DataType.DT_UINT64, new Numbers("u64", 8)),
          Map.entry(DataType.DT_INT64, new Numbers("s64", 8)),
          Map.entry(DataType.DT_DOUBLE, new Numbers("f64", 8)));

  static TracedTensor of(TensorDescription tensor) {
    return new TracedTensor(
        tensor.getDtype(),
        tensor.getShape().getDimList().stream().map(TensorShapeProto.Dim::getSize).toList(),
        tensor.getAllocationDescription().getPtr());
  }

  /** Of numbers; 0 for handles and strings. */
  long bytes() {
    long each = NUMBERS.containsKey(type) ? NUMBERS.get(type).bytes() : 0;
    return sizes.stream().reduce(each, (x, y) -> x * y);
  }

  /** Such as {@code bf16[8,197,768]}. */
  @Override
  public String toString() {
    String name =
        NUMBERS.containsKey(type)
            ? NUMBERS.get(type).name()
            : type.name().replace("DT_", "").toLowerCase(Locale.ROOT);
    return name + sizes.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
  }
}
