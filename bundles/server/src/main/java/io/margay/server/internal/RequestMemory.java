package io.margay.server.internal;

import io.margay.spi.memory.MemoryUser;

/**
 * The memory that requests may take in this process, in three equal parts:
 *
 * <ul>
 * <li>frames: what has arrived, from its first byte until its request is answered;
 * <li>one frame more: what the one frame that is privileged may take although others hold the first part, so that frames which
 *     grow never wait for each other for good;
 * <li>work: what is decoded, what handlers keep, and answers that clients do not read.
 * </ul>
 *
 * Work is a part of its own because a request that has arrived needs it to finish, and frames are given back only then. A connection may
 * have a quarter of it.
 */
final class RequestMemory implements MemoryUser {
  private static final long LEAST_BYTES = 3L << 20;

  private final MemoryPool frames;
  private final MemoryPool work;

  /** @param totalBytes how many bytes there are; too small a number is raised to 3 MiB */
  RequestMemory(long totalBytes) {
    long part = Math.max(LEAST_BYTES, totalBytes) / 3;
    this.frames = new MemoryPool(part, true);
    this.work = new MemoryPool(part, false);
  }

  /** @return half of what the heap or the direct memory may become, whichever is less */
  static long defaultBytes() {
    return Math.min(Runtime.getRuntime().maxMemory(), io.netty.util.internal.PlatformDependent.maxDirectMemory()) / 2;
  }

  MemoryPool frames() {
    return frames;
  }

  MemoryPool work() {
    return work;
  }

  /** @return the largest frame that can be taken, in bytes */
  long maxFrameBytes() {
    return frames.totalBytes();
  }

  /** @return how much of {@link #work} a connection may have, in bytes */
  long workShareBytes() {
    return work.totalBytes() / 4;
  }

  @Override
  public String name() {
    return "requests";
  }

  @Override
  public long usedBytes() {
    return Math.max(0, frames.takenBytes()) + Math.max(0, work.takenBytes());
  }

  @Override
  public long limitBytes() {
    return 3 * frames.totalBytes();
  }

  @Override
  public String largest() {
    return "frames " + Math.max(0, frames.takenBytes()) + ", decoded and not sent " + Math.max(0, work.takenBytes());
  }
}
