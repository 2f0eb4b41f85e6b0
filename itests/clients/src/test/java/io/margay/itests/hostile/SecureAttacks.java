package io.margay.itests.hostile;

import static io.margay.itests.hostile.Attack.size;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.common.protocol.ApiKeys;

/** Clients of listeners with TLS and logins that get as far as they can without a login. */
final class SecureAttacks {
  private static final int TIMEOUT_MS = 20_000;
  private static final int THREADS = 8;

  private final SecureListeners listeners;

  SecureAttacks(SecureListeners listeners) {
    this.listeners = listeners;
  }

  List<Attack> all() {
    return List.of(
        Attack.of("s-frame", "100 MiB announced before the login", b -> each("frame", this::frame)),
        Attack.of("s-key", "another request than a login", b -> each("key", this::otherRequest)),
        Attack.of("s-token", "SASL tokens of 600 KB, and of garbage", b -> each("token", this::token)),
        Attack.of("s-half", "half handshakes and half frames that do not go on", b -> silent(size(150, 3_000), true)),
        Attack.of("s-silent", "connections that say nothing", b -> silent(size(150, 3_000), false)),
        Attack.of("s-reset", "handshakes that are begun and reset", b -> reset(size(400, 20_000))),
        Attack.of("s-again", "renegotiation, and 1,000 updates of keys", b -> again()),
        Attack.of("s-garbage", "garbage after the handshake, inside of TLS and below it", b -> each("garbage", this::garbage)),
        Attack.of("s-guess", "wrong passwords", b -> guess(b, size(120, 5_000))));
  }

  private interface Visit {
    String make(SecureListeners.Kind kind, Socket socket) throws IOException;
  }

  /** One visit of each kind of listener. */
  private String each(String what, Visit visit) throws Exception {
    StringBuilder answers = new StringBuilder();
    for (SecureListeners.Kind kind : SecureListeners.Kind.values()) {
      for (int i = 0; i < size(5, 100); i++) {
        try (Socket socket = listeners.connect(kind)) {
          socket.setSoTimeout(TIMEOUT_MS);
          String answer = visit.make(kind, socket);
          if (i == 0) {
            answers.append(answers.isEmpty() ? "" : ", ").append(answer);
          }
        }
      }
    }
    return answers.toString();
  }

  /** @return how many bytes came before it was closed; not closed is an error */
  private static String closed(Socket socket) {
    int bytes = 0;
    try {
      byte[] part = new byte[8192];
      for (int n = socket.getInputStream().read(part); n >= 0; n = socket.getInputStream().read(part)) {
        bytes += n;
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("neither answered nor closed", e);
    } catch (IOException e) {
      return "reset";
    }
    return "closed after " + bytes + " bytes";
  }

  private String frame(SecureListeners.Kind kind, Socket socket) throws IOException {
    byte[] chunk = new byte[1 << 16];
    try {
      socket.getOutputStream().write(ByteBuffer.allocate(14).putInt(100 << 20).putShort(ApiKeys.API_VERSIONS.id).putShort((short) 0).putInt(1)
          .putShort((short) -1).array());
      for (int i = 0; i < (kind.sasl() ? 1600 : 8); i++) {
        socket.getOutputStream().write(chunk);
      }
    } catch (IOException e) {
      return "closed while it was sent";
    }
    if (!kind.sasl()) {
      return "taken, because nobody has to log in"; // as on a listener without TLS
    }
    throw new AssertionError("100 MiB were taken before the login");
  }

  private String otherRequest(SecureListeners.Kind kind, Socket socket) throws IOException {
    socket.getOutputStream().write(Wire.frame(ApiKeys.LIST_GROUPS, 0, out -> { }));
    if (!kind.sasl()) {
      return socket.getInputStream().read() < 0 ? "closed" : "answered";
    }
    return unanswered(closed(socket));
  }

  /** @param end what {@link #closed} has said */
  private static String unanswered(String end) {
    if (!end.equals("reset") && !end.equals("closed after 0 bytes")) {
      throw new AssertionError("answered, and " + end);
    }
    return end;
  }

  private String token(SecureListeners.Kind kind, Socket socket) throws IOException {
    if (!kind.sasl()) {
      return "no login";
    }
    handshake(socket, "SCRAM-SHA-512");
    byte[] garbage = new byte[100_000];
    new Random(1).nextBytes(garbage);
    sendToken(socket, garbage);
    readFrame(socket);
    String first = unanswered(closed(socket));
    try (Socket other = listeners.connect(kind)) {
      other.setSoTimeout(TIMEOUT_MS);
      handshake(other, "PLAIN");
      try {
        sendToken(other, new byte[600_000]);
      } catch (IOException e) {
        return first + ", closed";
      }
      return first + ", " + unanswered(closed(other));
    }
  }

  private static void handshake(Socket socket, String mechanism) throws IOException {
    socket.getOutputStream().write(Wire.frame(ApiKeys.SASL_HANDSHAKE, 1, out -> out.writeUTF(mechanism)));
    readFrame(socket);
  }

  private static void sendToken(Socket socket, byte[] token) throws IOException {
    socket.getOutputStream().write(Wire.frame(ApiKeys.SASL_AUTHENTICATE, 1, out -> {
      out.writeInt(token.length);
      out.write(token);
    }));
  }

  private static byte[] readFrame(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    return frame;
  }

  /** All of them are closed in the time that a client has for its login, and a client that logs in is served meanwhile. */
  private String silent(int count, boolean half) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        SecureListeners.Kind kind = SecureListeners.Kind.values()[i % SecureListeners.Kind.values().length];
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", listeners.port(kind)), TIMEOUT_MS);
        socket.setSoTimeout(TIMEOUT_MS);
        sockets.add(socket);
        if (half) {
          socket.getOutputStream().write(kind.tls() ? halfHello() : ByteBuffer.allocate(10).putInt(1000).putShort((short) 18).array());
        }
      }
      listeners.login();
      for (Socket socket : sockets) {
        closed(socket);
      }
      return count + " closed";
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** The begin of a record of TLS with a ClientHello that is longer. */
  private static byte[] halfHello() {
    return ByteBuffer.allocate(60).put((byte) 22).putShort((short) 0x0301).putShort((short) 500).put((byte) 1).put((byte) 0).putShort((short) 496).array();
  }

  private String reset(int count) throws Exception {
    List<FutureTask<Void>> visitors = new ArrayList<>();
    byte[] hello = hello();
    for (int t = 0; t < THREADS; t++) {
      Callable<Void> work = () -> {
        for (int i = 0; i < count / THREADS; i++) {
          try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", listeners.port(i % 2 == 0 ? SecureListeners.Kind.SSL : SecureListeners.Kind.SASL_SSL)),
                TIMEOUT_MS);
            socket.getOutputStream().write(hello);
            socket.setSoLinger(true, 0);
          }
        }
        return null;
      };
      FutureTask<Void> visitor = new FutureTask<>(work);
      visitors.add(visitor);
      Thread thread = new Thread(visitor, "reset");
      thread.setDaemon(true);
      thread.start();
    }
    for (FutureTask<Void> visitor : visitors) {
      visitor.get();
    }
    listeners.login();
    return count + " reset";
  }

  /** A whole ClientHello, as Java sends it. */
  private byte[] hello() throws Exception {
    SSLEngine engine = listeners.context().createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), out);
    byte[] hello = new byte[out.flip().remaining()];
    out.get(hello);
    return hello;
  }

  /** Both are served until they ask for it, which ends them: a renegotiation at once, and updates of keys after some. */
  private String again() throws Exception {
    String answer;
    try (SSLSocket socket = (SSLSocket) listeners.connect(SecureListeners.Kind.SSL, "TLSv1.2")) {
      socket.setSoTimeout(TIMEOUT_MS);
      served(socket);
      try {
        socket.startHandshake();
        socket.getOutputStream().write(Wire.frame(ApiKeys.API_VERSIONS, 0, out -> { }));
        answer = unanswered(closed(socket));
      } catch (IOException e) {
        answer = "refused";
      }
    }
    int updates = updates(size(1_000, 100_000));
    listeners.login();
    return answer + ", closed after " + updates + " updates";
  }

  /** @return how many updates of keys were sent before the connection was closed; that it is not closed is an error */
  private int updates(int most) throws IOException {
    try (SSLSocket socket = (SSLSocket) listeners.connect(SecureListeners.Kind.SSL, "TLSv1.3")) {
      socket.setSoTimeout(TIMEOUT_MS);
      served(socket);
      for (int sent = 0; sent < most; sent++) {
        try {
          socket.startHandshake();
        } catch (IOException e) {
          return sent;
        }
      }
      unanswered(closed(socket));
      return most;
    }
  }

  private static void served(Socket socket) throws IOException {
    socket.getOutputStream().write(Wire.frame(ApiKeys.API_VERSIONS, 0, out -> { }));
    readFrame(socket);
  }

  private String garbage(SecureListeners.Kind kind, Socket socket) throws IOException {
    byte[] garbage = new byte[4096];
    new Random(2).nextBytes(garbage);
    garbage[0] = (byte) 0xff; // a negative size
    socket.getOutputStream().write(garbage);
    String inside = unanswered(closed(socket));
    if (!kind.tls()) {
      return inside;
    }
    try (Socket plain = new Socket("127.0.0.1", listeners.port(kind));
        SSLSocket secured = (SSLSocket) listeners.context().getSocketFactory().createSocket(plain, "127.0.0.1", listeners.port(kind), false)) {
      plain.setSoTimeout(TIMEOUT_MS);
      secured.startHandshake();
      ByteArrayOutputStream record = new ByteArrayOutputStream();
      record.write(new byte[] {23, 3, 3, 16, 0});
      record.write(garbage, 0, 4096);
      plain.getOutputStream().write(record.toByteArray());
      closed(plain);
    }
    return inside;
  }

  /** Each fails, the log has a few lines of it, and they are recorded as a few events with their number. */
  private String guess(HostileBroker broker, int count) throws Exception {
    List<FutureTask<Void>> guessers = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      Callable<Void> work = () -> {
        for (int i = 0; i < count / THREADS; i++) {
          try (Socket socket = listeners.connect(SecureListeners.Kind.SASL_PLAINTEXT)) {
            socket.setSoTimeout(TIMEOUT_MS);
            handshake(socket, "PLAIN");
            sendToken(socket, "\0alice\0guess".getBytes(StandardCharsets.UTF_8));
            readFrame(socket);
            unanswered(closed(socket));
          }
        }
        return null;
      };
      FutureTask<Void> guesser = new FutureTask<>(work);
      guessers.add(guesser);
      Thread thread = new Thread(guesser, "guess");
      thread.setDaemon(true);
      thread.start();
    }
    for (FutureTask<Void> guesser : guessers) {
      guesser.get();
    }
    listeners.login();
    long lines = broker.logLines("A login failed");
    String recorded = broker.shell("audit:search --kind login --principal User:alice --json").ok().output();
    if (lines < 1 || lines > 20 || recorded.isBlank() || recorded.lines().count() > 20 || recorded.contains("guess")) {
      throw new AssertionError(lines + " lines in the log, and recorded: " + recorded);
    }
    return lines + " lines, " + recorded.lines().count() + " events";
  }
}
