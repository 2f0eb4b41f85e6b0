package io.margay.metadata;

import java.util.Objects;

/**
 * The resource that a setting belongs to.
 *
 * @param type which kind
 * @param name a topic's name, a broker's id, a group's id; empty for the default of all brokers
 */
public record ConfigResource(Type type, String name) {
  /** The kinds, with their codes on the wire. */
  public enum Type {
    /** A topic. */
    TOPIC((byte) 2),
    /** One broker, or all of them with the empty name. */
    BROKER((byte) 4),
    /** The log levels of one broker. */
    BROKER_LOGGER((byte) 8),
    /** Client metrics subscriptions. */
    CLIENT_METRICS((byte) 16),
    /** A group. */
    GROUP((byte) 32),
    /** What is kept of a user's passwords, by SASL mechanism: secrets, which no client can ask for. */
    USER((byte) 64),
    /** The quotas of clients, see {@link QuotaEntity}; clients ask for them with requests of their own. */
    CLIENT_QUOTA((byte) 65);

    private final byte code;

    Type(byte code) {
      this.code = code;
    }

    /** @return the code on the wire */
    public byte code() {
      return code;
    }

    /**
     * @param code a code on the wire
     * @return the kind, or null when there is none with that code, or none that clients may ask for
     */
    public static Type forCode(byte code) {
      return code == USER.code || code == CLIENT_QUOTA.code ? null : forStoredCode(code);
    }

    /**
     * @param code a code in the metadata log
     * @return the kind, or null when there is none with that code
     */
    public static Type forStoredCode(byte code) {
      for (Type t : values()) {
        if (t.code == code) {
          return t;
        }
      }
      return null;
    }
  }

  /** The default of all brokers. */
  public static final ConfigResource ALL_BROKERS = new ConfigResource(Type.BROKER, "");

  public ConfigResource {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(name, "name");
  }

  /**
   * @param name a topic's name
   * @return the resource
   */
  public static ConfigResource topic(String name) {
    return new ConfigResource(Type.TOPIC, name);
  }

  /**
   * @param name a user's name
   * @return the resource
   */
  public static ConfigResource user(String name) {
    return new ConfigResource(Type.USER, name);
  }

  /**
   * @param id a broker's id
   * @return the resource
   */
  public static ConfigResource broker(int id) {
    return new ConfigResource(Type.BROKER, Integer.toString(id));
  }
}
