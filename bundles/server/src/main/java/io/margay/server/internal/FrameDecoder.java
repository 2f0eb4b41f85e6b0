package io.margay.server.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts the stream of a connection into frames:
 *
 * <pre>
 *   int32 size | size bytes
 * </pre>
 *
 * A frame that lies whole in what was received is passed on as a slice of it, without a copy. Only the part at the end that is
 * not whole yet is copied, into a buffer that doubles as bytes arrive: what a client announces costs nothing. A frame over
 * {@link MemoryBudget#FREE_BYTES} waits for its share of the budget when it reaches that size, with reading paused, and a
 * client that then lets its frame stand still loses the connection.
 *
 * <p>One per connection, on its event loop. Passes on {@link ByteBuf}s without the size, or {@link BigFrame}s, owned by the receiver. A size that is
 * negative or above the limit closes the connection with one line in the log.
 */
final class FrameDecoder extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(FrameDecoder.class);
  private static final int MIN_FRAME_BYTES = 8;
  private static final long STALL_SECONDS = 30;

  private final int maxFrameBytes;
  private final MemoryBudget budget;
  private final ReadGate gate;
  private ByteBuf partial;
  private long reserved;
  private boolean waiting;
  private boolean closed;
  private long lastProgressNanos;

  /**
   * @param maxFrameBytes largest frame that is taken, in bytes
   * @param budget shared by all connections
   * @param gate pauses reading of this connection
   */
  FrameDecoder(int maxFrameBytes, MemoryBudget budget, ReadGate gate) {
    this.maxFrameBytes = maxFrameBytes;
    this.budget = budget;
    this.gate = gate;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    ByteBuf in = (ByteBuf) msg;
    try {
      if (partial != null) {
        fill(ctx, in);
      }
      while (!closed && partial == null && in.isReadable()) {
        if (!takeWhole(ctx, in)) {
          keepRest(ctx, in);
        }
      }
    } finally {
      in.release();
    }
  }

  /** Passes on the frame at the reader index. @return false when it is not whole */
  private boolean takeWhole(ChannelHandlerContext ctx, ByteBuf in) {
    if (in.readableBytes() < 4) {
      return false;
    }
    int at = in.readerIndex();
    int size = checkedSize(ctx, in, at, in.readableBytes());
    if (closed || in.readableBytes() - 4 < size) {
      return closed;
    }
    in.skipBytes(4);
    ctx.fireChannelRead(in.readRetainedSlice(size));
    return true;
  }

  private int checkedSize(ChannelHandlerContext ctx, ByteBuf in, int at, int readable) {
    int size = in.getInt(at);
    if (size < MIN_FRAME_BYTES || size > maxFrameBytes || size > budget.totalBytes()) {
      refuse(ctx, ForeignProtocol.describe(in, at, readable)
          + (size > maxFrameBytes ? "; the limit is socket.request.max.bytes=" + maxFrameBytes : ""));
    }
    return size;
  }

  private void refuse(ChannelHandlerContext ctx, String what) {
    LOG.warn("Closing the connection: what came is {} client={}", what, ctx.channel().remoteAddress());
    closed = true;
    ctx.close();
  }

  private void keepRest(ChannelHandlerContext ctx, ByteBuf in) {
    int have = in.readableBytes();
    int want = have < 4 ? 64 : 4 + in.getInt(in.readerIndex());
    partial = ctx.alloc().directBuffer(Math.min(want, Math.max(have, 256)), Integer.MAX_VALUE);
    fill(ctx, in);
  }

  /** Moves bytes from {@code in} to the partial frame, as many as belong to it, and passes it on when it is whole. */
  private void fill(ChannelHandlerContext ctx, ByteBuf in) {
    lastProgressNanos = System.nanoTime();
    if (partial.readableBytes() < 4) {
      partial.writeBytes(in, Math.min(in.readableBytes(), 4 - partial.readableBytes()));
      if (partial.readableBytes() < 4) {
        return;
      }
    }
    int total = 4 + checkedSize(ctx, partial, partial.readerIndex(), partial.readableBytes());
    if (closed) {
      return;
    }
    int count = Math.min(in.readableBytes(), total - partial.readableBytes());
    grow(ctx, partial.readableBytes() + count, total);
    partial.writeBytes(in, count);
    if (partial.readableBytes() == total) {
      ByteBuf frame = partial;
      partial = null;
      frame.skipBytes(4);
      long share = reserved;
      reserved = 0;
      ctx.fireChannelRead(share == 0 ? frame : new BigFrame(frame, share));
    } else if (total > MemoryBudget.FREE_BYTES && reserved == 0 && !waiting && partial.readableBytes() >= MemoryBudget.FREE_BYTES / 2) {
      reserve(ctx, total);
    }
  }

  private void grow(ChannelHandlerContext ctx, int needed, int total) {
    if (needed > partial.capacity()) {
      ByteBuf bigger = ctx.alloc().directBuffer((int) Math.min(total, Math.max(needed, 2L * partial.capacity())));
      bigger.writeBytes(partial);
      partial.release();
      partial = bigger;
    }
  }

  private void reserve(ChannelHandlerContext ctx, int total) {
    if (budget.reserve(this, total, () -> ctx.executor().execute(() -> granted(ctx, total)))) {
      reserved = total;
      watch(ctx);
    } else {
      waiting = true;
      gate.pause(ReadGate.Reason.MEMORY);
    }
  }

  private void granted(ChannelHandlerContext ctx, int total) {
    waiting = false;
    if (closed || partial == null) {
      budget.release(total);
      return;
    }
    reserved = total;
    lastProgressNanos = System.nanoTime();
    watch(ctx);
    gate.resume(ReadGate.Reason.MEMORY);
  }

  private void watch(ChannelHandlerContext ctx) {
    ctx.executor().schedule(() -> {
      if (reserved == 0 || closed) {
        return;
      }
      if (System.nanoTime() - lastProgressNanos > TimeUnit.SECONDS.toNanos(STALL_SECONDS)) {
        refuse(ctx, "a big frame that has not grown for " + STALL_SECONDS + " s while others wait for its memory");
      } else {
        watch(ctx);
      }
    }, STALL_SECONDS, TimeUnit.SECONDS);
  }

  private void returnReservation() {
    if (reserved > 0) {
      long bytes = reserved;
      reserved = 0;
      budget.release(bytes);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closed = true;
    // a wish that is no longer in the queue was granted: granted() gives it back when it runs
    budget.forget(this);
    returnReservation();
    if (partial != null) {
      partial.release();
      partial = null;
    }
    ctx.fireChannelInactive();
  }
}
