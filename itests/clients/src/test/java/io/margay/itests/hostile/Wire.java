package io.margay.itests.hostile;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/** A connection on which anything can be sent. */
final class Wire implements AutoCloseable {
  private static final int ANSWER_TIMEOUT_MS = 20_000;

  private final Socket socket = new Socket();

  Wire(int port) throws IOException {
    socket.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
    socket.setSoTimeout(ANSWER_TIMEOUT_MS);
    socket.setTcpNoDelay(true);
  }

  /** The part of a request behind the header. */
  @FunctionalInterface
  interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  /** A frame whose message has no tagged fields, so that header version 1 fits. */
  static byte[] frame(ApiKeys api, int version, String clientId, Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(0);
      header(out, api, version, clientId);
      body.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] frame = bytes.toByteArray();
    ByteBuffer.wrap(frame).putInt(0, frame.length - 4);
    return frame;
  }

  static byte[] frame(ApiKeys api, int version, Body body) {
    return frame(api, version, "hostile", body);
  }

  /** A frame in any version, with the header that belongs to it. */
  static byte[] frame(short version, ApiKeys api, Body body) {
    return frame(api, version, out -> {
      if (api.requestHeaderVersion(version) >= 2) {
        out.writeByte(0);
      }
      body.write(out);
    });
  }

  /** A request of Kafka's own client. */
  static byte[] frame(AbstractRequest request, String clientId) {
    RequestHeader header = new RequestHeader(request.apiKey(), request.version(), clientId, 1);
    ByteBuffer bytes = request.serializeWithHeader(header);
    return ByteBuffer.allocate(4 + bytes.remaining()).putInt(bytes.remaining()).put(bytes).array();
  }

  private static void header(DataOutputStream out, ApiKeys api, int version, String clientId) throws IOException {
    out.writeShort(api.id);
    out.writeShort(version);
    out.writeInt(1);
    out.writeUTF(clientId);
  }

  /** Sends a frame whose body is large: an element again and again, made while it is sent. */
  void sendRepeated(ApiKeys api, int version, Body before, Body element, int count, Body after) throws IOException {
    byte[] head = frame(api, version, before);
    byte[] one = bytes(element);
    byte[] tail = bytes(after);
    ByteBuffer.wrap(head).putInt(0, head.length - 4 + one.length * count + tail.length);
    OutputStream out = new java.io.BufferedOutputStream(socket.getOutputStream(), 1 << 18);
    out.write(head);
    for (int i = 0; i < count; i++) {
      out.write(one);
    }
    out.write(tail);
    out.flush();
  }

  static byte[] bytes(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      body.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  void send(byte[] bytes, int from, int length) throws IOException {
    socket.getOutputStream().write(bytes, from, length);
  }

  /** The next answer as it comes, without its size. */
  ByteBuffer read() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] answer = new byte[in.readInt()];
    in.readFully(answer);
    return ByteBuffer.wrap(answer);
  }

  /** What came in answer: names of errors, "closed", or "no answer". */
  String answer(ApiKeys api, int version) {
    try {
      ByteBuffer bytes = read();
      ResponseHeader.parse(bytes, api.responseHeaderVersion((short) version));
      AbstractResponse response = AbstractResponse.parseResponse(api, new ByteBufferAccessor(bytes), (short) version);
      return response.errorCounts().isEmpty() ? "nothing" : String.join(",",
          response.errorCounts().keySet().stream().map(Enum::name).sorted().toList());
    } catch (java.net.SocketTimeoutException e) {
      return "no answer";
    } catch (IOException e) {
      return "closed";
    }
  }

  /** Sends a frame and waits for its answer. */
  String call(ApiKeys api, int version, byte[] frame) {
    try {
      send(frame);
    } catch (IOException e) {
      return answer(api, version);
    }
    return answer(api, version);
  }

  AbstractResponse call(AbstractRequest request, String clientId) throws IOException {
    send(frame(request, clientId));
    ByteBuffer bytes = read();
    ResponseHeader.parse(bytes, request.apiKey().responseHeaderVersion(request.version()));
    return AbstractResponse.parseResponse(request.apiKey(), new ByteBufferAccessor(bytes), request.version());
  }

  /** Whether the broker closed it: what comes before that is thrown away. */
  boolean closedWithin(int ms) throws IOException {
    socket.setSoTimeout(ms);
    try {
      return socket.getInputStream().skip(Long.MAX_VALUE) < 0 || socket.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
