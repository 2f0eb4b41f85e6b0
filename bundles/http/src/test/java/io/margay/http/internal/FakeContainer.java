package io.margay.http.internal;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One request in a servlet container that does what a test says, on the test's thread. */
final class FakeContainer {
  final Map<String, String> headers = new TreeMap<>();
  private final Deque<byte[]> input = new ArrayDeque<>();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private ReadListener reader;
  private WriteListener writer;
  private boolean ended;
  private boolean writable = true;
  private boolean readAsked;
  private boolean writeAsked;
  int status;
  boolean complete;
  int unread;

  final ServletInputStream in = new ServletInputStream() {
    @Override
    public boolean isFinished() {
      return ended && input.isEmpty();
    }

    @Override
    public boolean isReady() {
      readAsked = input.isEmpty() && !ended;
      return !readAsked;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      reader = listener;
    }

    @Override
    public int read() throws IOException {
      throw new IOException("not by single bytes");
    }

    @Override
    public int read(byte[] b, int off, int len) {
      byte[] next = input.poll();
      if (next == null) {
        return -1;
      }
      System.arraycopy(next, 0, b, off, next.length);
      unread--;
      return next.length;
    }
  };

  final ServletOutputStream out = new ServletOutputStream() {
    @Override
    public boolean isReady() {
      writeAsked = !writable;
      return writable;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      writer = listener;
    }

    @Override
    public void write(int b) {
      output.write(b);
    }
  };

  final HttpServletResponse response = fake(HttpServletResponse.class, Map.of("getOutputStream", a -> out,
      "setStatus", a -> status = (Integer) a[0], "setHeader", a -> headers.put((String) a[0], (String) a[1]),
      "setIntHeader", a -> headers.put((String) a[0], a[1].toString()), "setContentType", a -> null));
  final AsyncContext async = fake(AsyncContext.class, Map.of("getRequest",
      a -> fake(ServletRequest.class, Map.of("getInputStream", b -> in)), "setTimeout", a -> null, "complete",
      a -> complete = true));

  private interface Call {
    Object with(Object[] arguments);
  }

  private static <T> T fake(Class<T> type, Map<String, Call> methods) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
      Call call = methods.get(method.getName());
      if (call == null) {
        throw new UnsupportedOperationException(method.toString());
      }
      Object result = call.with(arguments);
      return method.getReturnType() == void.class ? null : result;
    }));
  }

  /** Says that the answer may be written. */
  void begin() throws IOException {
    writer.onWritePossible();
  }

  /** The client has sent this. */
  void receive(String text) throws IOException {
    input.add(text.getBytes(StandardCharsets.UTF_8));
    unread++;
    if (readAsked || unread == 1) {
      reader.onDataAvailable();
    }
  }

  /** The client has sent all. */
  void endOfBody() throws IOException {
    ended = true;
    reader.onAllDataRead();
  }

  void breakReading(Throwable failure) {
    reader.onError(failure);
  }

  /** The client does not read, or reads again. */
  void readsAnswer(boolean reads) throws IOException {
    writable = reads;
    if (reads && writeAsked) {
      writer.onWritePossible();
    }
  }

  List<String> lines() {
    return output.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
