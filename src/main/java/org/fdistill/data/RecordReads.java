package org.fdistill.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/** Reads one record of a TFRecord file in the graph. */
public final class RecordReads {
  private RecordReads() {}

  /**
   * The record at an offset: a data set of one file, of which one element is taken. A record that
   * is not whole is an error when the graph runs.
   *
   * @param file its path, scalar
   * @param offset of the record's first byte, scalar
   */
  public static Operand<TString> at(Ops tf, Operand<TString> file, Operand<TInt64> offset) {
    List<Class<? extends TType>> types = List.of(TString.class);
    List<Shape> shapes = List.of(Shape.scalar());
    Operand<? extends TType> all =
        tf.data.tfRecordDataset(file, tf.constant(""), tf.constant(0L), offset);
    Operand<? extends TType> one = tf.data.takeDataset(all, tf.constant(1L), types, shapes);
    return tf.data
        .datasetToSingleElement(one, types, shapes)
        .components()
        .get(0)
        .expect(TString.class);
  }

  /**
   * Features of a tf.Example, one value each.
   *
   * @param record scalar
   * @param ifMissing by name: the value where the record has no such feature, scalar
   */
  public static Map<String, Output<?>> features(
      Ops tf, Operand<TString> record, Map<String, Operand<?>> ifMissing) {
    List<String> names = List.copyOf(ifMissing.keySet());
    List<Shape> shapes = new ArrayList<>(names.stream().map(name -> Shape.scalar()).toList());
    List<Output<?>> values =
        tf.io
            .parseSingleExample(
                record,
                names.stream().<Operand<?>>map(ifMissing::get).toList(),
                0L,
                List.of(),
                names,
                List.of(),
                shapes)
            .denseValues();
    Map<String, Output<?>> features = new LinkedHashMap<>();
    names.forEach(name -> features.put(name, values.get(features.size())));
    return features;
  }
}
