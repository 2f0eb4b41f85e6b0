package io.margay.sockets.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.util.function.BooleanSupplier;

/**
 * Reads into buffers as large as the last reads were, but into small ones while memory is scarce: what is received
 * before its connection can be paused stays little. Shared by all connections.
 */
final class ScarceReads implements RecvByteBufAllocator {
  private static final int LEAST_BYTES = 512;
  private static final int FIRST_BYTES = 1024;
  private static final int TIGHT_BYTES = 4096;

  private final BooleanSupplier scarce;
  private final AdaptiveRecvByteBufAllocator adaptive;

  ScarceReads(BooleanSupplier scarce, int maxBytes) {
    this.scarce = scarce;
    this.adaptive = new AdaptiveRecvByteBufAllocator(LEAST_BYTES, FIRST_BYTES, maxBytes);
  }

  @Override
  public Handle newHandle() {
    return new ScarceHandle(adaptive.newHandle(), scarce);
  }

  private static final class ScarceHandle extends DelegatingHandle implements ExtendedHandle {
    private final BooleanSupplier scarce;

    ScarceHandle(Handle adaptive, BooleanSupplier scarce) {
      super(adaptive);
      this.scarce = scarce;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return scarce.getAsBoolean() ? allocator.ioBuffer(Math.min(TIGHT_BYTES, guess())) : super.allocate(allocator);
    }

    @Override
    public boolean continueReading(io.netty.util.UncheckedBooleanSupplier maybeMoreData) {
      return ((ExtendedHandle) delegate()).continueReading(maybeMoreData);
    }
  }
}
