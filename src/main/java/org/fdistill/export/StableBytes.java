package org.fdistill.export;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Messages as bytes that are the same from run to run: the entries of maps are sorted. */
final class StableBytes {
  private StableBytes() {}

  static byte[] of(MessageLite message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
      out.checkNoSpaceLeft();
      return bytes;
    } catch (IOException e) { // Memory cannot fail.
      throw new UncheckedIOException(e);
    }
  }
}
