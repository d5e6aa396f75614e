package org.fdistill.cli.predict;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.fdistill.data.DecodedImage;
import org.fdistill.files.WholeFile;
import org.fdistill.graph.LoadedModel;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/** The five most probable classes of each image, as {@code predictions.csv} and {@code .json}. */
public final class TopClasses implements Prediction {
  /** The output that makes a model a classifier. */
  public static final String OUTPUT = "probabilities";

  private static final String SIGNATURE = "image_bytes";
  private static final int TOP = 5;

  private final LoadedModel model;
  private final Path images;
  private final Path out;
  private final List<String> names;
  private final StringBuilder csv = new StringBuilder("image,rank,class,name,probability\n");
  private final JsonArray json = new JsonArray();

  /**
   * Of one model.
   *
   * @param images the folder of the images
   * @param out an existing folder
   * @param names of the classes, in their order; empty where unknown
   */
  public TopClasses(LoadedModel model, Path images, Path out, List<String> names) {
    this.model = model;
    this.images = images;
    this.out = out;
    this.names = names;
  }

  @Override
  public void add(Path name, DecodedImage image) throws IOException {
    float[] probabilities = probabilities(Files.readAllBytes(images.resolve(name)));
    List<Integer> best =
        IntStream.range(0, probabilities.length)
            .boxed()
            .sorted(Comparator.comparing(c -> -probabilities[c]))
            .limit(TOP)
            .toList();
    JsonArray top = new JsonArray();
    for (int rank = 0; rank < best.size(); rank++) {
      int number = best.get(rank);
      String text = String.format(Locale.ROOT, "%.6f", probabilities[number]);
      csv.append(
          String.format(
              Locale.ROOT,
              "%s,%d,%d,%s,%s\n",
              cell(name.toString()),
              rank + 1,
              number,
              cell(name(number)),
              text));
      JsonObject entry = new JsonObject();
      entry.addProperty("class", number);
      entry.addProperty("name", name(number));
      entry.addProperty("probability", probabilities[number]);
      top.add(entry);
    }
    JsonObject of = new JsonObject();
    of.addProperty("image", name.toString());
    of.add("top", top);
    json.add(of);
  }

  private float[] probabilities(byte[] file) {
    try (TString bytes = TString.tensorOfBytes(NdArrays.vectorOfObjects(file))) {
      return model
          .call(
              SIGNATURE,
              bytes,
              List.of(OUTPUT),
              (name, tensor) -> {
                float[] values = new float[Math.toIntExact(tensor.shape().size())];
                ((TFloat32) tensor).copyTo(DataBuffers.of(values, false, false));
                return values;
              })
          .get(OUTPUT);
    }
  }

  private String name(int number) {
    return number < names.size() ? names.get(number) : "";
  }

  /** As RFC 4180 has it. */
  private static String cell(String text) {
    return text.matches("[^,\"\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  @Override
  public String finish() throws IOException {
    WholeFile.write(out.resolve("predictions.csv"), csv.toString());
    String text = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(json);
    WholeFile.write(out.resolve("predictions.json"), text + "\n");
    return "predictions.csv and predictions.json in "
        + out
        + (json.size() == 1 ? ", of 1 image" : ", of " + json.size() + " images");
  }
}
