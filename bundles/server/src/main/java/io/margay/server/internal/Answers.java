package io.margay.server.internal;

import io.margay.protocol.MessageWriter;
import io.margay.protocol.Records;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.List;

/**
 * Writes the answers of a connection to its channel, and knows how much of them the client has not read: bytes in buffers, which
 * take memory, and bytes in files, which do not but say as well that the client is slow.
 *
 * <p>Small amounts are in flight all the time and are counted by nobody; what stays after a flush is taken from the part for work of the
 * {@link RequestMemory}, whether it is there or not, since it exists. One per connection, on its event loop.
 */
final class Answers {
  /** Above this, no request is started. */
  static final long MAX_UNSENT_BYTES = 1 << 20;
  /** Up to this, what is not sent is not counted. */
  private static final long FREE_BYTES = 64 * 1024;
  /** So many answers are written before the next flush. */
  private static final int FLUSH_EVERY = 64;

  private final MemoryPool work;
  private ChannelHandlerContext ctx;
  private Runnable onSent;
  /** Whether records in files are encrypted, and so have to be copied. */
  private boolean encrypted;
  private long fileBytes;
  private long heldBytes;
  private long writtenBytes;
  private long takenBytes;
  private int unflushed;

  Answers(MemoryPool work) {
    this.work = work;
  }

  /** Sets where to write, whether it is encrypted there, and what to run when bytes of a file were sent. */
  void open(ChannelHandlerContext context, boolean tls, Runnable sent) {
    ctx = context;
    encrypted = tls;
    onSent = sent;
  }

  /** Counts an answer that waits for those before it. */
  void held(List<Object> parts) {
    heldBytes += bufferBytes(parts);
  }

  /** It waits no more. */
  void notHeld(List<Object> parts) {
    heldBytes -= bufferBytes(parts);
  }

  private static long bufferBytes(List<Object> parts) {
    long bytes = 0;
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i) instanceof ByteBuf buffer) {
        bytes += buffer.readableBytes();
      }
    }
    return bytes;
  }

  /** @param parts of one answer; taken over */
  void write(List<Object> parts) {
    for (int i = 0; i < parts.size(); i++) {
      write(parts.get(i));
    }
    if (++unflushed >= FLUSH_EVERY || !ctx.channel().isWritable()) {
      flush();
    }
  }

  private void write(Object part) {
    if (part instanceof ByteBuf buffer) {
      writtenBytes += buffer.readableBytes();
      ctx.write(buffer, ctx.voidPromise());
      return;
    }
    Records records = (Records) part;
    int size = records.sizeBytes();
    writtenBytes += size;
    if (records.fileOrNull() != null) {
      fileBytes += size;
      if (encrypted) {
        // what cannot be read leaves a part of an answer behind: the connection must end, as with a plaintext one
        ctx.write(new ChunkedRecords(records, this)).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
      } else {
        ctx.write(new SharedFileRegion(records, this), ctx.voidPromise());
      }
    } else {
      ByteBuf bytes = records.bufferOrNull();
      ctx.write(bytes.retain()).addListener(f -> records.release());
    }
  }

  /** Bytes of a file were sent, or never will be. */
  void fileSent(long bytes) {
    fileBytes -= bytes;
    onSent.run();
  }

  void flush() {
    unflushed = 0;
    ctx.flush();
    settle();
  }

  /** @return whether something was written since the last flush */
  boolean unflushed() {
    return unflushed > 0;
  }

  /** Takes or gives back memory for what is not sent. */
  void settle() {
    long now = pendingBytes() + heldBytes;
    long wanted = now <= FREE_BYTES ? 0 : now;
    if (wanted > takenBytes) {
      work.force(wanted - takenBytes);
    } else if (wanted < takenBytes) {
      work.give(takenBytes - wanted);
    }
    takenBytes = wanted;
  }

  private long pendingBytes() {
    ChannelOutboundBuffer out = ctx.channel().unsafe().outboundBuffer();
    return out == null ? 0 : out.totalPendingWriteBytes();
  }

  /** @return whether the client reads well enough for another request to start */
  boolean mayStart() {
    return ctx.channel().isWritable() && fileBytes + heldBytes < MAX_UNSENT_BYTES;
  }

  /** @return bytes of written answers that the client has not taken */
  long unsentBytes() {
    return pendingBytes() + fileBytes;
  }

  /** @return bytes of memory for which room was taken */
  long takenBytes() {
    return takenBytes;
  }

  /** @return bytes that the client has taken in all, roughly: it only grows while it reads */
  long sentBytes() {
    return writtenBytes - unsentBytes();
  }

  /** The channel is gone. */
  void close() {
    work.give(takenBytes);
    takenBytes = 0;
  }

  static void release(List<Object> parts) {
    parts.forEach(MessageWriter::releasePart);
  }
}
