package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Images of 2 by 2 pixels, written byte by byte. */
final class BmpDecoderTest {
  private static final int RED = 0xff0000;
  private static final int GREEN = 0x00ff00;
  private static final int BLUE = 0x0000ff;
  private static final int ODD = 0x123456;

  /** From the top left. */
  private static final List<Integer> PIXELS = List.of(RED, GREEN, BLUE, ODD);

  private static Graph graph;
  private static Session session;
  private static Placeholder<TString> bytes;
  private static Operand<TUint8> whole;
  private static Operand<TUint8> topRight;

  @BeforeAll
  static void build() {
    graph = new Graph();
    Ops tf = Ops.create(graph);
    bytes = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    whole = new ImageDecoder().decode(tf, bytes);
    Box box = new Box(tf.constant(0), tf.constant(1), tf.constant(1), tf.constant(1));
    topRight = new ImageDecoder().open(tf, bytes).pixels(tf, Optional.of(box));
    session = TestSession.open(graph);
  }

  @AfterAll
  static void close() {
    session.close();
    graph.close();
  }

  private static List<Integer> decode(byte[] file, Operand<TUint8> image) {
    try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(file));
        Result result = session.runner().feed(bytes, fed).fetch(image).run()) {
      TUint8 pixels = (TUint8) result.get(0);
      byte[] rgb = new byte[(int) pixels.size()];
      pixels.asRawTensor().data().read(rgb);
      ByteBuffer buffer = ByteBuffer.wrap(rgb);
      return Stream.generate(() -> rgb(buffer)).limit(rgb.length / 3).toList();
    }
  }

  private static int rgb(ByteBuffer bytes) {
    return ((bytes.get() & 255) << 16) | ((bytes.get() & 255) << 8) | (bytes.get() & 255);
  }

  /**
   * A file.
   *
   * @param header size of the second header
   * @param rest masks and palette
   * @param rows the bottom one first, each padded to four bytes
   */
  private static byte[] bmp(int header, int bits, int compression, byte[] rest, byte[] rows) {
    int inside = Math.min(rest.length, compression == 0 ? 0 : header - 40);
    int size = 14 + header + rest.length - inside + rows.length;
    ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 'B').put((byte) 'M').putInt(size).putInt(0).putInt(size - rows.length);
    file.putInt(header).putInt(2).putInt(2).putShort((short) 1).putShort((short) bits);
    file.putInt(compression).putInt(rows.length);
    file.put(compression == 0 ? 14 + header : 54, rest).put(size - rows.length, rows);
    return file.array();
  }

  private static byte[] ints(int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(values).forEach(buffer::putInt);
    return buffer.array();
  }

  /** The four pixels, each shifted by a rule. */
  private static byte[] rows(int bottomLeft, int bottomRight, int topLeft, int topRight) {
    return ints(bottomLeft, bottomRight, topLeft, topRight);
  }

  private static final byte[] BGR = {
    (byte) 255, 0, 0, 0x56, 0x34, 0x12, 0, 0, 0, 0, (byte) 255, 0, (byte) 255, 0, 0, 0
  };
  private static final byte[] PALETTE = ints(BLUE, ODD, RED, GREEN);
  private static final byte[] PLACES = {0, 1, 0, 0, 2, 3, 0, 0};

  static Stream<Arguments> images() {
    byte[] usual = rows(BLUE, ODD, RED, GREEN);
    byte[] redLowest = rows(0xff0000, 0x563412, 0x0000ff, 0x00ff00);
    byte[] alphaLowest = rows(0xff00, 0x12345600, 0xff000000, 0xff0000);
    int[] normal = {0xff0000, 0xff00, 0xff};
    int[] swapped = {0xff, 0xff00, 0xff0000};
    int[] shifted = {0xff000000, 0xff0000, 0xff00, 0xff};
    return Stream.of(
        Arguments.of("24 bits", bmp(40, 24, 0, new byte[0], BGR)),
        Arguments.of("24 bits, long header", bmp(124, 24, 0, new byte[0], BGR)),
        Arguments.of("32 bits", bmp(40, 32, 0, new byte[0], usual)),
        Arguments.of("palette", bmp(40, 8, 0, PALETTE, PLACES)),
        Arguments.of("palette, long header", bmp(108, 8, 0, PALETTE, PLACES)),
        Arguments.of("masks in the usual order", bmp(40, 32, 3, ints(normal), usual)),
        Arguments.of("masks, red lowest", bmp(40, 32, 3, ints(swapped), redLowest)),
        Arguments.of("masks in the header", bmp(124, 32, 3, ints(swapped), redLowest)),
        Arguments.of("masks, alpha lowest", bmp(56, 32, 3, ints(shifted), alphaLowest)),
        Arguments.of("masks of another kind", bmp(40, 32, 6, ints(shifted), alphaLowest)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("images")
  void coloursAreRight(String name, byte[] file) {
    assertThat(decode(file, whole)).isEqualTo(PIXELS);
    assertThat(decode(file, topRight)).containsExactly(GREEN);
  }

  static Stream<Arguments> others() {
    byte[] tenBits = ints(0x3ff00000, 0xffc00, 0x3ff);
    byte[] outside = {0, 1, 0, 0, 2, 9, 0, 0};
    byte[] core = bmp(40, 24, 0, new byte[0], BGR);
    core[14] = 12;
    String kind = "BMP of a kind that is not read";
    return Stream.of(
        Arguments.of("1 bit", bmp(40, 1, 0, ints(0, RED), new byte[8]), kind),
        Arguments.of("4 bits", bmp(40, 4, 0, PALETTE, new byte[8]), kind),
        Arguments.of("16 bits", bmp(40, 16, 0, new byte[0], new byte[8]), kind),
        // Long enough to pass for pixels.
        Arguments.of("run lengths", bmp(40, 8, 1, PALETTE, new byte[64]), kind),
        Arguments.of("masks of 10 bits", bmp(40, 32, 3, tenBits, new byte[16]), kind),
        Arguments.of("masks of 24 bits", bmp(40, 24, 3, ints(1, 2, 3), BGR), kind),
        Arguments.of("a header of OS/2", core, kind),
        Arguments.of("colour 9 of 4", bmp(40, 8, 0, PALETTE, outside), "not in its palette"),
        Arguments.of("headers alone", Arrays.copyOf(core, 40), kind),
        Arguments.of("two letters", new byte[] {'B', 'M'}, kind),
        Arguments.of(
            "half", Arrays.copyOf(bmp(40, 24, 0, new byte[0], BGR), 60), "they differ by -10"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("others")
  void otherKindsAreRefusedInWords(String name, byte[] file, String words) {
    for (Operand<TUint8> image : List.of(whole, topRight)) {
      assertThatThrownBy(() -> decode(file, image)).hasMessageContaining(words);
    }
  }

  /** Against Java's own writer and its own idea of the colours. */
  @Test
  void aPaletteOf256ColoursIsReadAsJavaWritesIt() throws IOException {
    Random random = new Random(1);
    byte[][] colours = new byte[3][256];
    Arrays.stream(colours).forEach(random::nextBytes);
    BufferedImage image =
        new BufferedImage(
            13,
            7,
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(8, 256, colours[0], colours[1], colours[2]));
    image.getRaster().setPixels(0, 0, 13, 7, random.ints(13 * 7, 0, 256).toArray());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "bmp", out);
    int[] expected = image.getRGB(0, 0, 13, 7, null, 0, 13);
    assertThat(decode(out.toByteArray(), whole))
        .containsExactlyElementsOf(Arrays.stream(expected).mapToObj(c -> c & 0xffffff).toList());
  }
}
