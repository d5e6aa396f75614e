package org.fdistill.cli.predict;

import java.io.IOException;
import java.nio.file.Path;
import org.fdistill.data.DecodedImage;

/** Takes images one by one and writes what a model says of them. */
public interface Prediction {
  /**
   * Takes an image.
   *
   * @param name its path within the folder
   * @param image its pixels
   * @throws IOException where something that belongs to it cannot be read, with the reason
   */
  void add(Path name, DecodedImage image) throws IOException;

  /**
   * Writes what is written once.
   *
   * @return a line that says what there is now
   */
  String finish() throws IOException;
}
