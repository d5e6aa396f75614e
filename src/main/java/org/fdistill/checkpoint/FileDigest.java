package org.fdistill.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Size and checksum of a file, or of what is to become one.
 *
 * @param bytes its size
 * @param crc32c in hexadecimal
 */
public record FileDigest(long bytes, String crc32c) {
  private static final int BLOCK = 1 << 20;

  static FileDigest of(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      while (channel.read(block) >= 0) {
        crc.update(block.flip());
        block.clear();
      }
      return new FileDigest(channel.size(), hex(crc));
    }
  }

  static FileDigest of(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return new FileDigest(content.length, hex(crc));
  }

  private static String hex(CRC32C crc) {
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
