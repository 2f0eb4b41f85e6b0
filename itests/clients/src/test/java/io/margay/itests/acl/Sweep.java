package io.margay.itests.acl;

import io.margay.protocol.RandomMessageBytes;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * Sends each API in each version, twice with the same random contents: once about names of things that exist, once about names of the
 * same length that do not. To a client that may do nothing, the answers are the same but for the names.
 */
final class Sweep {
  /** Marks the names of what exists. */
  static final String THERE = "extant";
  /** Marks the names of what does not. */
  static final String ABSENT = "absent";
  private static final int TIMEOUT_MS = 20_000;
  private static final int FIRST_WITH_SESSION = 7;
  private static final int NEXT_CORRELATION_ID = 8;
  /** ApiVersions, behind each request: its answer comes first when the request has none. */
  private static final byte[] NEXT = {0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, NEXT_CORRELATION_ID, -1, -1};
  /** Their answers do not depend on what the client may do. */
  private static final Set<ApiKeys> FOR_ANYONE = Set.of(ApiKeys.API_VERSIONS, ApiKeys.SASL_HANDSHAKE, ApiKeys.SASL_AUTHENTICATE,
      ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, ApiKeys.PUSH_TELEMETRY);

  private final int port;
  private int sent;

  Sweep(int port) {
    this.port = port;
  }

  /** How many pairs were sent. */
  int sent() {
    return sent;
  }

  /** What is advertised. */
  List<ApiVersion> apis() throws IOException {
    ByteBuffer answer = ByteBuffer.wrap(exchange(ApiKeys.API_VERSIONS, (short) 0, new byte[0]));
    answer.getInt();
    return List.copyOf(new ApiVersionsResponseData(new ByteBufferAccessor(answer), (short) 0).apiKeys());
  }

  /** @return the first difference between the answers, or null */
  String run(int seeds) throws IOException {
    for (ApiVersion advertised : apis()) {
      ApiKeys api = ApiKeys.forId(advertised.apiKey());
      if (FOR_ANYONE.contains(api)) {
        continue;
      }
      int lowest = Math.max(advertised.minVersion(), api.messageType.lowestSupportedVersion());
      for (int version = lowest; version <= advertised.maxVersion(); version++) {
        for (int seed = 0; seed < seeds; seed++) {
          String difference = compare(api, (short) version, seed);
          if (difference != null) {
            return api + " version " + version + " seed " + seed + ": " + difference;
          }
        }
      }
    }
    return null;
  }

  private String compare(ApiKeys api, short version, int seed) throws IOException {
    sent++;
    String there = text(api, version, exchange(api, version, body(api, version, seed, THERE)));
    String absent = text(api, version, exchange(api, version, body(api, version, seed, ABSENT)));
    return there.replace(THERE, ABSENT).equals(absent) ? null : "\n" + there + "\n" + absent;
  }

  private static byte[] body(ApiKeys api, short version, int seed, String mark) {
    List<byte[]> names = List.of(("topic-" + mark).getBytes(StandardCharsets.UTF_8), ("group-" + mark).getBytes(StandardCharsets.UTF_8),
        ("txn-" + mark).getBytes(StandardCharsets.UTF_8));
    return new RandomMessageBytes(seed * 1_000L + api.id * 100L + version, new RandomMessageBytes.Known(names, List.of(), List.of()))
        .message(api.messageType.requestSchemas()[version]);
  }

  private static String text(ApiKeys api, short version, byte[] answer) {
    if (answer == null) {
      return "closed";
    }
    if (api == ApiKeys.FETCH && version >= FIRST_WITH_SESSION) {
      // the number of a new session is random: it follows the header, the throttle time and the error
      ByteBuffer.wrap(answer).putInt((api.responseHeaderVersion(version) >= 1 ? 5 : 4) + 6, 0);
    }
    return new String(answer, StandardCharsets.ISO_8859_1);
  }

  /** @return the answer, or null when the connection was closed or there is no answer to acks=0 */
  private byte[] exchange(ApiKeys api, short version, byte[] body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(api.id);
    out.writeShort(version);
    out.writeInt(7);
    out.writeShort(-1);
    if (api.requestHeaderVersion(version) >= 2) {
      out.writeByte(0);
    }
    out.write(body);
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(TIMEOUT_MS);
      DataOutputStream to = new DataOutputStream(socket.getOutputStream());
      to.writeInt(bytes.size());
      to.write(bytes.toByteArray());
      to.write(NEXT);
      to.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readInt()];
      in.readFully(answer);
      return ByteBuffer.wrap(answer).getInt() == NEXT_CORRELATION_ID ? null : answer;
    } catch (java.net.SocketTimeoutException e) {
      throw new IOException(api + " version " + version + " was not answered", e);
    } catch (IOException e) {
      return null;
    }
  }
}
