package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open file with a count of its users: its {@link SegmentFile} is one, each slice that was read is another. The last user to
 * release it closes the file, so a deleted segment stays readable for those who hold a part of it.
 */
final class FileHandle {
  private static final Logger LOG = LoggerFactory.getLogger(FileHandle.class);

  private final FileChannel channel;
  private final AtomicInteger users = new AtomicInteger(1);

  /** @param channel owned from now on; the creator is the first user */
  FileHandle(FileChannel channel) {
    this.channel = channel;
  }

  FileChannel channel() {
    return channel;
  }

  /** @return false when the last user has released it */
  boolean tryAcquire() {
    int count = users.get();
    while (count > 0) {
      if (users.compareAndSet(count, count + 1)) {
        return true;
      }
      count = users.get();
    }
    return false;
  }

  /** @return true when the caller was the only user; the channel is then the caller's, and the handle cannot be acquired again */
  boolean tryTake() {
    return users.compareAndSet(1, 0);
  }

  void release() {
    int left = users.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException("a file was released more often than it was acquired: users=" + left);
    }
    if (left == 0) {
      try {
        channel.close();
      } catch (IOException e) {
        // No unsaved data are at risk: flush() reports write errors.
        LOG.warn("Cannot close a segment file", e);
      }
    }
  }
}
