package io.margay.http.internal;

import io.netty.handler.codec.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The client of one request, which does what a test says, on the test's thread. */
final class FakePeer implements Peer {
  final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final Deque<byte[]> input = new ArrayDeque<>();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private boolean ended;
  private boolean writable = true;
  Exchange exchange;
  int status;
  int unsent;
  /** Whether the exchange has ended. */
  boolean complete;
  /** Whether the response was cut off. */
  boolean cut;

  @Override
  public int read(byte[] buffer) {
    byte[] next = input.poll();
    if (next == null) {
      return ended ? -1 : 0;
    }
    System.arraycopy(next, 0, buffer, 0, next.length);
    return next.length;
  }

  @Override
  public boolean writable() {
    return writable;
  }

  @Override
  public void begin(HttpError first, boolean close) {
    HttpResponse response = Responses.head(first, true, close);
    status = response.status().code();
    response.headers().forEach(h -> headers.put(h.getKey(), h.getValue()));
  }

  @Override
  public void write(byte[] line) {
    output.writeBytes(line);
    unsent++;
  }

  @Override
  public void flush() {
    unsent = 0;
  }

  @Override
  public void end(boolean whole) {
    complete = true;
    cut = !whole;
    unsent = 0;
  }

  @Override
  public void execute(Runnable task) {
    task.run();
  }

  /** The client has sent this. */
  void receive(String text) {
    input.add(text.getBytes(StandardCharsets.UTF_8));
    exchange.onReadable();
  }

  /** The client has sent all. */
  void endOfBody() {
    ended = true;
    exchange.onReadable();
  }

  /** The client does not read, or reads again. */
  void readsAnswer(boolean reads) {
    writable = reads;
    if (reads) {
      exchange.onWritable();
    }
  }

  List<String> lines() {
    return output.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
