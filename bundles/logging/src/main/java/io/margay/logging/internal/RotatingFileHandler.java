package io.margay.logging.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/**
 * Appends records to {@code margay.log} and keeps the older files as {@code margay.log.1} (youngest) and up.
 *
 * <p>java.util.logging's own FileHandler is not used: it always numbers the current file, adds a lock file, and is slower to
 * start. The file is opened by the first record. Any thread may log; one writes at a time. If the disk fails, the record is lost and
 * the first error is printed to standard error by the {@link ErrorManager}; each later record tries again.
 */
final class RotatingFileHandler extends Handler {
  private final Path file;
  private final long maxBytes;
  private final int count;
  private OutputStream out;
  private long sizeBytes;
  private boolean closed;

  /**
   * @param maxBytes size at which the file is rotated; a single longer record still fits
   * @param count files kept, the current one included, at least 1
   */
  RotatingFileHandler(Path file, long maxBytes, int count) {
    this.file = file;
    this.maxBytes = maxBytes;
    this.count = count;
    setFormatter(new LineFormatter(true));
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    byte[] line = getFormatter().format(record).getBytes(StandardCharsets.UTF_8);
    try {
      write(line);
    } catch (IOException e) {
      reportError(file.toString(), e, ErrorManager.WRITE_FAILURE);
    }
  }

  private synchronized void write(byte[] line) throws IOException {
    if (closed) {
      return;
    }
    if (out != null && sizeBytes + line.length > maxBytes) {
      rotate();
    }
    if (out == null) {
      open(line.length);
    }
    out.write(line);
    sizeBytes += line.length;
  }

  private void open(int nextBytes) throws IOException {
    Files.createDirectories(file.getParent());
    if (Files.exists(file) && Files.size(file) > 0 && Files.size(file) + nextBytes > maxBytes) {
      shift();
    }
    out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    sizeBytes = Files.size(file);
  }

  private void rotate() throws IOException {
    OutputStream old = out;
    out = null;
    old.close();
    shift();
  }

  /** Renames each file to the next number; the oldest is deleted. */
  private void shift() throws IOException {
    if (count == 1) {
      Files.deleteIfExists(file);
      return;
    }
    for (int i = count - 1; i >= 1; i--) {
      Path from = i == 1 ? file : numbered(i - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private Path numbered(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  @Override
  public void flush() {
    // each record is one unbuffered write
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (out != null) {
      try {
        out.close();
      } catch (IOException e) {
        reportError(file.toString(), e, ErrorManager.CLOSE_FAILURE);
      }
      out = null;
    }
  }
}
