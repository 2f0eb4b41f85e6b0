package io.margay.server.internal;

import io.margay.protocol.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import java.io.EOFException;
import java.io.IOException;

/**
 * Records that lie in a file, on their way to a TLS connection, which has to encrypt them: they are copied piece by piece, as fast as the
 * client reads. On the connection's event loop.
 */
final class ChunkedRecords implements ChunkedInput<ByteBuf> {
  private static final int CHUNK_BYTES = 1 << 17;

  private final Records records;
  private final int size;
  private final Answers answers;
  private int position;
  private boolean closed;

  /**
   * @param records records with a file; taken over
   * @param answers is notified when all was sent or dropped
   */
  ChunkedRecords(Records records, Answers answers) {
    this.records = records;
    this.size = records.sizeBytes();
    this.answers = answers;
  }

  @Override
  public boolean isEndOfInput() {
    return position == size;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      records.release();
      answers.fileSent(size);
    }
  }

  @Override
  @Deprecated
  public ByteBuf readChunk(ChannelHandlerContext ctx) throws Exception {
    return readChunk(ctx.alloc());
  }

  @Override
  public ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
    int wanted = Math.min(CHUNK_BYTES, size - position);
    ByteBuf chunk = allocator.directBuffer(wanted);
    try {
      while (chunk.readableBytes() < wanted) {
        long from = records.filePosition() + position + chunk.readableBytes();
        if (chunk.writeBytes(records.fileOrNull(), from, wanted - chunk.readableBytes()) < 0) {
          throw new EOFException("the file of the records ends early");
        }
      }
    } catch (Throwable e) { // also an Error: the buffer must be given back
      chunk.release();
      throw e;
    }
    position += wanted;
    return chunk;
  }

  @Override
  public long length() {
    return size;
  }

  @Override
  public long progress() {
    return position;
  }
}
