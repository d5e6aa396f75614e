package org.fdistill.data;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.proto.DataConfig;
import org.fdistill.testing.TestSession;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** A pipeline in a graph and session of its own. */
final class PipelineRun implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final InputPipeline pipeline;

  /** One example as it came out of a batch. */
  record Element(long position, long label, List<Byte> pixels) {}

  PipelineRun(DataConfig config, Options options) {
    this(config, ExampleSource.open(config), options);
  }

  PipelineRun(DataConfig config, ExampleSource source, Options options) {
    View view =
        View.all(
            options.fullBatches() ? ImageView.training(config) : ImageView.evaluation(config),
            View.label());
    pipeline = InputPipeline.build(Ops.create(graph), "input", config, source, view, options);
    session = TestSession.open(graph);
  }

  Session session() {
    return session;
  }

  InputPipeline pipeline() {
    return pipeline;
  }

  /** Batches from a position to the end. */
  List<List<Element>> batches(long position, long end) {
    pipeline.start(session, position, end);
    List<List<Element>> all = new ArrayList<>();
    while (true) {
      try {
        all.add(next());
      } catch (TFOutOfRangeException e) {
        return all;
      }
    }
  }

  /** Elements from a position to the end. */
  List<Element> elements(long position, long end) {
    return batches(position, end).stream().flatMap(List::stream).toList();
  }

  /** One property of each element. */
  <T> List<T> each(long position, long end, Function<Element, T> property) {
    return elements(position, end).stream().map(property).toList();
  }

  List<Element> next() {
    try (Result result =
        session
            .runner()
            .fetch(pipeline.batch().get(Field.IMAGE))
            .fetch(pipeline.batch().get(Field.LABEL))
            .fetch(pipeline.batch().get(Field.POSITION))
            .run()) {
      TUint8 images = (TUint8) result.get(0);
      TInt64 labels = (TInt64) result.get(1);
      TInt64 positions = (TInt64) result.get(2);
      List<Element> batch = new ArrayList<>();
      for (long b = 0; b < images.shape().get(0); b++) {
        batch.add(new Element(positions.getLong(b), labels.getLong(b), pixels(images, b)));
      }
      return batch;
    }
  }

  private static List<Byte> pixels(TUint8 images, long b) {
    byte[] bytes = new byte[(int) (images.size() / images.shape().get(0))];
    images.get(b).copyTo(DataBuffers.of(bytes));
    List<Byte> list = new ArrayList<>(bytes.length);
    for (byte value : bytes) {
      list.add(value);
    }
    return list;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
